"""The help of the commands, out of their docstrings."""

from __future__ import annotations

import inspect
import re

import typer


def flow(commands: typer.Typer) -> None:
    """Let the terminal, not our source, break the lines of help."""
    for command in commands.registered_commands:
        text = inspect.cleandoc((command.callback and command.callback.__doc__) or "")
        command.help = re.sub(r"(?<!\n)\n(?!\n)", " ", text)
    for group in commands.registered_groups:
        if group.typer_instance is not None:
            flow(group.typer_instance)

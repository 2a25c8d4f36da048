"""The help of the commands, out of their docstrings."""

from __future__ import annotations

import inspect
import re

import typer
from typer.models import CommandInfo, TyperInfo


def flow(commands: typer.Typer) -> None:
    """Let the terminal, not our source, break the lines of help."""
    for command in commands.registered_commands:
        _flow_one(command)
    if commands.registered_callback is not None:
        _flow_one(commands.registered_callback)
    for group in commands.registered_groups:
        if group.typer_instance is not None:
            flow(group.typer_instance)


def _flow_one(command: CommandInfo | TyperInfo) -> None:
    text = inspect.cleandoc((command.callback and command.callback.__doc__) or "")
    if text:
        command.help = re.sub(r"(?<!\n)\n(?!\n)", " ", text)

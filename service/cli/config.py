"""The command `config`."""

from __future__ import annotations

import sys
from os.path import isfile

import typer

from surefoot.service.cli.exit_codes import PROBLEM


def config() -> None:
    """Show the effective settings, and where each comes from.

    The file is surefoot.toml in your own configuration folder, or the one that SUREFOOT_SETTINGS names. Each setting
    has an environment variable, such as SUREFOOT_MQTT_HOST for mqtt.host; with _FILE at the end of its name, it names
    a file that holds the value.

    What is wrong with a setting is told, and its default is shown; the exit code is then 1.
    """
    from rich.console import Console

    from surefoot.service.configuration import settings_path, usable_configuration
    from surefoot.service.terminal.settings import settings_table

    configuration = usable_configuration()
    is_there = isfile(settings_path())  # noqa: PTH113 – false too where the folder cannot be looked into
    print(f"Settings file: {settings_path()}{'' if is_there else ' (there is none)'}\n")
    Console(highlight=False).print(settings_table(configuration))
    for problem in configuration.problems:
        print(f"error: in the settings, {problem}.", file=sys.stderr)
    if configuration.problems:
        raise typer.Exit(PROBLEM)

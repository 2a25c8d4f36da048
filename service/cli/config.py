"""The command `config`."""

from __future__ import annotations


def config() -> None:
    """Show the effective settings, and where each comes from.

    The file is surefoot.toml in your own configuration folder, or the one that SUREFOOT_SETTINGS names. Each setting
    has an environment variable, such as SUREFOOT_MQTT_HOST for mqtt.host; with _FILE at the end of its name, it names
    a file that holds the value.
    """
    from rich.console import Console

    from surefoot.service.configuration import load_configuration, settings_path
    from surefoot.service.terminal.settings import settings_table

    configuration = load_configuration()
    print(f"Settings file: {settings_path()}{'' if settings_path().exists() else ' (there is none)'}\n")
    Console(highlight=False).print(settings_table(configuration))

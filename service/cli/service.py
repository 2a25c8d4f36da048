"""The commands around the service that is left running."""

from __future__ import annotations

from typing import Annotated

import typer

PROBLEM = 1

app = typer.Typer()


@app.command(epilog="Example: surefoot live --simulated 4")
def live(
    simulated: Annotated[int, typer.Option(min=0, max=20, metavar="N", help="Simulated runners instead of pods.")] = 0,
    minutes: Annotated[
        float, typer.Option(min=1.0, max=240.0, metavar="MINUTES", help="How long each simulated run is.")
    ] = 30.0,
) -> None:
    """Follow everybody's runs, one after the other, until it is stopped.

    Whose pods are whose stands in the settings. Results go to the local store, and from there to InfluxDB and MQTT
    where the settings name them; both may be away for as long as they like.

    Ctrl-C or SIGTERM ends the run that goes on, and the service. After a crash, start it again: it goes on.
    """
    from surefoot.service.runtime import entry as serving

    serving.live(simulated, minutes)


@app.command(epilog="Example: surefoot ship --backfill")
def ship(
    backfill: Annotated[
        bool, typer.Option("--backfill", help="Bring recorded runs that the store does not know into it first.")
    ] = False,
) -> None:
    """Send what waits to InfluxDB and MQTT, now."""
    from surefoot.service.exporters import on_request as shipping

    shipping.ship(backfill=backfill)


@app.command(epilog="Example: surefoot config")
def config() -> None:
    """Show the settings that hold, and where each comes from.

    The file is surefoot.toml in your own configuration folder, or the one that SUREFOOT_SETTINGS names. Each setting
    has an environment variable, such as SUREFOOT_MQTT_HOST for mqtt.host; with _FILE at the end of its name, it names
    a file that holds the value.
    """
    from rich.console import Console

    from surefoot.service.configuration import load_configuration, settings_path
    from surefoot.service.terminal.settings import table

    configuration = load_configuration()
    print(f"Settings file: {settings_path()}{'' if settings_path().exists() else ' (there is none)'}\n")
    Console(highlight=False).print(table(configuration))


@app.command(epilog="Example: surefoot doctor")
def doctor() -> None:
    """Try everything for real, and say what to do about what does not work.

    The exit code is 1 if anything that is used does not work.
    """
    from rich.console import Console

    from surefoot.service.cli.doctor import CheckStatus, run_checks, table
    from surefoot.service.configuration import load_configuration

    checks = run_checks(load_configuration().settings)
    Console(highlight=False).print(table(checks))
    if any(check.status is CheckStatus.PROBLEM for check in checks):
        raise typer.Exit(PROBLEM)

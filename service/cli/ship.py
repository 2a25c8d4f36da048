"""The command `ship`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from surefoot.service.cli.log_output import log_to_stderr

if TYPE_CHECKING:
    from surefoot.service.settings import Settings


def ship(
    backfill: Annotated[
        bool, typer.Option("--backfill", help="First add recorded runs that are missing in the store.")
    ] = False,
) -> None:
    """Send pending results to InfluxDB and MQTT now."""
    from surefoot.service.configuration import load_configuration
    from surefoot.service.errors import NoServerError
    from surefoot.service.exporters.drain import drain_to_influxdb, drain_to_mqtt

    settings = load_configuration().settings
    if settings.influxdb.url is None and settings.mqtt.host is None and not backfill:
        raise NoServerError
    log_to_stderr(settings)
    if backfill:
        _store_missing_runs(settings)
    if settings.influxdb.url is not None:
        print(f"InfluxDB is up to date: {drain_to_influxdb(settings)} rows were sent.")
    if settings.mqtt.host is not None:
        asyncio.run(drain_to_mqtt(settings))
        print("The broker is up to date.")


def _store_missing_runs(settings: Settings) -> None:
    """Bring recorded runs into the store; those that are being recorded or cannot be read are left out."""
    from rich.console import Console

    from surefoot.sensor_ingest.recording.errors import RunError
    from surefoot.service.runtime.recovery import missing_runs, store_recorded_run
    from surefoot.service.terminal.progress import ProgressBar

    with ProgressBar(Console(stderr=True)) as progress:
        runs = list(missing_runs(settings))
        for run in runs:
            try:
                store_recorded_run(run, settings, progress)
            except RunError as error:
                print(f"Left out: {error}")
    print(f"{len(runs)} recorded runs were missing in the store.")

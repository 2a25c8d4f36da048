"""The command `ship`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from surefoot.service.cli.exit_codes import PROBLEM
from surefoot.service.cli.log_output import log_to_stderr

if TYPE_CHECKING:
    from surefoot.service.settings import Settings

REFUSED = "refused"


def ship(
    backfill: Annotated[
        bool, typer.Option("--backfill", help="First add recorded runs that are missing in the store.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Send nothing; count whether InfluxDB has everything that it was sent.")
    ] = False,
    again: Annotated[
        str | None,
        typer.Option(
            metavar="RUN", help="First have a run sent to InfluxDB anew; refused: what InfluxDB or MQTT refused."
        ),
    ] = None,
    refused: Annotated[
        bool, typer.Option("--refused", help="Send nothing; list the rows that were refused for good, and why.")
    ] = False,
) -> None:
    """Send pending results to InfluxDB and MQTT now.

    The exit code is 1 where InfluxDB does not have everything afterwards, or the broker refused something.
    """
    from surefoot.service.configuration import load_configuration
    from surefoot.service.errors.output import NoServerError, NothingToCountError
    from surefoot.service.exporters.drain import drain_to_influxdb, drain_to_mqtt, refused_rows
    from surefoot.service.runtime.run_dates import correct_dates
    from surefoot.service.terminal.shipping import account_lines, refused_lines

    settings = load_configuration().settings
    if settings.influxdb.url is None and settings.mqtt.host is None and not (backfill or refused):
        raise NoServerError
    if check and settings.influxdb.url is None:
        raise NothingToCountError
    log_to_stderr(settings)
    if refused:
        _list_refused(settings)
        return
    if backfill:
        _store_missing_runs(settings)
    correct_dates(settings)
    if again is not None:
        _send_again(settings, again)
    complete = True
    if settings.influxdb.url is not None:
        account = drain_to_influxdb(settings, send=not check)
        print(*account_lines(account), sep="\n")
        complete = account.has_everything
    if settings.mqtt.host is not None and not check:
        asyncio.run(drain_to_mqtt(settings, again=again == REFUSED))
        refusals = refused_rows(settings, "mqtt")
        print(*(list(refused_lines("mqtt", refusals)) or ["The broker is up to date."]), sep="\n")
        complete = complete and not refusals
    if not complete:
        raise typer.Exit(PROBLEM)


def _list_refused(settings: Settings) -> None:
    from surefoot.service.exporters.drain import refused_rows
    from surefoot.service.terminal.shipping import SERVERS, refused_lines

    lines = [line for sink in SERVERS for line in refused_lines(sink, refused_rows(settings, sink))]
    print(*(lines or ["No row was refused."]), sep="\n")


def _send_again(settings: Settings, named: str) -> None:
    """Mark a run, or every run with refused rows, to be sent anew."""
    from surefoot.service.errors.runs import RunUnknownError
    from surefoot.service.exporters.drain import refused_rows, send_again
    from surefoot.service.runs import LAST
    from surefoot.service.store.reading import StoreReader

    if named == REFUSED:
        send_again(settings, {rows.run for rows in refused_rows(settings, "influxdb")}, replaced=False)
        return
    with StoreReader(settings.store_path) as reader:
        runs = [stored.run for stored in reader.runs()]
    run = runs[-1] if runs and named == LAST else named
    if run not in runs:
        raise RunUnknownError(named, settings.store_path)
    send_again(settings, {run}, replaced=True)


def _store_missing_runs(settings: Settings) -> None:
    """Bring recorded runs into the store; those that are being recorded or cannot be read are left out."""
    from rich.console import Console

    from surefoot.sensor_ingest.recording.errors import RunError
    from surefoot.service.runtime.recovery import adopt_recordings, missing_runs, rebuild
    from surefoot.service.terminal.progress import ProgressBar

    adopt_recordings(settings)
    with ProgressBar(Console(stderr=True)) as progress:
        runs = list(missing_runs(settings))
        for run in runs:
            try:
                rebuild(run, settings, progress)
            except RunError as error:
                print(f"Left out: {error}")
    print(f"{len(runs)} recorded runs were missing in the store.")

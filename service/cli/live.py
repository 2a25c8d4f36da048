"""The command `live`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from surefoot.service.cli.invocation import command_line
from surefoot.service.cli.log_output import log_to_stderr


def live(
    simulated: Annotated[int, typer.Option(min=0, max=20, metavar="N", help="Simulated runners instead of pods.")] = 0,
    minutes: Annotated[
        float, typer.Option(min=1.0, max=240.0, metavar="MINUTES", help="How long each simulated run is.")
    ] = 30.0,
) -> None:
    """Record all runners' runs, one after the other, until it is stopped.

    The settings say which pods belong to which runner. Results go to the local store, and from there to InfluxDB and
    MQTT if the settings name them; either may be unreachable for any length of time.

    Ctrl-C, SIGTERM or SIGHUP ends the run and the service. After a crash, start it again: it continues the run.
    """
    from surefoot.sensor_ingest.devices.limits import limits_before
    from surefoot.service.cli.standard_streams import say
    from surefoot.service.configuration import load_configuration
    from surefoot.service.errors.runs import NoRunnerError
    from surefoot.service.exporters.exporter_thread import ExporterThread
    from surefoot.service.exposure import warn_of_exposures
    from surefoot.service.runtime.daemon import DaemonContext, run_daemon
    from surefoot.service.runtime.data_folder import recording_data_folder
    from surefoot.service.runtime.pod_sources import pods_of
    from surefoot.service.runtime.recording_monitor import RecordingMonitor
    from surefoot.service.views.metrics_server import metrics_server
    from surefoot.service.views.status_reporter import StatusReporter

    configuration = load_configuration()
    settings = configuration.settings
    if not simulated and not settings.runners:
        raise NoRunnerError
    log_to_stderr(settings)
    warn_of_exposures(configuration)
    for limits in limits_before(pod.serial for pod in pods_of(settings.runners)) if not simulated else ():
        say(str(limits))
    say(f"Watch with: {command_line('serve')} · Ctrl-C ends it.")
    monitor = RecordingMonitor()
    with (
        recording_data_folder(settings),
        ExporterThread(settings) as exporters,
        StatusReporter(settings, monitor, exporters.statuses) as reporter,
        metrics_server(reporter.metrics, settings.metrics.port) as address,
    ):
        if address is not None:
            say(f"Metrics are at {address}")
        context = DaemonContext(settings, exporters.notify, say, monitor=monitor)
        asyncio.run(run_daemon(context, simulated, minutes))

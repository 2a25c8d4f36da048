"""Shipping on request: what waits, and what was recorded before there was a store."""

from __future__ import annotations

import asyncio

from aiomqtt import MqttError
from rich.console import Console

from surefoot.sensor_ingest.recording.errors import RunBusyError
from surefoot.service.configuration import load_configuration
from surefoot.service.errors import ExportError, NoServerError
from surefoot.service.exporters.influxdb import InfluxExporter
from surefoot.service.exporters.influxdb_client import InfluxClient, InfluxError
from surefoot.service.exporters.mqtt import MqttExporter
from surefoot.service.exporters.mqtt_client import BrokerError, broker_connection
from surefoot.service.exporters.status import ExporterStatus
from surefoot.service.runtime.entry import log_to_stderr
from surefoot.service.runtime.recovery import missing_runs, store_recorded_run
from surefoot.service.settings import Settings
from surefoot.service.store.outbox import Outbox
from surefoot.service.terminal.progress import ProgressBar


def ship(*, backfill: bool) -> None:
    """Ship everything that waits; ExportError where a server does not take it."""
    settings = load_configuration().settings
    if settings.influxdb.url is None and settings.mqtt.host is None and not backfill:
        raise NoServerError
    log_to_stderr(settings)
    if backfill:
        _backfill(settings)
    if settings.influxdb.url is not None:
        print(f"InfluxDB has everything: {_to_influxdb(settings)} rows were missing.")
    if settings.mqtt.host is not None:
        asyncio.run(_to_mqtt(settings))
        print("The broker has every alert, summary and state.")


def _backfill(settings: Settings) -> None:
    with ProgressBar(Console(stderr=True)) as progress:
        runs = list(missing_runs(settings))
        for run in runs:
            try:
                store_recorded_run(run, settings, progress)
            except RunBusyError as error:
                print(f"Left out: {error}")
    print(f"{len(runs)} recorded runs were missing in the store.")


def _to_influxdb(settings: Settings) -> int:
    shipped = 0

    def count(rows: int) -> None:
        nonlocal shipped
        shipped += rows

    days = settings.influxdb.retention_days
    with Outbox(settings.store_path, "influxdb") as outbox, InfluxClient(settings.influxdb) as influx:
        try:
            InfluxExporter(outbox, influx, ExporterStatus("influxdb"), retention_days=days).drain(count)
        except InfluxError as error:
            raise ExportError("InfluxDB", str(error)) from error
    return shipped


async def _to_mqtt(settings: Settings) -> None:
    with Outbox(settings.store_path, "mqtt") as outbox:
        try:
            async with broker_connection(settings.mqtt) as client:
                await MqttExporter(outbox, settings.mqtt, ExporterStatus("mqtt")).drain(client)
        except (BrokerError, MqttError) as error:
            raise ExportError("the MQTT broker", str(error)) from error

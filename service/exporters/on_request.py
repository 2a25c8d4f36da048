"""Shipping on request: what waits, and what was recorded before there was a store."""

from __future__ import annotations

import asyncio

from aiomqtt import MqttError
from rich.console import Console

from surefoot.sensor_ingest.recording.errors import RunBusyError
from surefoot.service.configuration import configure
from surefoot.service.errors import NowhereError, ShipError
from surefoot.service.exporters.influxdb import InfluxShipper
from surefoot.service.exporters.influxdb_client import Influx, InfluxError
from surefoot.service.exporters.mqtt import MqttShipper
from surefoot.service.exporters.mqtt_client import BrokerError, connected
from surefoot.service.exporters.status import SinkState
from surefoot.service.runtime.entry import log_to_stderr
from surefoot.service.runtime.recovery import keep_recorded, missing_runs
from surefoot.service.settings import Settings
from surefoot.service.store.outbox import Outbox
from surefoot.service.terminal.progress import ProgressBar


def ship(*, backfill: bool) -> None:
    """Ship everything that waits; ShipError where a server does not take it."""
    settings = configure().settings
    if settings.influxdb.url is None and settings.mqtt.host is None and not backfill:
        raise NowhereError
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
                keep_recorded(run, settings, progress)
            except RunBusyError as error:
                print(f"Left out: {error}")
    print(f"{len(runs)} recorded runs were missing in the store.")


def _to_influxdb(settings: Settings) -> int:
    shipped = 0

    def count(rows: int) -> None:
        nonlocal shipped
        shipped += rows

    days = settings.influxdb.retention_days
    with Outbox(settings.store_path, "influxdb") as outbox, Influx(settings.influxdb) as influx:
        try:
            InfluxShipper(outbox, influx, SinkState("influxdb"), retention_days=days).drain(count)
        except InfluxError as error:
            raise ShipError("InfluxDB", str(error)) from error
    return shipped


async def _to_mqtt(settings: Settings) -> None:
    with Outbox(settings.store_path, "mqtt") as outbox:
        try:
            async with connected(settings.mqtt) as client:
                await MqttShipper(outbox, settings.mqtt, SinkState("mqtt")).drain(client)
        except (BrokerError, MqttError) as error:
            raise ShipError("the MQTT broker", str(error)) from error

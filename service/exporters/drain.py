"""Everything that waits to one server, once, for `surefoot ship`."""

from __future__ import annotations

from aiomqtt import MqttError

from surefoot.service.errors import ExportError
from surefoot.service.exporters.influxdb import InfluxExporter
from surefoot.service.exporters.influxdb_client import InfluxClient, InfluxError
from surefoot.service.exporters.mqtt import MqttExporter
from surefoot.service.exporters.mqtt_client import BrokerError, broker_connection
from surefoot.service.exporters.status import ExporterStatus
from surefoot.service.settings import Settings
from surefoot.service.store.outbox import Outbox


def drain_to_influxdb(settings: Settings) -> int:
    """Write pending rows to InfluxDB; returns how many. ExportError where it does not take them."""
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


async def drain_to_mqtt(settings: Settings) -> None:
    """Publish pending rows to the broker; ExportError where it does not take them."""
    with Outbox(settings.store_path, "mqtt") as outbox:
        try:
            async with broker_connection(settings.mqtt) as client:
                await MqttExporter(outbox, settings.mqtt, ExporterStatus("mqtt")).drain(client)
        except (BrokerError, MqttError) as error:
            raise ExportError("the MQTT broker", str(error)) from error

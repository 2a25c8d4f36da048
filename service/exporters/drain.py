"""Everything that waits to one server, once, for `surefoot ship`, and what the server then has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from aiomqtt import MqttError

from surefoot.service.errors.output import ExportError
from surefoot.service.exporters.forgetting import forget_in_mqtt
from surefoot.service.exporters.influxdb import InfluxExporter
from surefoot.service.exporters.influxdb_client import InfluxClient
from surefoot.service.exporters.influxdb_comparison import Difference
from surefoot.service.exporters.influxdb_refusal import InfluxError, connection_advice
from surefoot.service.exporters.mqtt import MqttExporter
from surefoot.service.exporters.mqtt_client import BrokerError, broker_connection
from surefoot.service.exporters.private_influxdb import drain_to_private_bucket
from surefoot.service.exporters.private_mqtt import drain_to_private_topic
from surefoot.service.exporters.status import ExporterStatus
from surefoot.service.people.forgotten import Forgotten
from surefoot.service.settings import Settings
from surefoot.service.store.ledger import Ledger, RefusedRows
from surefoot.service.store.outbox import Outbox
from surefoot.service.store.schema import EXPORTED_TABLES

SEE_DOCTOR = "surefoot doctor looks at the connection."


@dataclass(frozen=True, slots=True)
class Account:
    """What InfluxDB has of the store.

    Parameters
    ----------
    sent : number of rows that it has taken just now.
    waiting : number of rows that were not offered to it yet.
    too_old : run → nanoseconds since 1970 up to which it has just turned out to be too old for the bucket.
    refused : rows that it has refused for good.
    differences : runs of which it has more or fewer points than it should.
    """

    sent: int
    waiting: int
    too_old: Mapping[str, int]
    refused: list[RefusedRows]
    differences: list[Difference]

    @property
    def has_everything(self) -> bool:
        """Whether the counts agree, and nothing waits or was refused."""
        return not (self.waiting or self.refused or self.differences)


def drain_to_influxdb(settings: Settings, *, send: bool = True) -> Account:
    """Write pending rows to InfluxDB, or only count what it has; ExportError where it cannot be reached."""
    sent = 0

    def count(taken: int) -> None:
        nonlocal sent
        sent += taken

    with _exporter(settings) as (outbox, exporter):
        ledger = Ledger(outbox)
        told = ledger.too_old()
        if send:
            exporter.drain(lambda outcome: count(outcome.taken))
            drain_to_private_bucket(settings)
        return Account(
            sent,
            outbox.backlog(EXPORTED_TABLES).waiting,
            {run: until_ns for run, until_ns in ledger.too_old().items() if run not in told},
            ledger.refused(),
            exporter.differences(),
        )


@contextmanager
def _exporter(settings: Settings) -> Iterator[tuple[Outbox, InfluxExporter]]:
    days = settings.influxdb.retention_days
    with Outbox(settings.store_path, "influxdb") as outbox, InfluxClient(settings.influxdb) as influx:
        try:
            yield outbox, InfluxExporter(outbox, influx, ExporterStatus("influxdb"), retention_days=days)
        except InfluxError as error:
            raise ExportError("InfluxDB", str(error), connection_advice(str(error))) from error


def refused_rows(settings: Settings, sink: str) -> list[RefusedRows]:
    """Rows that a sink has refused for good."""
    with Outbox(settings.store_path, sink) as outbox:
        return Ledger(outbox).refused()


def send_again(settings: Settings, runs: Iterable[str], *, replaced: bool) -> None:
    """Have runs sent to InfluxDB once more; `replaced` is whether what it has of them is deleted before."""
    with Outbox(settings.store_path, "influxdb") as outbox:
        for run in runs:
            Ledger(outbox).send_again(run, replaced=replaced)


async def drain_to_mqtt(settings: Settings, *, again: bool = False) -> None:
    """Publish pending rows to the broker, and `again` what it has refused; ExportError where it cannot be reached."""
    with Outbox(settings.store_path, "mqtt") as outbox:
        try:
            await forget_in_mqtt(settings.mqtt, Forgotten(settings.data))
            async with broker_connection(settings.mqtt) as client:
                exporter = MqttExporter(outbox, settings.mqtt, ExporterStatus("mqtt"))
                if again:
                    await exporter.publish_refused(client)
                await exporter.drain(client)
                if settings.mqtt.private_topic is not None:
                    await drain_to_private_topic(settings, client)
        except (BrokerError, MqttError) as error:
            raise ExportError("the MQTT broker", str(error), SEE_DOCTOR) from error

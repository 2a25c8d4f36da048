"""Exports the store to an MQTT broker: alerts at least once and in order, of other rows the newest."""

from __future__ import annotations

import asyncio
import logging
import socket
import sqlite3
import zlib
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from aiomqtt import MqttError

from surefoot.sensor_ingest.backoff import Backoff
from surefoot.sensor_ingest.cancellation import end_tasks
from surefoot.service.exporters.forgetting import forget_in_mqtt
from surefoot.service.exporters.mqtt_client import (
    BrokerClient,
    BrokerError,
    ConnectionClosedError,
    broker_connection,
    publish,
)
from surefoot.service.exporters.mqtt_refusal import CLOSES_CONNECTION, PublishRefusedError
from surefoot.service.exporters.status import ExporterStatus, RowsAvailable
from surefoot.service.people.forgotten import Forgotten
from surefoot.service.problem_log import ProblemLog
from surefoot.service.serialization import mqtt_messages as messages
from surefoot.service.serialization.home_assistant import discovery
from surefoot.service.serialization.mqtt_messages import Message
from surefoot.service.settings import MqttSettings
from surefoot.service.store.ledger import Ledger
from surefoot.service.store.outbox import Outbox, Outcome
from surefoot.service.store.schema import FIRST_GENERATION

log = logging.getLogger(__name__)

RETAINED_TABLES = ("runs", "summaries", "live", "pod_health")
PASSING_TABLES = {"strides": messages.stride, "companions": messages.companion}
"""Of what is published once, as it happens."""
PUBLISHED_TABLES = (*RETAINED_TABLES, *PASSING_TABLES, "alerts")
BATCH_ROWS = 200
POLL_S = 1.0
LATE_S = 10.0
"""Older alerts are marked late."""
MAX_CLOSED = 3
"""Connections that the broker closes on a message, until it is given up: some do so instead of refusing it."""
CANCEL_AGAIN_S = 0.1
"""Tasks that have not ended so long after a cancellation, in which they do nothing more, are cancelled again."""
MAX_PASSING_AGE_S = 60.0
"""Older rows of `PASSING_TABLES` are not published."""

Rows = Sequence[sqlite3.Row]


class MqttExporter:
    """Publishes the outbox to an MQTT broker."""

    def __init__(
        self, outbox: Outbox, settings: MqttSettings, status: ExporterStatus, *, backoff: Backoff | None = None
    ) -> None:
        self._outbox = outbox
        self._settings = settings
        self._service = settings.service or _default_name(outbox.path)
        self._status = status
        self._backoff = backoff or Backoff()
        self._problems = ProblemLog(log, logging.WARNING)
        self._refused_topics: set[str] = set()
        self._closed_on: Counter[Hashable] = Counter()

    async def run(self, rows_available: RowsAvailable) -> None:
        """Publish pending rows until cancelled; reconnect with exponential back-off."""
        while True:
            try:
                async with broker_connection(self._settings, self._service) as client:
                    await self._serve(client, rows_available)
            except BrokerError as error:
                self._status.mark_down(str(error))
            wait_s = self._backoff.next_delay_s()
            self._problems.report(f"MQTT: {self._status.problem}", f"; trying again in {wait_s:.1f} s")
            await asyncio.sleep(wait_s)

    async def _serve(self, client: BrokerClient, rows_available: RowsAvailable) -> None:
        """Publish until cancelled, then say "offline"; raises where the connection is lost."""
        work = (
            asyncio.create_task(self._stay_online(client)),
            asyncio.create_task(self._publish_rows(client, rows_available)),
        )
        try:
            done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
            done.pop().result()
        except asyncio.CancelledError:
            await _cancel(work)
            with suppress(MqttError):
                await self._publish(client, messages.status(self._service, "offline"))
            raise
        finally:
            await _cancel(work)

    async def _stay_online(self, client: BrokerClient) -> None:
        """Publish "online" again where another status stands; raises where the connection is lost.

        The last will of a connection that was lost comes when the broker notices, which may be after the next one.
        """
        online = messages.status(self._service, "online")
        await client.subscribe(online.topic, online.qos)
        async for message in client.messages:
            if message.payload != online.payload.encode():
                await self._publish(client, online)

    async def _publish_rows(self, client: BrokerClient, rows_available: RowsAvailable) -> None:
        forgotten = Forgotten(self._outbox.path.parent)
        await self._publish_current(client)
        self._status.mark_up()
        self._problems.resolve("MQTT works again.")
        self._backoff.reset()
        while True:
            await forget_in_mqtt(self._settings, forgotten)
            await self.drain(client)
            await rows_available.wait(POLL_S)

    async def drain(self, client: BrokerClient) -> None:
        """Publish all pending rows."""
        while rows := self._outbox.pending("alerts", BATCH_ROWS):
            for row in rows:
                await self._publish_alert(client, row)
        for table in RETAINED_TABLES:
            while rows := self._outbox.pending(table, BATCH_ROWS):
                await self._settle_retained(client, table, rows)
        for table, message in PASSING_TABLES.items():
            while rows := self._outbox.pending(table, BATCH_ROWS):
                for row in rows:
                    if self._outbox.age_s(row) < MAX_PASSING_AGE_S:
                        await self._publish(client, message(row))
                self._outbox.set_cursor(table, rows[-1]["seq"])
                self._status.delivered += len(rows)

    async def publish_refused(self, client: BrokerClient) -> None:
        """Publish again what the broker has refused."""
        ledger = Ledger(self._outbox)
        for row in ledger.refused_rows("alerts"):
            if await self._publish_alert(client, row):
                self._outbox.settle("alerts", [row], Outcome(taken=1))
        for table in RETAINED_TABLES:
            if rows := ledger.refused_rows(table):
                await self._settle_retained(client, table, rows)

    async def _publish(self, client: BrokerClient, message: Message, same: Hashable = None) -> str:
        """Publish; why the broker refuses the message for good, empty where it takes it. Told once for each topic.

        Parameters
        ----------
        same : equal for the same message at another time; by default the message itself.
        """
        try:
            await self._publish_unless_closing(client, message, same or message)
        except PublishRefusedError as error:
            if error.topic not in self._refused_topics:
                log.error("MQTT: %s", error)
            self._refused_topics.add(error.topic)
            return str(error)
        self._refused_topics.discard(message.topic)
        return ""

    async def _publish_unless_closing(self, client: BrokerClient, message: Message, same: Hashable) -> None:
        """Publish, unless the broker has closed `MAX_CLOSED` connections on this message."""
        if self._closed_on[same] >= MAX_CLOSED:
            raise PublishRefusedError(message.topic, CLOSES_CONNECTION)
        try:
            await publish(client, message)
        except ConnectionClosedError:
            self._closed_on[same] += 1
            raise
        del self._closed_on[same]

    def _newest(self, rows: Rows) -> Rows:
        """The last rows of each runner's newest run; of an earlier one there are rows if it was analysed again."""
        newest = self._outbox.newest_runs()
        return list({_place(row): row for row in rows if row["run"] == newest.get(row["runner"])}.values())

    async def _publish_alert(self, client: BrokerClient, row: sqlite3.Row) -> bool:
        """Publish an alert and what holds since; whether the broker takes it."""
        age_s = self._outbox.age_s(row)
        late = age_s > LATE_S
        refusal = await self._publish(client, messages.alert(row, age_s, late=late), row["id"])
        if refusal:
            self._outbox.settle("alerts", [row], Outcome(refused={row["seq"]: refusal}))
        else:
            self._outbox.mark_delivered(row["id"], self._outbox.age_s(row), late=late, upto=row["seq"])
            self._status.delivered += 1
        for message in self._alert_states(row, row["seq"]):
            await self._publish(client, message)
        return not refusal

    def _alert_states(self, row: sqlite3.Row, upto: int) -> list[Message]:
        return messages.alert_states(row["runner"], self._outbox.alerts_of(row["run"], row["runner"], upto))

    async def _publish_current(self, client: BrokerClient) -> None:
        """Publish all retained messages again, as the broker may have lost them."""
        await self._publish(client, messages.status(self._service, "online"))
        for table in RETAINED_TABLES:
            await self._publish_retained(client, table, self._outbox.last_rows(table))

    async def _settle_retained(self, client: BrokerClient, table: str, rows: Rows) -> None:
        """Publish the newest of the rows, and note what became of them."""
        refused = await self._publish_retained(client, table, self._newest(rows))
        self._outbox.settle(table, rows, Outcome(refused=refused))
        self._status.delivered += len(rows) - len(refused)

    async def _publish_retained(self, client: BrokerClient, table: str, rows: Iterable[sqlite3.Row]) -> dict[int, str]:
        """Publish rows; `seq` of those that the broker refuses → why."""
        refused = {}
        for row in rows:
            reasons = [await self._publish(client, message) for message in self._messages(table, row)]
            if reason := next(filter(None, reasons), ""):
                refused[row["seq"]] = reason
        return refused

    def _messages(self, table: str, row: sqlite3.Row) -> list[Message]:
        match table:
            case "live":
                return [messages.window(row)]
            case "summaries":
                return [messages.summary(row), messages.run_status(row, "ended")]
            case "pod_health":
                return [messages.pod(row)]
            case _:
                found = [discovery(row, self._service)] if self._settings.home_assistant else []
                found += self._alert_states(row, self._outbox.cursor("alerts"))
                return [*found, messages.run_status(row, "running")] if row["generation"] == FIRST_GENERATION else found


def _place(row: sqlite3.Row) -> tuple[str, ...]:
    """What a row replaces the row before of: equal for rows that have the same topic."""
    return (row["runner"], row["foot"]) if "foot" in row.keys() else (row["runner"],)  # noqa: SIM118  # a row has values


async def _cancel(work: Collection[asyncio.Task[None]]) -> None:
    await end_tasks(*work, again_s=CANCEL_AGAIN_S)
    await asyncio.gather(*work, return_exceptions=True)


def _default_name(store: Path) -> str:
    """Name of the service of a data folder of this computer."""
    computer = "".join(sign if sign.isalnum() else "-" for sign in socket.gethostname())
    return f"{computer}-{zlib.crc32(str(store.absolute()).encode()):08x}"

"""The store to an MQTT broker: alerts each at least once and in order, the rest as it is now."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import suppress
from time import time, time_ns

from aiomqtt import Client, MqttError

from surefoot.sensor_ingest.backoff import Backoff
from surefoot.service.exporters.mqtt_client import BrokerError, connected, publish
from surefoot.service.exporters.status import News, SinkState
from surefoot.service.serialization import mqtt_messages as messages
from surefoot.service.serialization.mqtt_messages import Message
from surefoot.service.settings import MqttSettings
from surefoot.service.store.outbox import Outbox

log = logging.getLogger(__name__)

AT_ONCE = 200
POLL_S = 1.0
LATE_S = 10.0
FRESH_NS = 60_000_000_000
"""A stride that is older is no news."""

Rows = Sequence[sqlite3.Row]


class MqttShipper:
    """Publishes from the outbox until it is cancelled."""

    def __init__(
        self, outbox: Outbox, settings: MqttSettings, state: SinkState, *, backoff: Backoff | None = None
    ) -> None:
        self._outbox = outbox
        self._settings = settings
        self._state = state
        self._backoff = backoff or Backoff()

    async def run(self, news: News) -> None:
        """For ever."""
        while True:
            try:
                async with connected(self._settings) as client:
                    await self._serve(client, news)
            except BrokerError as error:
                self._state.failed(str(error))
            wait_s = self._backoff.next_delay_s()
            log.warning("MQTT: %s; trying again in %.1f s", self._state.problem, wait_s)
            await asyncio.sleep(wait_s)

    async def _serve(self, client: Client, news: News) -> None:
        """Until the connection is lost, which raises, or the end."""
        work = asyncio.create_task(_listen(client)), asyncio.create_task(self._ship(client, news))
        try:
            done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
            done.pop().result()
        except asyncio.CancelledError:
            with suppress(MqttError):
                await publish(client, messages.status("offline"))
            raise
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)

    async def _ship(self, client: Client, news: News) -> None:
        await self._present(client)
        self._state.worked()
        self._backoff.reset()
        while True:
            await self.drain(client)
            await news.wait(POLL_S)

    async def drain(self, client: Client) -> None:
        """Publish everything there is."""
        while rows := self._outbox.pending("alerts", AT_ONCE):
            for row in rows:
                await self._alert(client, row)
        for source in ("runs", "summaries", "live"):
            while rows := self._outbox.pending(source, AT_ONCE):
                await self._retained(client, source, _last_of_runners(rows))
                self._outbox.move(source, rows[-1]["seq"])
        while rows := self._outbox.pending("strides", AT_ONCE):
            for row in rows:
                if time_ns() - row["time_ns"] < FRESH_NS:
                    await publish(client, messages.stride(row))
            self._outbox.move("strides", rows[-1]["seq"])

    async def _alert(self, client: Client, row: sqlite3.Row) -> None:
        age_s = _age_s(row)
        late = age_s is None or age_s > LATE_S
        await publish(client, messages.alert(row, age_s, late=late))
        self._outbox.delivered(row["id"], _age_s(row), late=late, upto=row["seq"])
        await self._alert_states(client, row)

    async def _alert_states(self, client: Client, row: sqlite3.Row) -> None:
        for message in messages.alert_states(self._outbox.alerts_of(row["run"], row["runner"], row["seq"])):
            await publish(client, message)

    async def _present(self, client: Client) -> None:
        """A broker may have forgotten everything: what is retained is told anew."""
        await publish(client, messages.status("online"))
        for source in ("runs", "summaries", "live"):
            await self._retained(client, source, self._outbox.newest(source))
        for row in self._outbox.newest("alerts"):
            if row["seq"] <= self._outbox.cursor("alerts"):
                await self._alert_states(client, row)

    async def _retained(self, client: Client, source: str, rows: Iterable[sqlite3.Row]) -> None:
        for row in rows:
            for message in self._words(source, row):
                await publish(client, message)

    def _words(self, source: str, row: sqlite3.Row) -> list[Message]:
        match source:
            case "live":
                return [messages.window(row)]
            case "summaries":
                return [messages.summary(row), messages.run_status(row, "ended")]
            case _:
                found = [messages.discovery(row["runner"])] if self._settings.home_assistant else []
                return [*found, messages.run_status(row, "running")]


async def _listen(client: Client) -> None:
    """Nothing is expected; this notices when the connection is lost."""
    async for _ in client.messages:
        pass


def _age_s(row: sqlite3.Row) -> float | None:
    """Since the sample that it took to know; None where the run was read from its recording."""
    return None if row["age_s"] is None else float(row["age_s"] + max(time() - row["stored_utc_s"], 0.0))


def _last_of_runners(rows: Rows) -> list[sqlite3.Row]:
    return list({row["runner"]: row for row in rows}.values())

"""Publishes what runners who consent say, below a topic of its own, as it is said; the broker retains none of it."""

from __future__ import annotations

import asyncio
import json
import logging

from aiomqtt import MqttError

from surefoot.sensor_ingest.backoff import Backoff
from surefoot.service.exporters.mqtt_client import BrokerClient, BrokerError, broker_connection, publish
from surefoot.service.exporters.mqtt_refusal import PublishRefusedError
from surefoot.service.exporters.private_entries import PrivateEntries, shipped_fields, time_ns
from surefoot.service.exporters.status import ExporterStatus, RowsAvailable
from surefoot.service.people.people_file import Entry
from surefoot.service.problem_log import ProblemLog
from surefoot.service.serialization.alert_messages import FORMAT
from surefoot.service.serialization.mqtt_messages import DAY_S, Message
from surefoot.service.settings import MqttSettings, Settings
from surefoot.service.store.outbox import Outbox

log = logging.getLogger(__name__)

PRIVATE_TOPIC = "private topic"
POLL_S = 2.0
SOURCE = "people"
"""Name of the cursor: the time of the last entry that was published."""


async def drain_to_private_topic(settings: Settings, client: BrokerClient) -> None:
    """Publish what was said since by those who consent; MqttError where the broker does not take it."""
    with Outbox(settings.store_path, PRIVATE_TOPIC) as outbox:
        try:
            await PrivateMqttExporter(outbox, settings.mqtt, ExporterStatus(PRIVATE_TOPIC)).drain(client)
        except PublishRefusedError as error:
            raise MqttError(str(error)) from error


class PrivateMqttExporter:
    """Publishes each entry at least once, from the moment of the consent on."""

    def __init__(self, outbox: Outbox, settings: MqttSettings, status: ExporterStatus) -> None:
        self._outbox = outbox
        self._settings = settings
        self._status = status
        self._entries = PrivateEntries(outbox.path.parent)
        self._backoff = Backoff()
        self._problems = ProblemLog(log, logging.WARNING)

    async def run(self, _: RowsAvailable) -> None:
        """Publish until cancelled; reconnect with exponential back-off."""
        while True:
            try:
                async with broker_connection(self._settings) as client:
                    await self._follow(client)
            except (BrokerError, MqttError, PublishRefusedError) as error:
                self._status.mark_down(str(error))
            wait_s = self._backoff.next_delay_s()
            self._problems.report(f"{self._status.name}: {self._status.problem}", f"; trying again in {wait_s:.1f} s")
            await asyncio.sleep(wait_s)

    async def _follow(self, client: BrokerClient) -> None:
        while True:
            await self.drain(client)
            self._status.mark_up()
            self._problems.resolve(f"{self._status.name} works again.")
            self._backoff.reset()
            await asyncio.sleep(POLL_S)

    async def drain(self, client: BrokerClient) -> None:
        """Publish what was said since."""
        for entry in self._entries.said_since(self._outbox.cursor(SOURCE)):
            await publish(client, private_message(self._settings.private_topic or "", entry))
            self._outbox.set_cursor(SOURCE, time_ns(entry))
            self._status.delivered += 1


def private_message(root: str, entry: Entry) -> Message:
    """An entry; one that was withdrawn says so, and nothing else."""
    said = {"withdrawn": True} if entry.withdrawn else shipped_fields(entry)
    body = {"v": FORMAT, "runner": entry.runner, "entry": entry.id, "at_utc": entry.at_utc.isoformat(), **said}
    return Message(f"{root}/{entry.runner}/{entry.kind}", json.dumps(body), expiry_s=DAY_S)

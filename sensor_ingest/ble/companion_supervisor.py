"""Supervisor of one sensor beside the pods: find, connect, listen, and again after a loss. It never ends a run."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable

from bleak import BleakClient
from bleak.exc import BleakError

from surefoot.analysis.companions import COMPANION_WORDS
from surefoot.sensor_ingest.backoff import Backoff
from surefoot.sensor_ingest.ble.adapter import Adapter, Advertisement
from surefoot.sensor_ingest.ble.errors import LinkLostError, loss_reason
from surefoot.sensor_ingest.cancellation import StopRequested, cancel_on, wait_for_event
from surefoot.sensor_ingest.devices.companions import PROFILES
from surefoot.sensor_ingest.recording.entries import CompanionEntry, CompanionEvent
from surefoot.sensor_ingest.recording.entry_queue import EntryQueue
from surefoot.sensor_ingest.recording.manifest import CompanionAssignment

log = logging.getLogger(__name__)

HEAD_START_S = 3.0
"""Pods are looked for and connected to first."""
LOOK_S = 20.0
CONNECT_TIMEOUT_S = 5.0
"""Shorter than for pods, which wait meanwhile."""
DISCONNECT_TIMEOUT_S = 3.0
FIRST_RETRY_S, MAX_RETRY_S = 2.0, 60.0
SILENCE_S = 15.0
"""A link without news for this long is replaced: one a second should come."""
MAX_PER_S = 8.0
"""More notifications than this, but for a short burst, are not recorded."""
MAX_BURST = 16.0
MAX_BYTES = 512
_ADDRESS = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
"""Of Bluetooth, or what macOS says in its place."""


class CompanionSupervisor:
    """One companion of a run.

    Parameters
    ----------
    number : its index in the manifest.
    session_s : maps the event loop's time to session time.
    """

    def __init__(
        self,
        number: int,
        assignment: CompanionAssignment,
        *,
        adapter: Adapter,
        queue: EntryQueue,
        session_s: Callable[[float], float],
        stop: asyncio.Event,
    ) -> None:
        self.number, self.assignment = number, assignment
        self.label = f"{COMPANION_WORDS[assignment.companion]} {assignment.address}"
        self._adapter, self._queue, self._session_s, self._stop = adapter, queue, session_s, stop
        self._backoff = Backoff(FIRST_RETRY_S, MAX_RETRY_S, jitter=0.0)
        self._heard_s = 0.0
        self._allowed, self._allowed_at_s = MAX_BURST, 0.0

    async def run(self) -> None:
        """Supervise it until the run is stopped. Nothing that a device does, or a library with it, ends the run."""
        await wait_for_event(self._stop, HEAD_START_S)
        while not self._stop.is_set():
            try:
                await cancel_on(self._stop, self._attend(), self.label)
            except StopRequested:
                return
            except Exception as error:
                self._tell_lost(error)
            await wait_for_event(self._stop, self._backoff.next_delay_s())

    def _tell_lost(self, error: Exception) -> None:
        reason = loss_reason(error)
        if self._backoff.failures == 0:
            log.warning("No data from the %s: %s. The run goes on, and it is looked for again.", self.label, reason)
        self._record(CompanionEvent.DISCONNECTED, reason[:200].encode())

    async def _attend(self) -> None:
        """Find it, connect and listen until it is lost, which is always raised as an error."""
        advertisement = await self._find()
        gone = asyncio.Event()
        client = BleakClient(
            advertisement.device, lambda _: gone.set(), timeout=CONNECT_TIMEOUT_S, **self._adapter.radio.client
        )
        try:
            async with self._adapter.exclusive, asyncio.timeout(CONNECT_TIMEOUT_S):
                await client.connect()
            await self._listen(client, gone, advertisement.name)
        finally:
            await _close(client)

    async def _find(self) -> Advertisement:
        wanted = self.assignment.address
        is_address = _ADDRESS.fullmatch(wanted) is not None
        try:
            async with asyncio.timeout(LOOK_S):
                return await self._adapter.wait_for_advertisement(
                    "" if is_address else wanted, only_address=wanted if is_address else "", is_pod=False
                )
        except TimeoutError as error:
            raise LinkLostError("it is not heard") from error

    async def _listen(self, client: BleakClient, gone: asyncio.Event, name: str) -> None:
        profile = PROFILES[self.assignment.companion]
        if client.services.get_characteristic(profile.value_uuid) is None:
            raise LinkLostError("it is no such sensor")
        self._heard_s = _loop_s()
        await client.start_notify(profile.value_uuid, lambda _, data: self._on_value(bytes(data)))
        self._record(CompanionEvent.CONNECTED, name[:200].encode())
        log.info("The %s is connected.", self.label)
        while not await wait_for_event(gone, 1.0):
            if _loop_s() - self._heard_s > SILENCE_S:
                raise LinkLostError("it is connected, but silent")
        raise LinkLostError("it went out of reach")

    def _on_value(self, data: bytes) -> None:
        now_s = self._heard_s = _loop_s()
        self._backoff.reset()
        self._allowed = min(self._allowed + (now_s - self._allowed_at_s) * MAX_PER_S, MAX_BURST)
        self._allowed_at_s = now_s
        if self._allowed >= 1.0:
            self._allowed -= 1.0
            self._record(CompanionEvent.NOTIFIED, data[:MAX_BYTES])

    def _record(self, event: CompanionEvent, data: bytes) -> None:
        at_s = self._session_s(_loop_s())
        self._queue.put(CompanionEntry(self.number, at_s, self.assignment.companion, event, data))


async def _close(client: BleakClient) -> None:
    """Disconnect, also after a loss: otherwise BlueZ keeps delivering notifications to this client too."""
    try:
        async with asyncio.timeout(DISCONNECT_TIMEOUT_S):
            await client.disconnect()
    except (BleakError, OSError, EOFError, TimeoutError):
        return


def _loop_s() -> float:
    return asyncio.get_running_loop().time()

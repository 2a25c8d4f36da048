"""Supervisor of one pod during a run: find, connect, stream, backfill, and reconnect after a loss."""

from __future__ import annotations

import asyncio
import logging
import math
import random
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from bleak.exc import BleakError

from surefoot.sensor_ingest.backoff import Backoff
from surefoot.sensor_ingest.ble.adapter import Adapter, Advertisement
from surefoot.sensor_ingest.ble.backfill import Backfill
from surefoot.sensor_ingest.ble.discovery import advertised_prefix, serial_matches
from surefoot.sensor_ingest.ble.errors import LinkLostError, PodRefusedError
from surefoot.sensor_ingest.ble.handshake import (
    StreamSettings,
    configure,
    first_sequence_of_run,
    oldest_available,
    read_pod_info,
    send_checked,
)
from surefoot.sensor_ingest.ble.pod_client import PodClient
from surefoot.sensor_ingest.ble.rate_limit import PacketRateLimiter
from surefoot.sensor_ingest.cancellation import StopRequested, cancel_on, wait_for_event
from surefoot.sensor_ingest.protocol import FootCode, Opcode, PodInfo, ProtocolError
from surefoot.sensor_ingest.recording.assembler import Assembler
from surefoot.sensor_ingest.recording.entries import EventEntry, EventKind, LostEntry, PacketEntry, PodEntry
from surefoot.sensor_ingest.recording.entry_queue import EntryQueue
from surefoot.sensor_ingest.recording.packet_reordering import ReorderBuffer
from surefoot.sensor_ingest.recording.run_folder import PodAssignment

T = TypeVar("T")
log = logging.getLogger(__name__)

TRANSIENT_ERRORS = (BleakError, TimeoutError, OSError, EOFError, LinkLostError)
"""Errors after which the connection is tried again."""
FIRST_RETRY_S = 0.25
MAX_RETRY_S = 5.0
STALL_TIMEOUT_S = 4.0
"""A connected link without packets for this long is replaced; longer than the supervision timeout of pods."""
MAX_MALFORMED_PACKETS = 100
MAX_EXCESS_PACKETS = 1000
"""Malformed packets, and packets above the rate limit, of one connection after which the pod is refused for a while."""
FIRST_REFUSAL_S = 15.0
MAX_REFUSAL_S = 60.0
"""A refused pod is tried again after so long: less than its ring buffer holds, so that a bad answer costs nothing."""
STABLE_LINK_S = 5.0
"""A link lost sooner is followed by a back-off, so that a flapping pod does not block the adapter."""
OWN_ADDRESS_FIRST_S = 5.0
NAMESAKE_PATIENCE_S = 30.0
"""After a link loss the pod is looked for at the address that it had first; another boot elsewhere is meanwhile
taken for another pod with the same serial number, not for the pod switched on anew."""
MIN_BATTERY_INTERVAL_S = 10.0
"""Battery levels are recorded at most this often."""
STOP_TIMEOUT_S = 3.0
_BACKFILL_POLL_S = 0.05
_IDLE_POLL_S = 0.5


class PodSupervisor:
    """One pod of a run.

    Parameters
    ----------
    number : index of the pod in the manifest.
    assembler : read only, for missing packets.
    session_s : maps the event loop's time to session time.
    """

    def __init__(
        self,
        number: int,
        assignment: PodAssignment,
        *,
        adapter: Adapter,
        queue: EntryQueue,
        assembler: Assembler,
        session_s: Callable[[float], float],
        stop: asyncio.Event,
        settings: StreamSettings,
        rng: random.Random,
    ) -> None:
        self.number = number
        self.assignment = assignment
        self._adapter = adapter
        self._queue = queue
        self._assembler = assembler
        self._session_s = session_s
        self._stop = stop
        self._settings = settings
        self._backoff = Backoff(FIRST_RETRY_S, MAX_RETRY_S, rng=rng)
        self._refusals = Backoff(FIRST_REFUSAL_S, MAX_REFUSAL_S, jitter=0.0)
        self._address = ""
        self._left_s = -math.inf
        self._other_addresses: set[str] = set()
        self._rate_limiter = PacketRateLimiter()
        self._last_packet_s = 0.0
        self._malformed_before = self._excess_before = 0
        self._battery_pct = -1
        self._battery_recorded_s = -math.inf
        self._streaming_since_s = math.inf

    async def run(self) -> None:
        """Supervise the pod until the run is stopped."""
        while not self._stop.is_set():
            self._streaming_since_s = math.inf
            try:
                await self._run_connection(await self._cancel_on_stop(self._find(), "look"))
                self._backoff.reset()
            except StopRequested:
                return
            except PodRefusedError as error:
                await self._pause_after(error)
            except TRANSIENT_ERRORS as error:
                self._record_event(EventKind.DISCONNECTED, text=_error_text(error))
                log.info("Pod %s is not connected (%s); trying again.", self.assignment.serial, _error_text(error))
                await self._pause()

    async def _cancel_on_stop(self, work: Coroutine[Any, Any, T], what: str) -> T:
        return await cancel_on(self._stop, work, f"pod {self.assignment.serial} {what}")

    async def _find(self) -> Advertisement:
        prefix = advertised_prefix(self.assignment.serial)
        if self._address:
            try:
                async with asyncio.timeout(OWN_ADDRESS_FIRST_S):
                    return await self._adapter.wait_for_advertisement(prefix, only_address=self._address)
            except TimeoutError:
                log.debug("Pod %s is not heard from the address it had.", self.assignment.serial)
        return await self._adapter.wait_for_advertisement(prefix, frozenset(self._other_addresses))

    async def _pause_after(self, refusal: PodRefusedError) -> None:
        """Leave a pod that breaks the rules alone for a while, longer each time in a row."""
        if asyncio.get_running_loop().time() - self._streaming_since_s >= MAX_REFUSAL_S:
            self._refusals.reset()
        wait_s = self._refusals.next_delay_s()
        log.warning("%s It is tried again in %.0f s.", refusal, wait_s)
        self._record_event(EventKind.REFUSED, text=refusal.reason)
        await wait_for_event(self._stop, wait_s)

    async def _pause(self) -> None:
        """Back off, unless the lost link had been stable."""
        if self._link_was_stable:
            self._backoff.reset()
        else:
            await wait_for_event(self._stop, self._backoff.next_delay_s())

    async def _run_connection(self, advertisement: Advertisement) -> None:
        """Connect, stream until the link is lost or the run is stopped, disconnect."""
        client = PodClient(advertisement, self._adapter.radio)
        try:
            await self._cancel_on_stop(self._connect(client), "connect")
            if not await self._cancel_on_stop(self._handshake(client, advertisement), "greet"):
                return
            self._streaming_since_s = asyncio.get_running_loop().time()
            await self._stream(client)
        finally:
            if not math.isinf(self._streaming_since_s):
                self._left_s = asyncio.get_running_loop().time()
            await client.close()

    async def _connect(self, client: PodClient) -> None:
        async with self._adapter.exclusive:
            await client.connect()

    async def _handshake(self, client: PodClient, advertisement: Advertisement) -> bool:
        """Identify, configure and start the pod; False if it is another pod with the same tag."""
        await client.subscribe_replies()
        info = await read_pod_info(client, self.assignment.serial)
        if not serial_matches(info.serial, self.assignment.serial):
            self._other_addresses.add(advertisement.device.address)
            return False
        known = self._reorder_buffer
        same_boot = known is not None and known.is_same_boot(info)
        if not same_boot and self._is_namesake(advertisement.device.address):
            self._tell_namesake(advertisement.device.address)
            return False
        if not same_boot:
            info = await configure(client, info, self._settings)
        self._record_connection(info, advertisement)
        await client.subscribe_battery(self._on_battery)
        self._last_packet_s = asyncio.get_running_loop().time()
        await client.subscribe_packets(self._on_packet)
        await send_checked(client, info.serial, Opcode.START)
        if info.foot.foot is not self.assignment.foot:
            await client.send_command(Opcode.SET_FOOT, FootCode.from_foot(self.assignment.foot))
        return True

    def _is_namesake(self, address: str) -> bool:
        """Whether another boot at this address is that of another pod."""
        gone_s = asyncio.get_running_loop().time() - self._left_s
        return bool(self._address) and address != self._address and gone_s < NAMESAKE_PATIENCE_S

    def _tell_namesake(self, address: str) -> None:
        self._record_event(EventKind.NAMESAKE, text=address)
        log.warning("Another pod at %s has the name of pod %s; it is not used.", address, self.assignment.serial)

    def _look_for_namesakes(self) -> None:
        """A connected pod does not advertise, so whoever uses its name meanwhile is another pod."""
        heard = self._adapter.heard_since(advertised_prefix(self.assignment.serial), self._streaming_since_s)
        for address in heard - self._other_addresses - {self._address}:
            self._other_addresses.add(address)
            self._tell_namesake(address)

    def _record_connection(self, info: PodInfo, advertisement: Advertisement) -> None:
        """Record the connection, and the packets that are no longer in the ring buffer."""
        now_s = self._now_s()
        known = self._reorder_buffer
        assignment = self.assignment
        first = first_sequence_of_run(info, known)
        self._queue.put(PodEntry(self.number, now_s, first, assignment.foot, assignment.runner, bytes(info)))
        if known is not None and not known.is_same_boot(info):
            self._record_event(EventKind.REBOOTED)
        elif known is not None and oldest_available(info) > known.next_sequence:
            self._queue.put(
                LostEntry(self.number, info.boot, known.next_sequence, oldest_available(info) - known.next_sequence)
            )
        self._address = advertisement.device.address
        self._record_event(EventKind.CONNECTED, text=advertisement.name)
        log.info("Pod %s is connected.", info.serial)
        self._record_event(EventKind.SIGNAL, float(advertisement.rssi_dbm))
        self._rate_limiter.start(now_s, info.rate_hz)
        self._malformed_before, self._excess_before = self._malformed, self._rate_limiter.refused

    async def _stream(self, client: PodClient) -> None:
        """Watch the stream and backfill until the run is stopped; LinkLostError if the link is lost or stalls."""
        backfill = Backfill(self.number, client, self._queue.put)
        loop = asyncio.get_running_loop()
        while not self._stop.is_set():
            if client.disconnected.is_set():
                raise LinkLostError("the pod went out of reach")
            if loop.time() - self._last_packet_s > STALL_TIMEOUT_S:
                raise LinkLostError("connected, but no data")
            self._check_packets()
            self._look_for_namesakes()
            busy = await self._request_missing(backfill, loop.time())
            await wait_for_event(client.disconnected, _BACKFILL_POLL_S if busy else _IDLE_POLL_S)
        await self._stop_pod(client, backfill)

    async def _request_missing(self, backfill: Backfill, now_s: float) -> bool:
        buffer = self._reorder_buffer
        return buffer is not None and await backfill.request_missing(buffer, now_s)

    async def _stop_pod(self, client: PodClient, backfill: Backfill) -> None:
        """Stop the pod and wait up to `STOP_TIMEOUT_S` for its last packets."""
        loop = asyncio.get_running_loop()
        self._record_event(EventKind.DISCONNECTED, text="the run was ended")
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await client.send_command(Opcode.STOP)
                newest = (await client.read_info()).newest
                while not client.disconnected.is_set() and (buffer := self._reorder_buffer) is not None:
                    if not await self._request_missing(backfill, loop.time()) and buffer.is_settled(newest):
                        return
                    await asyncio.sleep(_BACKFILL_POLL_S)
        except (*TRANSIENT_ERRORS, ProtocolError) as error:
            log.info("Pod %s was not stopped: %s", self.assignment.serial, error)

    def _check_packets(self) -> None:
        malformed = self._malformed - self._malformed_before
        if malformed >= MAX_MALFORMED_PACKETS:
            raise PodRefusedError(self.assignment.serial, f"it sent {malformed} malformed packets")
        if self._rate_limiter.refused - self._excess_before >= MAX_EXCESS_PACKETS:
            raise PodRefusedError(self.assignment.serial, "it sends far more data than expected")

    @property
    def _malformed(self) -> int:
        pod = self._assembler.pods.get(self.number)
        return pod.counts.malformed if pod is not None else 0

    def _on_packet(self, arrival_s: float, data: bytes) -> None:
        self._last_packet_s = arrival_s
        at_s = self._session_s(arrival_s)
        if self._rate_limiter.allows(at_s):
            self._queue.offer(PacketEntry(self.number, at_s, data))

    def _on_battery(self, level_pct: int) -> None:
        now_s = asyncio.get_running_loop().time()
        if level_pct != self._battery_pct and now_s - self._battery_recorded_s >= MIN_BATTERY_INTERVAL_S:
            self._battery_pct, self._battery_recorded_s = level_pct, now_s
            self._record_event(EventKind.BATTERY, float(level_pct))

    @property
    def _link_was_stable(self) -> bool:
        """Whether the last link streamed for `STABLE_LINK_S`."""
        return asyncio.get_running_loop().time() - self._streaming_since_s >= STABLE_LINK_S

    @property
    def _reorder_buffer(self) -> ReorderBuffer | None:
        pod = self._assembler.pods.get(self.number)
        return pod.reorder_buffer if pod is not None else None

    def _now_s(self) -> float:
        return self._session_s(asyncio.get_running_loop().time())

    def _record_event(self, kind: EventKind, value: float = 0.0, text: str = "") -> None:
        self._queue.put(EventEntry(self.number, self._now_s(), kind, value, text[:200]))


def _error_text(error: BaseException) -> str:
    if isinstance(error, LinkLostError):
        return error.reason
    return str(error) or type(error).__name__

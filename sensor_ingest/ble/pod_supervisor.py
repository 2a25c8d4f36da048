"""Supervisor of one pod during a run: find, connect, stream, backfill, and reconnect after a loss."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from surefoot.sensor_ingest.ble.adapter import Adapter, Advertisement
from surefoot.sensor_ingest.ble.backfill import POLL_S, Backfill
from surefoot.sensor_ingest.ble.bonds import BondDoubt, Bonds, secure
from surefoot.sensor_ingest.ble.device_client import client_of
from surefoot.sensor_ingest.ble.discovery import advertised_prefix, serial_matches
from surefoot.sensor_ingest.ble.errors import TRANSIENT_ERRORS, BondError, LinkLostError, PodRefusedError, loss_reason
from surefoot.sensor_ingest.ble.handshake import (
    StreamSettings,
    configure,
    first_sequence_of_run,
    oldest_available,
    read_pod_info,
    send_checked,
    tell_store,
)
from surefoot.sensor_ingest.ble.namesakes import Namesakes
from surefoot.sensor_ingest.ble.pod_client import PodClient
from surefoot.sensor_ingest.ble.pod_intake import PodIntake
from surefoot.sensor_ingest.ble.retries import Retries
from surefoot.sensor_ingest.cancellation import StopRequested, cancel_on, wait_for_event
from surefoot.sensor_ingest.devices.limits import limits_of
from surefoot.sensor_ingest.protocol import FootCode, Opcode, PodInfo, ProtocolError
from surefoot.sensor_ingest.recording.assembler import Assembler
from surefoot.sensor_ingest.recording.entries import EventEntry, EventKind, LostEntry, PodEntry
from surefoot.sensor_ingest.recording.entry_queue import EntryQueue
from surefoot.sensor_ingest.recording.manifest import PodAssignment
from surefoot.sensor_ingest.recording.packet_reordering import ReorderBuffer

T = TypeVar("T")
log = logging.getLogger(__name__)

STALL_TIMEOUT_S = 4.0
"""A connected link without packets for this long is replaced; longer than the supervision timeout of pods."""
OWN_ADDRESS_FIRST_S = 5.0
"""For so long the pod is looked for at the address that it had, or was bonded at, before elsewhere."""
STOP_TIMEOUT_S = 3.0
_IDLE_POLL_S = 0.5


class PodSupervisor:
    """One pod of a run.

    Parameters
    ----------
    number : index of the pod in the manifest.
    assembler : read only, for missing packets.
    bonds : pods that this computer has a bond with.
    session_s : maps the event loop's time to session time.
    partner_tag : how the pod on the runner's other foot is called; empty without one.
    utc_s : seconds since 1970, by the computer's clock.
    """

    def __init__(
        self,
        number: int,
        assignment: PodAssignment,
        *,
        adapter: Adapter,
        queue: EntryQueue,
        assembler: Assembler,
        bonds: Bonds,
        session_s: Callable[[float], float],
        partner_tag: str,
        utc_s: Callable[[], float | None],
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
        self._partner_tag, self._utc_s = partner_tag, utc_s
        self._stop = stop
        self._settings = settings
        self._rng = rng
        self._retries = Retries(rng)
        self._bonds = bonds
        self._doubt = BondDoubt(bonds, assignment.serial)
        self._namesakes = Namesakes(bonds.address_of(assignment.serial) or "")
        self._intake = PodIntake(number, queue, assembler, session_s)

    async def run(self) -> None:
        """Supervise the pod until the run is stopped."""
        while not self._stop.is_set():
            self._retries.on_looking()
            try:
                await self._run_connection(await self._cancel_on_stop(self._find(), "look"))
                self._retries.on_over()
            except StopRequested:
                return
            except PodRefusedError as error:
                await self._pause_after(error)
            except TRANSIENT_ERRORS as error:
                self._record_event(EventKind.DISCONNECTED, text=loss_reason(error))
                log.info("Pod %s is not connected (%s); trying again.", self.assignment.serial, loss_reason(error))
                self._tell_doubt()
                if wait_s := self._retries.loss_wait_s(self._loop_s()):
                    await wait_for_event(self._stop, wait_s)

    async def _cancel_on_stop(self, work: Coroutine[Any, Any, T], what: str) -> T:
        return await cancel_on(self._stop, work, f"pod {self.assignment.serial} {what}")

    async def _find(self) -> Advertisement:
        prefix = advertised_prefix(self.assignment.serial)
        if own := self._namesakes.own_address:
            try:
                async with asyncio.timeout(OWN_ADDRESS_FIRST_S):
                    return await self._adapter.wait_for_advertisement(prefix, only_address=own)
            except TimeoutError:
                log.debug("Pod %s is not heard from the address it had.", self.assignment.serial)
        return await self._adapter.wait_for_advertisement(prefix, frozenset(self._namesakes.others))

    def _tell_doubt(self) -> None:
        if (doubt := self._doubt.on_failed()) is not None:
            log.warning("%s", doubt)
            self._record_event(EventKind.DISCONNECTED, text=doubt.reason)

    async def _pause_after(self, refusal: PodRefusedError) -> None:
        """Leave a pod that breaks the rules alone for a while, longer each time in a row."""
        wait_s = self._retries.refusal_wait_s(self._loop_s())
        log.warning("%s It is tried again in %.0f s.", refusal, wait_s)
        self._record_event(EventKind.REFUSED, text=refusal.reason)
        await wait_for_event(self._stop, wait_s)

    async def _run_connection(self, advertisement: Advertisement) -> None:
        """Connect, stream until the link is lost or the run is stopped, disconnect."""
        client = client_of(advertisement, self._adapter.radio, self._settings, self._rng)
        try:
            await self._cancel_on_stop(self._connect(client), "connect")
            if not await self._cancel_on_stop(self._handshake(client, advertisement), "greet"):
                return
            self._retries.on_streaming(self._loop_s())
            await self._stream(client)
        finally:
            if self._retries.streamed:
                self._namesakes.on_left(self._loop_s())
            await client.close()

    async def _connect(self, client: PodClient) -> None:
        async with self._adapter.exclusive:
            await client.connect()

    async def _handshake(self, client: PodClient, advertisement: Advertisement) -> bool:
        """Identify, configure and start the pod; False if it is another pod with the same tag."""
        address = advertisement.device.address
        info = await read_pod_info(client, self.assignment.serial)
        if not serial_matches(info.serial, self.assignment.serial):
            self._namesakes.others.add(address)
            return False
        known = self._reorder_buffer
        same_boot = known is not None and known.is_same_boot(info)
        if not same_boot and self._namesakes.is_namesake(address, self._loop_s()):
            self._tell_namesake(address)
            return False
        await self._secure(client, info.serial, address)
        await client.subscribe_replies()
        if not same_boot:
            info = await configure(client, info, self._settings)
        self._record_connection(info, advertisement)
        await client.subscribe_battery(self._intake.on_battery)
        self._intake.last_packet_s = self._loop_s()
        await client.subscribe_packets(self._intake.on_packet)
        await send_checked(client, info.serial, Opcode.START)
        if info.foot.foot is not self.assignment.foot:
            await client.send_command(Opcode.SET_FOOT, FootCode.from_foot(self.assignment.foot))
        await tell_store(client, self._partner_tag, self._utc_s())
        return True

    async def _secure(self, client: PodClient, serial: str, address: str) -> None:
        """Bond where the pod demands it; BondError if it is not the pod that there is a bond with."""
        self._doubt.on_shown()
        try:
            await secure(client, serial, address, self._bonds)
        except BondError:
            if address != self._namesakes.own_address:
                self._namesakes.others.add(address)
            raise

    def _tell_namesake(self, address: str) -> None:
        self._record_event(EventKind.NAMESAKE, text=address)
        log.warning("Another pod at %s has the name of pod %s; it is not used.", address, self.assignment.serial)

    def _look_for_namesakes(self) -> None:
        """A connected pod does not advertise, so whoever uses its name meanwhile is another pod."""
        heard = self._adapter.heard_since(advertised_prefix(self.assignment.serial), self._retries.streaming_since_s)
        for address in self._namesakes.take_new(heard):
            self._tell_namesake(address)

    def _record_connection(self, info: PodInfo, advertisement: Advertisement) -> None:
        """Record the connection, and the packets that are no longer in the ring buffer."""
        now_s = self._now_s()
        known_boot = self._reorder_buffer
        known = None if info.device else known_boot
        assignment = self.assignment
        first = first_sequence_of_run(info, known)
        self._queue.put(PodEntry(self.number, now_s, first, assignment.foot, assignment.runner, bytes(info)))
        if known is not None and not known.is_same_boot(info):
            self._record_event(EventKind.REBOOTED)
        elif known is not None and oldest_available(info) > known.next_sequence:
            self._queue.put(
                LostEntry(self.number, info.boot, known.next_sequence, oldest_available(info) - known.next_sequence)
            )
        self._namesakes.own_address = advertisement.device.address
        self._record_event(EventKind.CONNECTED, text=advertisement.name)
        log.info("Pod %s is connected.", info.serial)
        if (limits := limits_of(info)) is not None and known_boot is None:
            log.warning("Pod %s: %s", info.serial, limits)
        self._record_event(EventKind.SIGNAL, float(advertisement.rssi_dbm))
        self._intake.start(now_s, info.rate_hz)

    async def _stream(self, client: PodClient) -> None:
        """Watch the stream and backfill until the run is stopped; LinkLostError if the link is lost or stalls."""
        backfill = Backfill(self.number, client, self._queue.put)
        loop = asyncio.get_running_loop()
        while not self._stop.is_set():
            if client.disconnected.is_set():
                raise LinkLostError("the pod went out of reach")
            if loop.time() - self._intake.last_packet_s > STALL_TIMEOUT_S:
                raise LinkLostError("connected, but no data")
            self._intake.check(self.assignment.serial)
            self._look_for_namesakes()
            busy = await backfill.request_missing(self._reorder_buffer, loop.time())
            await wait_for_event(client.disconnected, POLL_S if busy else _IDLE_POLL_S)
        await self._stop_pod(backfill)

    async def _stop_pod(self, backfill: Backfill) -> None:
        """Stop the pod and wait up to `STOP_TIMEOUT_S` for its last packets."""
        self._record_event(EventKind.DISCONNECTED, text="the run was ended")
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await backfill.finish(self._reorder_buffer)
        except (*TRANSIENT_ERRORS, ProtocolError) as error:
            log.info("Pod %s was not stopped: %s", self.assignment.serial, error)

    @property
    def _reorder_buffer(self) -> ReorderBuffer | None:
        pod = self._assembler.pods.get(self.number)
        return pod.reorder_buffer if pod is not None else None

    def _now_s(self) -> float:
        return self._session_s(self._loop_s())

    @staticmethod
    def _loop_s() -> float:
        return asyncio.get_running_loop().time()

    def _record_event(self, kind: EventKind, value: float = 0.0, text: str = "") -> None:
        self._queue.put(EventEntry(self.number, self._now_s(), kind, value, text[:200]))

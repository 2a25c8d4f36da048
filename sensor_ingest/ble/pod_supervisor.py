"""Looks after one pod for a whole run: finds it, connects, keeps it streaming, gets back what was lost, and again."""

from __future__ import annotations

import asyncio
import logging
import math
import random
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from bleak.exc import BleakError

from surefoot.sensor_ingest.ble.adapter import Adapter, Sighting
from surefoot.sensor_ingest.ble.backfill import Mender
from surefoot.sensor_ingest.ble.discovery import is_serial, name_start
from surefoot.sensor_ingest.ble.handshake import StreamSettings, ask_info, first_wanted, obeyed, oldest_held, set_up
from surefoot.sensor_ingest.ble.pod_client import PodClient
from surefoot.sensor_ingest.ble.rate_limit import TrafficLimit
from surefoot.sensor_ingest.cancellation import Stopped, unless, wait_for
from surefoot.sensor_ingest.protocol import FootCode, Opcode, PodInfo, ProtocolError
from surefoot.sensor_ingest.recording.assembler import Assembler
from surefoot.sensor_ingest.recording.entries import EventEntry, EventKind, LostEntry, PacketEntry, PodEntry
from surefoot.sensor_ingest.recording.entry_queue import Intake
from surefoot.sensor_ingest.recording.errors import LinkLostError, PodRefusedError
from surefoot.sensor_ingest.recording.packet_reordering import BootTrack
from surefoot.sensor_ingest.recording.run_folder import WornPod

T = TypeVar("T")
log = logging.getLogger(__name__)

PASSING = (BleakError, TimeoutError, OSError, EOFError, LinkLostError)
"""What may work the next time."""
FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 5.0
STALLED_S = 4.0
"""Longer than the supervision timeout pods ask for: a link that stands but brings nothing is worth a new one."""
MOST_MALFORMED = 100
MOST_BABBLE = 1000
"""Packets beyond the traffic limit."""
STEADY_S = 5.0
"""A link that is lost sooner is followed by a pause, so that a pod that comes and goes leaves the adapter to others."""
BATTERY_S = 10.0
"""A level that changes more often is not told each time."""
STOP_S = 3.0
_BUSY_TURN_S = 0.05
_QUIET_TURN_S = 0.5


class PodSupervisor:
    """One pod of a run.

    Parameters
    ----------
    number : the pod's place in the manifest.
    assembler : tells what is missing; only read.
    session_s : session time of a time of the event loop.
    """

    def __init__(
        self,
        number: int,
        worn: WornPod,
        *,
        adapter: Adapter,
        intake: Intake,
        assembler: Assembler,
        session_s: Callable[[float], float],
        stop: asyncio.Event,
        settings: StreamSettings,
        rng: random.Random,
    ) -> None:
        self.number = number
        self.worn = worn
        self._adapter = adapter
        self._intake = intake
        self._assembler = assembler
        self._session_s = session_s
        self._stop = stop
        self._settings = settings
        self._rng = rng
        self._others: set[str] = set()
        self._limit = TrafficLimit()
        self._last_packet_s = 0.0
        self._battery_pct = -1
        self._battery_told_s = -math.inf
        self._streaming_since_s = math.inf

    async def run(self) -> None:
        """Until the run is ended, or the pod is refused."""
        failures = 0
        while not self._stop.is_set():
            self._streaming_since_s = math.inf
            try:
                await self._visit(await self._unless_stopped(self._sight(), "look"))
                failures = 0
            except Stopped:
                return
            except PodRefusedError as error:
                log.warning("%s", error)
                self._tell(EventKind.REFUSED, text=error.reason)
                return
            except PASSING as error:
                failures = 0 if self._steady else failures + 1
                self._tell(EventKind.DISCONNECTED, text=_reason(error))
            await self._pause(failures)

    async def _unless_stopped(self, work: Coroutine[Any, Any, T], what: str) -> T:
        return await unless(self._stop, work, f"pod {self.worn.serial} {what}")

    async def _sight(self) -> Sighting:
        return await self._adapter.sight(name_start(self.worn.serial), frozenset(self._others))

    async def _pause(self, failures: int) -> None:
        """None after a loss, then 0.25 s, doubling to 5 s, each shortened by chance so that pods do not meet again."""
        if failures:
            longest_s = min(FIRST_PAUSE_S * 2.0 ** min(failures - 1, 10), LONGEST_PAUSE_S)
            await wait_for(self._stop, longest_s * self._rng.uniform(0.5, 1.0))

    async def _visit(self, sighting: Sighting) -> None:
        """One connection, from beginning to end."""
        client = PodClient(sighting, self._adapter.radio)
        try:
            await self._unless_stopped(self._connect(client), "connect")
            if not await self._unless_stopped(self._greet(client, sighting), "greet"):
                return
            self._streaming_since_s = asyncio.get_running_loop().time()
            await self._stream(client)
        finally:
            await client.close()

    async def _connect(self, client: PodClient) -> None:
        async with self._adapter.free:
            await client.connect()

    async def _greet(self, client: PodClient, sighting: Sighting) -> bool:
        """Ask who it is, set it up and start it; False for another pod of nearly the same name."""
        await client.hear_replies()
        info = await ask_info(client, self.worn.serial)
        if not is_serial(info.serial, self.worn.serial):
            self._others.add(sighting.device.address)
            return False
        known = self._track
        if known is None or not known.continues(info):
            info = await set_up(client, info, self._settings)
        self._announce(info, sighting)
        await client.hear_battery(self._on_battery)
        self._last_packet_s = asyncio.get_running_loop().time()
        await client.hear_packets(self._on_packet)
        await obeyed(client, info.serial, Opcode.START)
        if info.foot.foot is not self.worn.foot:
            await client.command(Opcode.SET_FOOT, FootCode.of(self.worn.foot))
        return True

    def _announce(self, info: PodInfo, sighting: Sighting) -> None:
        """Record that the pod is there, and what of its past is gone."""
        now_s = self._now_s()
        known = self._track
        worn = self.worn
        first = first_wanted(info, known)
        self._intake.put(PodEntry(self.number, now_s, first, worn.foot, worn.runner, bytes(info)))
        if known is not None and not known.continues(info):
            self._tell(EventKind.REBOOTED)
        elif known is not None and oldest_held(info) > known.next:
            self._intake.put(LostEntry(self.number, info.boot, known.next, oldest_held(info) - known.next))
        self._tell(EventKind.CONNECTED, text=sighting.name)
        self._tell(EventKind.SIGNAL, float(sighting.rssi_dbm))
        self._limit.start(now_s, info.rate_hz)

    async def _stream(self, client: PodClient) -> None:
        """Keep the packets coming until the link is lost or the run is ended."""
        mender = Mender(self.number, client, self._intake.put)
        loop = asyncio.get_running_loop()
        while not self._stop.is_set():
            if client.lost.is_set():
                raise LinkLostError("the pod went out of reach")
            if loop.time() - self._last_packet_s > STALLED_S:
                raise LinkLostError("connected, but no data")
            self._check_conduct()
            busy = await self._mend(mender, loop.time())
            await wait_for(client.lost, _BUSY_TURN_S if busy else _QUIET_TURN_S)
        await self._leave(client, mender)

    async def _mend(self, mender: Mender, now_s: float) -> bool:
        track = self._track
        return track is not None and await mender.mend(track, now_s)

    async def _leave(self, client: PodClient, mender: Mender) -> None:
        """Stop the pod and wait, not for long, for its last packets."""
        loop = asyncio.get_running_loop()
        self._tell(EventKind.DISCONNECTED, text="the run was ended")
        try:
            async with asyncio.timeout(STOP_S):
                await client.command(Opcode.STOP)
                newest = (await client.info()).newest
                while not client.lost.is_set() and (track := self._track) is not None:
                    if not await self._mend(mender, loop.time()) and track.has(newest):
                        return
                    await asyncio.sleep(_BUSY_TURN_S)
        except (*PASSING, ProtocolError) as error:
            log.info("Pod %s was not stopped: %s", self.worn.serial, error)

    def _check_conduct(self) -> None:
        pod = self._assembler.pods.get(self.number)
        if pod is not None and pod.counts.malformed >= MOST_MALFORMED:
            raise PodRefusedError(self.worn.serial, f"it sent {pod.counts.malformed} packets that make no sense")
        if self._limit.refused >= MOST_BABBLE:
            raise PodRefusedError(self.worn.serial, "it sends far more than it was asked for")

    def _on_packet(self, arrival_s: float, data: bytes) -> None:
        self._last_packet_s = arrival_s
        at_s = self._session_s(arrival_s)
        if self._limit.allows(at_s):
            self._intake.offer(PacketEntry(self.number, at_s, data))

    def _on_battery(self, level_pct: int) -> None:
        now_s = asyncio.get_running_loop().time()
        if level_pct != self._battery_pct and now_s - self._battery_told_s >= BATTERY_S:
            self._battery_pct, self._battery_told_s = level_pct, now_s
            self._tell(EventKind.BATTERY, float(level_pct))

    @property
    def _steady(self) -> bool:
        """The last link held for a while."""
        return asyncio.get_running_loop().time() - self._streaming_since_s >= STEADY_S

    @property
    def _track(self) -> BootTrack | None:
        pod = self._assembler.pods.get(self.number)
        return pod.boot if pod is not None else None

    def _now_s(self) -> float:
        return self._session_s(asyncio.get_running_loop().time())

    def _tell(self, kind: EventKind, value: float = 0.0, text: str = "") -> None:
        self._intake.put(EventEntry(self.number, self._now_s(), kind, value, text[:200]))


def _reason(error: BaseException) -> str:
    if isinstance(error, LinkLostError):
        return error.reason
    return str(error) or type(error).__name__

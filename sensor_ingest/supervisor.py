"""Looks after one pod for a whole run: finds it, connects, keeps it streaming, gets back what was lost, and again."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from bleak.exc import BleakError

from sensor_ingest.adapter import Adapter, Sighting
from sensor_ingest.assembler import Assembler
from sensor_ingest.entries import EventEntry, EventKind, LostEntry, PacketEntry, PodEntry
from sensor_ingest.intake import Intake
from sensor_ingest.mending import Mender
from sensor_ingest.pod_client import PodClient
from sensor_ingest.pods import is_serial, name_start
from sensor_ingest.protocol import FootCode, Opcode, PodInfo, ProtocolError, Result
from sensor_ingest.run_errors import LinkLostError, PodRefusedError
from sensor_ingest.run_folder import WornPod
from sensor_ingest.track import HOLD_PACKETS, BootTrack
from sensor_ingest.traffic import TrafficLimit

T = TypeVar("T")
log = logging.getLogger(__name__)

PASSING = (BleakError, TimeoutError, OSError, EOFError, LinkLostError)
"""What may work the next time."""
FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 5.0
STALLED_S = 6.0
"""Longer than the supervision timeout pods ask for: a link that stands but brings nothing is worth a new one."""
MOST_MALFORMED = 100
STOP_S = 3.0
_BUSY_TURN_S = 0.05
_QUIET_TURN_S = 0.5


class Stopped(Exception):  # noqa: N818  # it is no error
    """The run is being ended."""


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """What pods are set to; a pod that streams already is stopped for it only at the beginning of a run."""

    rate_hz: int = 208
    acc_range_g: int = 16
    gyr_range_dps: int = 2000


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

    async def run(self) -> None:
        """Until the run is ended, or the pod is refused."""
        failures = 0
        while not self._stop.is_set():
            try:
                await self._visit(await self._unless_stopped(self._sight()))
                failures = 0
            except Stopped:
                return
            except PodRefusedError as error:
                log.warning("%s", error)
                self._tell(EventKind.REFUSED, text=error.reason)
                return
            except _StreamLostError as error:
                failures = 0
                self._tell(EventKind.DISCONNECTED, text=str(error))
            except PASSING as error:
                failures += 1
                self._tell(EventKind.DISCONNECTED, text=str(error) or type(error).__name__)
            await self._pause(failures)

    async def _sight(self) -> Sighting:
        return await self._adapter.sight(name_start(self.worn.serial), frozenset(self._others))

    async def _pause(self, failures: int) -> None:
        """None after a loss, then 0.25 s, doubling to 5 s, each shortened by chance so that pods do not meet again."""
        if failures:
            longest_s = min(FIRST_PAUSE_S * 2.0 ** min(failures - 1, 10), LONGEST_PAUSE_S)
            try:
                async with asyncio.timeout(longest_s * self._rng.uniform(0.5, 1.0)):
                    await self._stop.wait()
            except TimeoutError:
                return

    async def _visit(self, sighting: Sighting) -> None:
        """One connection, from beginning to end."""
        client = PodClient(sighting, self._adapter.radio)
        try:
            async with self._adapter.free:
                await self._unless_stopped(client.connect())
            if not await self._unless_stopped(self._greet(client, sighting)):
                return
            try:
                await self._stream(client)
            except PASSING as error:
                raise _StreamLostError(str(error) or type(error).__name__) from error
        finally:
            await client.close()

    async def _greet(self, client: PodClient, sighting: Sighting) -> bool:
        """Ask who it is, set it up and start it; False for another pod of nearly the same name."""
        await client.hear_replies()
        info = await self._info(client)
        if not is_serial(info.serial, self.worn.serial):
            self._others.add(sighting.device.address)
            return False
        info = await self._set_up(client, info)
        self._announce(info, sighting)
        await client.hear_battery(lambda pct: self._tell(EventKind.BATTERY, float(pct)))
        self._last_packet_s = asyncio.get_running_loop().time()
        await client.hear_packets(self._on_packet)
        await self._obeyed(client, Opcode.START)
        if info.foot.foot is not self.worn.foot:
            await client.command(Opcode.SET_FOOT, FootCode.of(self.worn.foot))
        return True

    async def _info(self, client: PodClient) -> PodInfo:
        try:
            info = await client.info()
        except ProtocolError as error:
            raise PodRefusedError(self.worn.serial, str(error)) from error
        if not 1 <= info.ring_packets <= 1 << 24:
            raise PodRefusedError(self.worn.serial, f"it claims a ring of {info.ring_packets} packets")
        return info

    async def _set_up(self, client: PodClient, info: PodInfo) -> PodInfo:
        """Set rate and ranges where they are not yet as wanted."""
        wanted = self._settings
        known = self._track
        if known is not None and known.info.boot == info.boot:
            return info
        right_rate = round(info.rate_hz) == wanted.rate_hz
        right_range = (info.acc_range_g, info.gyr_range_dps) == (wanted.acc_range_g, wanted.gyr_range_dps)
        if right_rate and right_range:
            return info
        await self._obeyed(client, Opcode.STOP)
        if not right_rate:
            await self._obeyed(client, Opcode.SET_RATE, wanted.rate_hz)
        if not right_range:
            await self._obeyed(client, Opcode.SET_RANGE, wanted.acc_range_g, wanted.gyr_range_dps)
        return await self._info(client)

    async def _obeyed(self, client: PodClient, opcode: Opcode, *arguments: int) -> None:
        reply = await client.command(opcode, *arguments)
        if reply.result is Result.NOT_NOW:
            raise LinkLostError(f"it is not ready for {opcode.name}")
        if reply.result is not Result.OK:
            raise PodRefusedError(self.worn.serial, f"it answers {opcode.name} with {reply.result.name}")

    def _announce(self, info: PodInfo, sighting: Sighting) -> None:
        """Record that the pod is there, and what of its past is gone."""
        now_s = self._now_s()
        known = self._track
        again = known is not None and known.info.boot == info.boot
        in_ring = info.oldest if info.newest else 0
        first = in_ring if known is not None else (info.newest + 1 if info.newest else 0)
        worn = self.worn
        self._intake.put(PodEntry(self.number, now_s, first, worn.foot, worn.runner, bytes(info)))
        if again and known is not None and in_ring > known.next:
            self._intake.put(LostEntry(self.number, info.boot, known.next, in_ring - known.next))
        if known is not None and not again:
            self._tell(EventKind.REBOOTED)
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
            await self._wait(client.lost, _BUSY_TURN_S if busy else _QUIET_TURN_S)
        await self._leave(client, mender)

    async def _mend(self, mender: Mender, now_s: float) -> bool:
        track = self._track
        return track is not None and await mender.mend(track, now_s)

    async def _leave(self, client: PodClient, mender: Mender) -> None:
        """Stop the pod and wait, not for long, for its last packets."""
        loop = asyncio.get_running_loop()
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
        if self._limit.refused >= HOLD_PACKETS:
            raise PodRefusedError(self.worn.serial, "it sends far more than it was asked for")

    def _on_packet(self, arrival_s: float, data: bytes) -> None:
        self._last_packet_s = arrival_s
        at_s = self._session_s(arrival_s)
        if self._limit.allows(at_s):
            self._intake.offer(PacketEntry(self.number, at_s, data))

    @property
    def _track(self) -> BootTrack | None:
        pod = self._assembler.pods.get(self.number)
        return pod.boot if pod is not None else None

    def _now_s(self) -> float:
        return self._session_s(asyncio.get_running_loop().time())

    def _tell(self, kind: EventKind, value: float = 0.0, text: str = "") -> None:
        self._intake.put(EventEntry(self.number, self._now_s(), kind, value, text[:200]))

    async def _wait(self, lost: asyncio.Event, most_s: float) -> None:
        """Wait for a time, less if the link is lost; a stop is seen at the next turn."""
        try:
            async with asyncio.timeout(most_s):
                await lost.wait()
        except TimeoutError:
            return

    async def _unless_stopped(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something that may take long; Stopped if the run is ended meanwhile."""
        task = asyncio.ensure_future(work)
        stop = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise Stopped
            return task.result()
        finally:
            stop.cancel()
            if not task.done():
                task.cancel()
                await asyncio.wait({task})


class _StreamLostError(LinkLostError):
    """The link was lost after it had worked: the next attempt is made at once."""

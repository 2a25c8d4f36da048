"""Asking a pod for the packets that are missing, a bounded piece at a time while live ones flow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from surefoot.sensor_ingest.ble.pod_client import PodClient
from surefoot.sensor_ingest.protocol import Opcode, Result
from surefoot.sensor_ingest.recording.entries import LostEntry
from surefoot.sensor_ingest.recording.packet_reordering import BootTrack, Hole

CHUNK_PACKETS = 32
"""8 kB: half a second of a bad link."""
ANSWER_S = 2.0
MOST_TRIES = 5


@dataclass(slots=True)
class _Asked:
    hole: Hole
    at_s: float


class Mender:
    """Closes one pod's holes over one connection.

    Parameters
    ----------
    give_up : takes what will never come.
    """

    def __init__(self, pod: int, client: PodClient, give_up: Callable[[LostEntry], None]) -> None:
        self._pod = pod
        self._client = client
        self._give_up = give_up
        self._asked: _Asked | None = None
        self._tries = 0

    async def mend(self, track: BootTrack, now_s: float) -> bool:
        """Ask for the first hole, unless its packets are still on the way; whether there is one."""
        holes = track.holes(1)
        if not holes:
            self._asked = None
            return False
        asked = self._asked
        if asked is not None and not track.has(asked.hole.first + asked.hole.count - 1):
            if now_s < asked.at_s + ANSWER_S:
                return True
            self._tries += 1
        else:
            self._tries = 0
        await self._ask(track, Hole(holes[0].first, min(holes[0].count, CHUNK_PACKETS)), now_s)
        return True

    async def _ask(self, track: BootTrack, hole: Hole, now_s: float) -> None:
        self._asked = _Asked(hole, now_s)
        if self._tries >= MOST_TRIES:
            self._lose(track, hole.first, hole.count)
            return
        reply = await self._client.command(Opcode.RESEND, hole.first, hole.count)
        if reply.result is not Result.OK:
            return
        end = hole.first + hole.count
        begin = min(max(reply.first, hole.first), end) if reply.count else end
        sent_end = min(begin + reply.count, end)
        self._lose(track, hole.first, begin - hole.first)
        self._lose(track, sent_end, end - sent_end)

    def _lose(self, track: BootTrack, first: int, count: int) -> None:
        if count:
            self._give_up(LostEntry(self._pod, track.info.boot, first, count))

"""Retransmission of missing packets, in bounded requests beside the live stream."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from surefoot.sensor_ingest.ble.pod_client import PodClient
from surefoot.sensor_ingest.protocol import Opcode, Result
from surefoot.sensor_ingest.recording.entries import LostEntry
from surefoot.sensor_ingest.recording.packet_reordering import ReorderBuffer, SequenceGap

MAX_REQUEST_PACKETS = 32
"""8 kB: half a second on a bad link."""
RESPONSE_TIMEOUT_S = 2.0
POLL_S = 0.05
MAX_ATTEMPTS = 5
"""Requests without an answer after which packets are given up."""


@dataclass(slots=True)
class _Request:
    gap: SequenceGap
    sent_s: float


class Backfill:
    """Requests one pod's missing packets over one connection.

    Parameters
    ----------
    on_lost : called with packets that are given up.
    """

    def __init__(self, pod: int, client: PodClient, on_lost: Callable[[LostEntry], None]) -> None:
        self._pod = pod
        self._client = client
        self._on_lost = on_lost
        self._pending: _Request | None = None
        self._attempts = 0

    async def request_missing(self, buffer: ReorderBuffer | None, now_s: float) -> bool:
        """Request the start of the first gap, unless a request is in flight; whether there is a gap."""
        gaps = () if buffer is None else buffer.gaps(1)
        if buffer is None or not gaps:
            self._pending = None
            return False
        pending = self._pending
        if pending is not None and not buffer.is_settled(pending.gap.first + pending.gap.count - 1):
            if now_s < pending.sent_s + RESPONSE_TIMEOUT_S:
                return True
            self._attempts += 1
        else:
            self._attempts = 0
        await self._request(buffer, SequenceGap(gaps[0].first, min(gaps[0].count, MAX_REQUEST_PACKETS)), now_s)
        return True

    async def finish(self, buffer: ReorderBuffer | None) -> None:
        """Stop the pod, and wait for its last packets if any have come at all."""
        await self._client.send_command(Opcode.STOP)
        newest = (await self._client.read_info()).newest
        now_s = asyncio.get_running_loop().time
        while buffer is not None and not self._client.disconnected.is_set():
            if not await self.request_missing(buffer, now_s()) and buffer.is_settled(newest):
                return
            await asyncio.sleep(POLL_S)

    async def _request(self, buffer: ReorderBuffer, gap: SequenceGap, now_s: float) -> None:
        self._pending = _Request(gap, now_s)
        if self._attempts >= MAX_ATTEMPTS:
            self._report_lost(buffer, gap.first, gap.count)
            return
        reply = await self._client.send_command(Opcode.RESEND, gap.first, gap.count)
        if reply.result is not Result.OK:
            return
        end = gap.first + gap.count
        begin = min(max(reply.first, gap.first), end) if reply.count else end
        sent_end = min(begin + reply.count, end)
        self._report_lost(buffer, gap.first, begin - gap.first)
        self._report_lost(buffer, sent_end, end - sent_end)

    def _report_lost(self, buffer: ReorderBuffer, first: int, count: int) -> None:
        if count:
            self._on_lost(LostEntry(self._pod, buffer.info.boot, first, count))

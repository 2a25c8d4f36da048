"""What one pod notifies, on its way into the queue: timed on arrival, bounded in rate, counted."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable

from surefoot.sensor_ingest.ble.errors import PodRefusedError
from surefoot.sensor_ingest.ble.rate_limit import PacketRateLimiter
from surefoot.sensor_ingest.recording.assembler import Assembler
from surefoot.sensor_ingest.recording.entries import EventEntry, EventKind, PacketEntry
from surefoot.sensor_ingest.recording.entry_queue import EntryQueue

MAX_MALFORMED_PACKETS = 100
MAX_EXCESS_PACKETS = 1000
"""Malformed packets, and packets above the rate limit, of one connection after which the pod is refused for a while."""
MIN_BATTERY_INTERVAL_S = 10.0
"""Battery levels are recorded at most this often."""


class PodIntake:
    """Packets and battery levels of one pod.

    Parameters
    ----------
    number : index of the pod in the manifest.
    assembler : read only, for malformed packets.
    session_s : maps the event loop's time to session time.
    """

    def __init__(
        self, number: int, queue: EntryQueue, assembler: Assembler, session_s: Callable[[float], float]
    ) -> None:
        self.last_packet_s = 0.0
        self._number = number
        self._queue = queue
        self._assembler = assembler
        self._session_s = session_s
        self._rate_limiter = PacketRateLimiter()
        self._malformed_before = self._excess_before = 0
        self._battery_pct = -1
        self._battery_recorded_s = -math.inf

    def start(self, now_s: float, rate_hz: float) -> None:
        """Begin a connection: at a session time, with a pod of this sampling rate."""
        self._rate_limiter.start(now_s, rate_hz)
        self._malformed_before, self._excess_before = self._malformed, self._rate_limiter.refused

    def check(self, serial: str) -> None:
        """PodRefusedError if the pod has sent too much, or too much nonsense, over this connection."""
        malformed = self._malformed - self._malformed_before
        if malformed >= MAX_MALFORMED_PACKETS:
            raise PodRefusedError(serial, f"it sent {malformed} malformed packets")
        if self._rate_limiter.refused - self._excess_before >= MAX_EXCESS_PACKETS:
            raise PodRefusedError(serial, "it sends far more data than expected")

    def on_packet(self, arrival_s: float, data: bytes) -> None:
        """Take a packet; arrival in the event loop's time."""
        self.last_packet_s = arrival_s
        at_s = self._session_s(arrival_s)
        if self._rate_limiter.allows(at_s):
            self._queue.offer(PacketEntry(self._number, at_s, data))

    def on_battery(self, level_pct: int) -> None:
        """Take a battery level."""
        now_s = asyncio.get_running_loop().time()
        if level_pct != self._battery_pct and now_s - self._battery_recorded_s >= MIN_BATTERY_INTERVAL_S:
            self._battery_pct, self._battery_recorded_s = level_pct, now_s
            self._queue.put(EventEntry(self._number, self._session_s(now_s), EventKind.BATTERY, float(level_pct), ""))

    @property
    def _malformed(self) -> int:
        pod = self._assembler.pods.get(self._number)
        return pod.counts.malformed if pod is not None else 0

"""Link layer of one Bluetooth connection: connection events, retransmission, supervision timeout.

The link layer loses no PDU: a failed exchange closes the connection event, and the PDU is sent again at the next one.
After the supervision timeout without any exchange, both ends drop the connection.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

EXCHANGE_S = 0.0025
"""Duration of an exchange: 251-byte PDU at 1 Mbit/s, gap, acknowledgement, gap: 2.12 + 0.15 + 0.08 + 0.15 ms."""

EVENT_TOLERANCE = 1e-6
"""Rounding tolerance of the clock when finding the current event, as a fraction of the interval."""

Delivery = Callable[[], None]


@dataclass(frozen=True, slots=True)
class LinkQuality:
    """Reception of a pod.

    Parameters
    ----------
    packet_error_rate : fraction of exchanges that fail; on a body 0.02 is good, 0.3 is bad.
    pdus_per_event : exchanges that the central grants per connection event.
    rssi_dbm : mean RSSI of advertisements.
    """

    packet_error_rate: float = 0.02
    pdus_per_event: int = 4
    rssi_dbm: float = -62.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.packet_error_rate < 1.0:
            raise ValueError(f"packet_error_rate must lie in 0…1, got {self.packet_error_rate}")
        if self.pdus_per_event < 1:
            raise ValueError(f"pdus_per_event must be at least 1, got {self.pdus_per_event}")


class Station(Protocol):
    """One end of a link."""

    in_reach: bool

    def on_link_lost(self, link: RadioLink, /) -> None:
        """The supervision timeout has expired."""


class RadioLink:
    """A connection between two stations; side 0 is the central."""

    def __init__(
        self,
        stations: tuple[Station, Station],
        link_quality: LinkQuality,
        rng: random.Random,
        interval_s: float,
        supervision_timeout_s: float,
    ) -> None:
        self.stations = stations
        self.link_quality = link_quality
        self.interval_s = interval_s
        self.supervision_timeout_s = supervision_timeout_s
        self._rng = rng
        self._loop = asyncio.get_running_loop()
        self._anchor_s = self._loop.time() + rng.random() * interval_s
        self._queues: tuple[deque[Delivery], deque[Delivery]] = (deque(), deque())
        self._event_timer: asyncio.TimerHandle | None = None
        self._supervision_timer: asyncio.TimerHandle | None = None
        self._severed = False

    @property
    def is_up(self) -> bool:
        """Both ends are in reach and the link is not severed."""
        return not self._severed and all(station.in_reach for station in self.stations)

    def send(self, side: int, delivery: Delivery) -> None:
        """Queue a PDU; `delivery` is called when the other side has received it."""
        self._queues[side].append(delivery)
        self._schedule_event()

    def set_parameters(self, interval_s: float, supervision_timeout_s: float) -> None:
        """Apply new connection parameters."""
        self.interval_s, self.supervision_timeout_s = interval_s, supervision_timeout_s
        self._anchor_s = self._loop.time()

    def sever(self) -> None:
        """Break the link for good; it ends by supervision timeout."""
        self._severed = True
        self.reach_changed()

    def reach_changed(self) -> None:
        """A station went out of reach or came back."""
        if self.is_up:
            self._cancel_supervision()
            self._schedule_event()
            return
        self._cancel_event()
        if self._supervision_timer is None:
            self._supervision_timer = self._loop.call_later(self.supervision_timeout_s, self._on_supervision_timeout)

    def close(self) -> None:
        """Close the link; both ends have disconnected."""
        self._severed = True
        self._cancel_event()
        self._cancel_supervision()
        for queue in self._queues:
            queue.clear()

    def _schedule_event(self) -> None:
        """Schedule the next connection event if a PDU is queued; empty events are not simulated."""
        if self._event_timer is None and self.is_up and any(self._queues):
            elapsed = math.floor((self._loop.time() - self._anchor_s) / self.interval_s + EVENT_TOLERANCE)
            at_s = self._anchor_s + (elapsed + 1) * self.interval_s
            exchanges_left = max(1, min(self.link_quality.pdus_per_event, int(self.interval_s / EXCHANGE_S)))
            self._event_timer = self._loop.call_at(at_s, self._exchange, exchanges_left)

    def _exchange(self, exchanges_left: int) -> None:
        """Exchange one queued PDU in each direction; both fail together."""
        self._event_timer = None
        if not any(self._queues):
            return
        if self._rng.random() < self.link_quality.packet_error_rate:
            self._schedule_event()
            return
        for delivery in [queue.popleft() for queue in self._queues if queue]:
            delivery()
        if exchanges_left > 1 and self.is_up:
            self._event_timer = self._loop.call_later(EXCHANGE_S, self._exchange, exchanges_left - 1)
        else:
            self._schedule_event()

    def _on_supervision_timeout(self) -> None:
        self.close()
        for station in self.stations:
            station.on_link_lost(self)

    def _cancel_event(self) -> None:
        if self._event_timer is not None:
            self._event_timer.cancel()
            self._event_timer = None

    def _cancel_supervision(self) -> None:
        if self._supervision_timer is not None:
            self._supervision_timer.cancel()
            self._supervision_timer = None

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
from functools import partial
from typing import Protocol

EXCHANGE_S = 0.0025
"""Duration of an exchange: 251-byte PDU at 1 Mbit/s, gap, acknowledgement, gap: 2.12 + 0.15 + 0.08 + 0.15 ms."""

EVENT_TOLERANCE = 1e-6
"""Rounding tolerance of the clock when finding the current event, as a fraction of the interval."""

Delivery = Callable[[], None]
Exchange = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class LinkQuality:
    """Reception of a pod.

    Parameters
    ----------
    packet_error_rate : fraction of exchanges that fail; on a body 0.02 is good, 0.3 is bad.
    pdus_per_event : exchanges that the central grants per connection event.
    rssi_dbm : mean RSSI of advertisements.
    min_interval_s : shortest connection interval that the central grants to a pod that asks for one.
    """

    packet_error_rate: float = 0.02
    pdus_per_event: int = 4
    rssi_dbm: float = -62.0
    min_interval_s: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.packet_error_rate < 1.0:
            raise ValueError(f"packet_error_rate must lie in 0…1, got {self.packet_error_rate}")
        if self.pdus_per_event < 1:
            raise ValueError(f"pdus_per_event must be at least 1, got {self.pdus_per_event}")


class Airtime:
    """Radio time of one central: its links exchange one after another, in the order in which they ask."""

    def __init__(self) -> None:
        self._waiting: deque[Exchange] = deque()
        self._is_taken = False

    def ask(self, exchange: Exchange) -> None:
        """Call `exchange` when its turn has come; it returns whether it took the air."""
        self._waiting.append(exchange)
        if not self._is_taken:
            self._give()

    def _give(self) -> None:
        self._is_taken = False
        while self._waiting and not self._is_taken:
            self._is_taken = self._waiting.popleft()()
        if self._is_taken:
            asyncio.get_running_loop().call_later(EXCHANGE_S, self._give)


class Station(Protocol):
    """One end of a link."""

    in_reach: bool

    def on_link_lost(self, link: RadioLink, /) -> None:
        """The supervision timeout has expired."""


class RadioLink:
    """A connection between two stations; side 0 is the central, whose `airtime` is shared if it is given."""

    def __init__(
        self,
        stations: tuple[Station, Station],
        link_quality: LinkQuality,
        rng: random.Random,
        interval_s: float,
        supervision_timeout_s: float,
        airtime: Airtime | None = None,
    ) -> None:
        self.stations = stations
        self.link_quality = link_quality
        self.interval_s = interval_s
        self.supervision_timeout_s = supervision_timeout_s
        self._rng = rng
        self._airtime = airtime
        self._loop = asyncio.get_running_loop()
        self._anchor_s = self._loop.time() + rng.random() * interval_s
        self._queues: tuple[deque[Delivery], deque[Delivery]] = (deque(), deque())
        self._event_timer: asyncio.TimerHandle | None = None
        self._waits_for_air = False
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
        """Apply new connection parameters, as far as the central grants them."""
        self.interval_s = max(interval_s, self.link_quality.min_interval_s)
        self.supervision_timeout_s = supervision_timeout_s
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
        if self._event_timer is None and not self._waits_for_air and self.is_up and any(self._queues):
            elapsed = math.floor((self._loop.time() - self._anchor_s) / self.interval_s + EVENT_TOLERANCE)
            self._schedule_event_at(self._anchor_s + (elapsed + 1) * self.interval_s)

    def _schedule_event_at(self, at_s: float) -> None:
        exchanges_left = max(1, min(self.link_quality.pdus_per_event, int(self.interval_s / EXCHANGE_S)))
        self._event_timer = self._loop.call_at(at_s, self._begin_exchange, exchanges_left, at_s + self.interval_s)

    def _begin_exchange(self, exchanges_left: int, next_event_s: float) -> None:
        """Exchange at once, or as soon as the central's other links leave it the time."""
        self._event_timer = None
        if self._airtime is None:
            self._exchange(exchanges_left, next_event_s)
        else:
            self._waits_for_air = True
            self._airtime.ask(partial(self._exchange_in_turn, exchanges_left, next_event_s))

    def _exchange_in_turn(self, exchanges_left: int, next_event_s: float) -> bool:
        """Exchange, unless there is nothing to, or it is time for the next event; whether that took air."""
        self._waits_for_air = False
        if not self.is_up or not any(self._queues):
            return False
        if self._loop.time() > next_event_s - (1.0 - EVENT_TOLERANCE) * EXCHANGE_S:
            self._schedule_event_at(next_event_s)
            return False
        self._exchange(exchanges_left, next_event_s)
        return True

    def _exchange(self, exchanges_left: int, next_event_s: float) -> None:
        """Exchange one queued PDU in each direction; both fail together."""
        if not any(self._queues):
            return
        if self._rng.random() < self.link_quality.packet_error_rate:
            self._schedule_event()
            return
        for delivery in [queue.popleft() for queue in self._queues if queue]:
            delivery()
        if exchanges_left > 1 and self.is_up:
            self._event_timer = self._loop.call_later(
                EXCHANGE_S, self._begin_exchange, exchanges_left - 1, next_event_s
            )
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

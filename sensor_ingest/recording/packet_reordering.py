"""Reorder buffer of one pod's packets: drops duplicates, waits for gaps, rejects malformed packets."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

from surefoot.sensor_ingest.devices.decoding import decode_packet
from surefoot.sensor_ingest.devices.device import Decoder
from surefoot.sensor_ingest.protocol import Packet, PacketFlag, PodInfo, ProtocolError
from surefoot.sensor_ingest.recording.clock_fit import ClockFit

REORDER_WINDOW_PACKETS = 8192
"""Reorder window: 12 min at 208 Hz, larger than any pod's ring buffer."""
MAX_AHEAD_S = 10.0
"""Most that a packet may be ahead of the fastest one; the first packets may be late by a supervision timeout."""
MAX_AHEAD_LATER_S = 0.5
"""The same once the clock fit spans `_LATER_S`: by then a packet has come in time."""
_LATER_S = 30.0
_SPAN_TOLERANCE = 2.0
"""Sample intervals may differ from the nominal rate by this factor."""
CLOCK_JUMP_PACKETS = 12
"""The clock jumped if so many packets in a row, a second at 208 Hz, contradict all before but agree with each other."""


@dataclass(frozen=True, slots=True)
class PodCounts:
    """Packet and sample counts of a pod.

    Parameters
    ----------
    received : all packets, and notifications that hold none.
    duplicate : packets received before, given up before, or from before the run.
    resent : valid packets that were retransmitted on request.
    lost : packets given up.
    malformed : not of the profile, or in contradiction to the pod's info or its other packets.
    dropped_samples : samples that the pod reports as lost before they reached a packet.
    samples : given out.
    misordered_samples : dropped because they were not later than the sample before.
    boots : number of boots seen.
    between_boots_s : session time without samples between boots; the pod may have been sampling during part of it.
    """

    received: int = 0
    duplicate: int = 0
    resent: int = 0
    lost: int = 0
    malformed: int = 0
    dropped_samples: int = 0
    samples: int = 0
    misordered_samples: int = 0
    boots: int = 0
    between_boots_s: float = 0.0


@dataclass(frozen=True, slots=True)
class SequenceGap:
    """Consecutive packets that are missing."""

    first: int
    count: int


class ReorderBuffer:
    """Packets of one boot of a pod.

    Parameters
    ----------
    info : as read in this boot.
    first : sequence of the first packet wanted.
    decode : gives the packets that a notification holds or completes.
    """

    def __init__(self, info: PodInfo, first: int, decode: Decoder = decode_packet) -> None:
        self.info = info
        self._decode = decode
        self.next_sequence = first
        self.clock_fit = ClockFit(info.boot)
        self.last_tick_us = -1
        self.received = self.duplicate = self.resent = self.lost = self.malformed = self.dropped_samples = 0
        self.ready = False
        self._held: dict[int, Packet] = {}
        self._heap: list[int] = []
        self._given_up: list[tuple[int, int]] = []
        self._newest: tuple[int, int] | None = None
        self._outcasts: list[tuple[Packet, float]] = []
        self._last_dropped: int | None = 0 if first == 0 else None

    def is_same_boot(self, info: PodInfo) -> bool:
        """Whether this info is of the same boot; boot numbers may repeat, but sequences only grow within a boot.

        Other makers' sensors number nothing; each connection to them is a boot.
        """
        return info.boot == self.info.boot and (bool(info.device) or info.newest + 1 >= self.next_sequence)

    @property
    def clock_jumped(self) -> bool:
        """Whether the latest packets agree with each other, but with none before them."""
        return len(self._outcasts) >= CLOCK_JUMP_PACKETS

    def after_jump(self) -> ReorderBuffer:
        """The buffer of what came since the clock jumped; what waits here for a clock will never get one."""
        first = self._outcasts[0][0].sequence
        fresh = ReorderBuffer(self.info, first, self._decode)
        for packet, arrival_s in self._outcasts:
            fresh.add(packet, arrival_s)
        self.received -= len(self._outcasts)
        self.malformed -= len(self._outcasts) - (0 if self.ready else len(self._held))
        self._outcasts = []
        return fresh

    def insert(self, data: bytes, arrival_s: float) -> None:
        """Count and store the packets of a notification; a malformed one is dropped."""
        try:
            packets = list(self._decode(data, arrival_s))
        except ProtocolError:
            self.received += 1
            self.malformed += 1
            return
        for packet, ended_s in packets:
            self.add(packet, ended_s)

    def add(self, packet: Packet, arrival_s: float) -> None:
        """Count and store a packet; malformed and duplicate ones are dropped."""
        self.received += 1
        try:
            self._check_form(packet)
        except ProtocolError:
            self.malformed += 1
            return
        if not self._fits(packet, arrival_s):
            self.malformed += 1
            self._cast_out(packet, arrival_s)
            return
        self._outcasts.clear()
        if packet.sequence < self.next_sequence or packet.sequence in self._held:
            self.duplicate += 1
            return
        self._store(packet, arrival_s)

    def give_up(self, first: int, count: int) -> None:
        """Stop waiting for a range of packets."""
        if first + count > self.next_sequence and len(self._given_up) < REORDER_WINDOW_PACKETS:
            heapq.heappush(self._given_up, (first, first + count))

    def give_up_gaps(self) -> None:
        """Stop waiting for every packet before the newest one held."""
        if self._heap:
            self.give_up(self.next_sequence, max(self._held) - self.next_sequence)

    def gaps(self, limit: int = 8) -> list[SequenceGap]:
        """The first `limit` gaps before packets that are held."""
        found: list[SequenceGap] = []
        expected = self.next_sequence
        for sequence in sorted(self._held):
            if sequence > expected:
                found.append(SequenceGap(expected, sequence - expected))
                if len(found) == limit:
                    break
            expected = sequence + 1
        return found

    def is_settled(self, sequence: int) -> bool:
        """Whether a packet is held, was popped or was given up."""
        return sequence < self.next_sequence or sequence in self._held

    @property
    def held_packets(self) -> int:
        """Number of packets held."""
        return len(self._held)

    def pop_ready(self) -> Iterator[Packet]:
        """Packets up to the first gap, in order; none before `ready` is set."""
        while self.ready:
            if self._heap and self._heap[0] == self.next_sequence:
                packet = self._pop_first()
                if packet.tick_us > self.last_tick_us:
                    self.last_tick_us = packet.tick_us + packet.span_us
                    yield packet
                else:
                    self.malformed += 1
            elif not self._skip_given_up():
                return

    def _check_form(self, packet: Packet) -> None:
        """Raise ProtocolError if the packet contradicts the pod's info."""
        if packet.boot != self.info.boot:
            raise ProtocolError("packet of another boot")
        usual_us = (len(packet.counts) - 1) * 1e6 / self.info.rate_hz
        if not usual_us / _SPAN_TOLERANCE <= packet.span_us <= usual_us * _SPAN_TOLERANCE:
            raise ProtocolError(f"packet of {len(packet.counts)} samples over {packet.span_us} µs")

    def _fits(self, packet: Packet, arrival_s: float) -> bool:
        """Whether a packet is not of the future, and its tick in keeping with the newest packet's."""
        most_s = MAX_AHEAD_S if self.clock_fit.span_s < _LATER_S else MAX_AHEAD_LATER_S
        if self.clock_fit.ahead_s(packet.tick_us + packet.span_us, arrival_s) > most_s:
            return False
        return self._newest is None or self._agree(packet, *self._newest)

    def _agree(self, packet: Packet, sequence: int, tick_us: int) -> bool:
        """Whether a packet's sequence and tick are possible beside those of another one."""
        ahead, later_us = packet.sequence - sequence, packet.tick_us - tick_us
        room = 1 + _SPAN_TOLERANCE * abs(later_us) * 1e-6 * self.info.rate_hz
        return abs(ahead) <= room and (ahead > 0, ahead < 0) == (later_us > 0, later_us < 0)

    def _cast_out(self, packet: Packet, arrival_s: float) -> None:
        """Keep a packet that does not fit, beside those right before it with which it agrees."""
        if self._outcasts:
            latest, latest_s = self._outcasts[-1]
            passed_s = (packet.tick_us - latest.tick_us) * 1e-6
            in_time = packet.sequence > latest.sequence and abs(arrival_s - latest_s - passed_s) < MAX_AHEAD_S
            if not in_time or not self._agree(packet, latest.sequence, latest.tick_us):
                self._outcasts.clear()
        self._outcasts.append((packet, arrival_s))

    def _store(self, packet: Packet, arrival_s: float) -> None:
        if packet.flags & PacketFlag.RESENT:
            self.resent += 1
        else:
            self.clock_fit.add_arrival(packet.tick_us + packet.span_us, arrival_s)
        if self._newest is None or packet.sequence > self._newest[0]:
            self._newest = packet.sequence, packet.tick_us
        self._held[packet.sequence] = packet
        heapq.heappush(self._heap, packet.sequence)
        if len(self._held) > REORDER_WINDOW_PACKETS:
            self._make_room()

    def _pop_first(self) -> Packet:
        packet = self._held.pop(heapq.heappop(self._heap))
        self.next_sequence = packet.sequence + 1
        if self._last_dropped is not None:
            self.dropped_samples += (packet.dropped - self._last_dropped) & 0xFFFF
        self._last_dropped = packet.dropped
        return packet

    def _make_room(self) -> None:
        """Give up the first gap; before `ready`, drop the first packet as well."""
        self.give_up(self.next_sequence, self._heap[0] - self.next_sequence)
        if not self.ready:
            self._skip_given_up()
            self._pop_first()
            self.lost += 1

    def _skip_given_up(self) -> bool:
        """Skip the given-up packets at the start of the first gap; False if there are none."""
        while self._given_up and self._given_up[0][1] <= self.next_sequence:
            heapq.heappop(self._given_up)
        if not self._given_up or self._given_up[0][0] > self.next_sequence:
            return False
        end = min([self._given_up[0][1], *self._heap[:1]])
        self.lost += end - self.next_sequence
        self.next_sequence = end
        return True

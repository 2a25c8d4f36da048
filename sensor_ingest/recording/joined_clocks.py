"""One clock for a pod's boot that several recordings timed, each on a session clock of its own.

Where a recording heard the pod live, its mapping is kept; elsewhere that of another one, slewed to meet it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from surefoot.sensor_ingest.recording.clock_fit import ClockMapping
from surefoot.sensor_ingest.recording.clock_steering import MAX_SLEW, MIN_SLEW_S, mapping_at
from surefoot.sensor_ingest.recording.heard_boots import HeardBoot, begins_at

HOLE_US = 30_000_000
"""Over a hole of this length a recording's own mapping is a guess; another one that heard the pod there knows."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Ticks over which one recording heard a pod, with its mappings on the joint session clock."""

    first_us: int
    last_us: int
    mappings: tuple[ClockMapping, ...]
    rank: int

    def session_s(self, tick_us: int) -> float:
        """Session time of a tick, also outside."""
        return mapping_at(self.mappings, tick_us).session_s(tick_us)

    def between(self, first_us: int, last_us: int, *, is_first: bool) -> list[ClockMapping]:
        """The mappings of the ticks from `first_us` on, before `last_us`; the first of all is also for those before."""
        begin = mapping_at(self.mappings, first_us)
        rest = [each for each in self.mappings if first_us < each.tick0_us < last_us and each is not begin]
        kept = begin.tick0_us == first_us or (is_first and begin.tick0_us < last_us)
        return [begin if kept else begins_at(begin, first_us), *rest]

    def cut(self, first_us: int, last_us: int) -> Stretch:
        """A part of it."""
        return replace(self, first_us=first_us, last_us=last_us)


def stretches(boot: HeardBoot, offset_s: float, rank: int) -> list[Stretch]:
    """What a recording heard of a boot without holes; `offset_s` is added to its session times."""
    if not boot.mappings or not boot.packets:
        return []
    moved = tuple(replace(each, session0_s=each.session0_s + offset_s) for each in boot.mappings)
    packets = sorted(boot.packets.values(), key=lambda packet: packet.tick_us)
    found, first_us = [], packets[0].tick_us
    for packet, following in zip(packets, [*packets[1:], None], strict=True):
        if following is None or following.tick_us - packet.end_us > HOLE_US:
            found.append(Stretch(first_us, packet.end_us, moved, rank))
            first_us = following.tick_us if following is not None else 0
    return found


def join_clocks(heard: Sequence[Stretch]) -> list[ClockMapping]:
    """Mappings of all ticks that were heard; where several heard them, those of the lowest rank. None of nothing."""
    if not heard:
        return []
    line: list[Stretch] = []
    for stretch in sorted(heard, key=lambda each: (each.rank, each.first_us)):
        line = sorted([*line, *_uncovered(stretch, line)], key=lambda each: each.first_us)
    line = _of_one_recording(line)
    joined: list[ClockMapping] = []
    begin_us = line[0].first_us
    for stretch, following in zip(line, [*line[1:], None], strict=True):
        if following is None:
            joined += stretch.between(begin_us, 2**63, is_first=not joined)
            break
        leave_us, meet_us = _slew(stretch, following, begin_us)
        if leave_us > begin_us:
            joined += stretch.between(begin_us, leave_us, is_first=not joined)
        joined.append(_line_between(stretch, leave_us, following, meet_us))
        begin_us = meet_us
    return joined


def _uncovered(stretch: Stretch, line: Sequence[Stretch]) -> list[Stretch]:
    """The parts of a stretch that no other one covers."""
    rest, at_us = [], stretch.first_us
    for known in line:
        if known.first_us > stretch.last_us:
            break
        if known.first_us > at_us:
            rest.append(stretch.cut(at_us, known.first_us))
        at_us = max(at_us, known.last_us)
    return [*rest, stretch.cut(at_us, stretch.last_us)] if at_us < stretch.last_us else rest


def _of_one_recording(line: Sequence[Stretch]) -> list[Stretch]:
    """Neighbours of one recording as one stretch: between them its own mapping is as good as any."""
    joined: list[Stretch] = []
    for stretch in line:
        if joined and joined[-1].rank == stretch.rank:
            joined[-1] = joined[-1].cut(joined[-1].first_us, stretch.last_us)
        else:
            joined.append(stretch)
    return joined


def _slew(stretch: Stretch, following: Stretch, begin_us: int) -> tuple[int, int]:
    """Ticks between which the clock goes from one stretch over to the next, within that of the higher rank."""
    apart_s = following.session_s(following.first_us) - stretch.session_s(following.first_us)
    length_us = round(1e6 * max(MIN_SLEW_S, abs(apart_s) / MAX_SLEW))
    if following.rank > stretch.rank:
        leave_us = max(stretch.last_us, begin_us)
        return leave_us, max(following.first_us, min(leave_us + length_us, following.last_us))
    return max(begin_us, min(stretch.last_us, following.first_us - length_us)), following.first_us


def _line_between(stretch: Stretch, leave_us: int, following: Stretch, meet_us: int) -> ClockMapping:
    begin_s, end_s = stretch.session_s(leave_us), following.session_s(meet_us)
    rate = (end_s - begin_s) / max((meet_us - leave_us) * 1e-6, 1e-6)
    return ClockMapping(stretch.mappings[0].boot, leave_us, begin_s, rate)

"""Cut what pods kept into runs: by the rule for the end of a run, left and right together, each at its own time."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from heapq import merge
from pathlib import Path
from types import MappingProxyType

import numpy as np

from surefoot.analysis.model import Floats, Foot
from surefoot.sensor_ingest.pod_store.records import BootRecord, SamplesRecord, StoreRecord
from surefoot.sensor_ingest.protocol import Packet, PacketFlag, PodInfo, ProtocolError
from surefoot.sensor_ingest.recording.beacon_fit import MAX_PAIR_SD_S
from surefoot.sensor_ingest.recording.boot_entries import TimedBoot, boot_entries
from surefoot.sensor_ingest.recording.boot_placing import place_boots
from surefoot.sensor_ingest.recording.clock_steering import session_times
from surefoot.sensor_ingest.recording.entries import EndEntry, PodEntry
from surefoot.sensor_ingest.recording.folder_swap import swapped_in
from surefoot.sensor_ingest.recording.heard_boots import HeardPacket
from surefoot.sensor_ingest.recording.journal import JournalWriter
from surefoot.sensor_ingest.recording.kept_pods import KeptPod
from surefoot.sensor_ingest.recording.manifest import Manifest, PodAssignment
from surefoot.sensor_ingest.recording.pair_clock import PairClock
from surefoot.sensor_ingest.recording.placement import PlacedBoot, Placement
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.sensor_ingest.recording.steps import step_ticks_us

MARGIN_S = 60.0
"""Kept before the first step and after the last one, at most a third of the time that ends a run."""


@dataclass(frozen=True, slots=True)
class KeptPackets:
    """A boot's packets in order, and its info when they were made."""

    info: PodInfo
    packets: tuple[Packet, ...]


@dataclass(frozen=True, slots=True)
class TakenOver:
    """All that was taken over from one pod and is in no run yet.

    Parameters
    ----------
    boots : count of the boot → its packets.
    next_record : behind the last one; the first one where no boot's info is known, as then no packet can be read.
    """

    worn: PodAssignment
    kept: KeptPod
    boots: Mapping[int, KeptPackets]
    next_record: int

    @classmethod
    def from_records(cls, worn: PodAssignment, records: Iterable[tuple[int, StoreRecord]]) -> TakenOver:
        """From a pod's records with their numbers; a boot whose info is missing has that of the nearest one."""
        numbered = sorted(records, key=lambda each: each[0])
        infos: dict[int, PodInfo] = {}
        packets: dict[int, dict[int, Packet]] = {}
        for _, record in numbered:
            if isinstance(record, BootRecord) and (info := _info(record)) is not None:
                infos[record.boot_count] = info
            elif isinstance(record, SamplesRecord):
                packets.setdefault(record.boot_count, {}).update({each.sequence: each for each in record.packets})
        boots = {
            count: KeptPackets(_nearest(infos, count), tuple(found[sequence] for sequence in sorted(found)))
            for count, found in (packets if infos else {}).items()
        }
        kept = KeptPod.from_records(worn.serial[-4:], [record for _, record in numbered])
        first, last = (numbered[at][0] if numbered else -1 for at in (0, -1))
        return cls(worn, kept, boots, last + 1 if infos else max(first, 0))


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A run that was kept by pods.

    Parameters
    ----------
    dated : whether its date is known; else only that it was between others.
    notes : what is to be told of its times, sentences.
    """

    manifest: Manifest
    boots: tuple[TimedBoot, ...]
    dated: bool
    notes: tuple[str, ...]

    @property
    def begin_s(self) -> float:
        """When it began, as far as its date is right, seconds since 1970."""
        return self.manifest.created_utc.timestamp()

    @property
    def end_s(self) -> float:
        """When its last packet was made."""
        return self.begin_s + max(boot.ended_s(packet) for boot in self.boots for packet in boot.packets.values())

    def moved(self, by_s: float) -> KeptRun:
        """The same run with another date."""
        created = self.manifest.created_utc + timedelta(seconds=by_s)
        return replace(self, manifest=replace(self.manifest, created_utc=created))

    def write(self, parent: Path) -> RunFolder:
        """Write it as a recording in `parent`; RunUnwritableError. Written twice, it is the same."""
        streams = [boot_entries(boot) for boot in self.boots]
        with swapped_in(parent, self.manifest) as run, JournalWriter(run.journal_path) as journal:
            latest_s = 0.0
            for at_s, _, entry in merge(*streams, key=lambda each: each[:2]):
                latest_s = at_s
                journal.append(entry)
            journal.append(EndEntry(latest_s))
        return RunFolder(parent / self.manifest.run_id, self.manifest)


@dataclass(frozen=True, slots=True)
class _Made:
    """By what, with which parameters and when runs are cut."""

    software: str
    parameters: Mapping[str, float]
    now_s: float


def cut_runs(
    pods: Sequence[TakenOver],
    still_s: float,
    software: str,
    now_s: float,
    parameters: Mapping[str, float] = MappingProxyType({}),
) -> list[KeptRun]:
    """The runs of one runner, from all that the pods kept; what nobody walked or ran in is left out.

    Parameters
    ----------
    still_s : a run ends when nobody has walked or run for so long.
    now_s : seconds since 1970, for boots of which nothing tells the date.
    parameters : of the analysis, where they are not the default.
    """
    made = _Made(software, parameters, now_s)
    placement = place_boots([pod.kept for pod in pods])
    placed = [(pod, boot) for boot in placement.boots for pod in pods if pod.kept.tag == boot.tag]
    timelines = {-1 if boot.dated else boot.timeline: boot.boot_count for _, boot in placed}
    runs = list[KeptRun]()
    for line in sorted(timelines, key=lambda each: timelines[each], reverse=True):
        own = [(pod, boot) for pod, boot in placed if (-1 if boot.dated else boot.timeline) == line]
        moves_s = np.sort(np.concatenate([_steps_s(pod, boot) for pod, boot in own]))
        cut = [_cut(own, placement, span_s, made) for span_s in _spans(moves_s, still_s)]
        runs += cut if line == -1 else _apart(cut, runs, still_s)
    return sorted(runs, key=lambda run: run.manifest.created_utc)


def _apart(guessed: Sequence[KeptRun], later: Sequence[KeptRun], still_s: float) -> list[KeptRun]:
    """Runs whose date is a guess, moved to before those of their pods that they would overlap."""
    pods = {pod for run in guessed for pod in run.manifest.pods}
    others = [run for run in later if not run.dated and pods & {*run.manifest.pods}]
    by_s, gap_s = 0.0, 2.0 * still_s
    for other in sorted(others, key=lambda run: run.begin_s, reverse=True):
        if any(
            run.begin_s - by_s < other.end_s + gap_s and run.end_s - by_s > other.begin_s - gap_s for run in guessed
        ):
            by_s = max(run.end_s for run in guessed) + gap_s - other.begin_s
    return [run.moved(-by_s) for run in guessed]


def _spans(moves_s: Floats, still_s: float) -> list[tuple[float, float]]:
    """From before the first to after the last step of each run."""
    if not len(moves_s):
        return []
    margin_s, ends = min(MARGIN_S, still_s / 3.0), np.flatnonzero(np.diff(moves_s) > still_s)
    first_s, last_s = moves_s[np.append(0, ends + 1)], moves_s[np.append(ends, len(moves_s) - 1)]
    return [(float(first) - margin_s, float(last) + margin_s) for first, last in zip(first_s, last_s, strict=True)]


def _steps_s(pod: TakenOver, boot: PlacedBoot) -> Floats:
    """When the foot moved in a boot, on the clock of its placement."""
    kept = pod.boots.get(boot.boot_count)
    if kept is None:
        return np.empty(0)
    return session_times(boot.mappings, step_ticks_us(kept.packets, kept.info.gyr_range_dps).astype(np.float64))


def _cut(
    own: Sequence[tuple[TakenOver, PlacedBoot]],
    placement: Placement,
    span_s: tuple[float, float],
    made: _Made,
) -> KeptRun:
    worn = list(dict.fromkeys(pod.worn for pod, _ in own))
    inside = [(pod, boot, packets) for pod, boot in own if (packets := _inside(pod, boot, span_s))]
    zero_s = math.floor(min(session_times(boot.mappings, packets[0].ticks_us)[0] for _, boot, packets in inside))
    boots = tuple(_timed(worn.index(pod.worn), pod, boot, packets, zero_s) for pod, boot, packets in inside)
    dated = all(boot.dated for _, boot, _ in inside)
    created_s = zero_s if dated else _guessed_s([boot for _, boot in own], zero_s, made.now_s)
    pods = tuple(pod for number, pod in enumerate(worn) if any(boot.connection.pod == number for boot in boots))
    boots = tuple(_renumbered(boot, pods.index(worn[boot.connection.pod])) for boot in boots)
    first = f"{inside[0][0].worn.serial} {inside[0][1].boot_count} {inside[0][2][0].sequence}"
    created = datetime.fromtimestamp(created_s, UTC)
    run_id = f"{created:%Y%m%dT%H%M%SZ}-{zlib.crc32(first.encode()):08x}"
    manifest = Manifest(run_id, created, made.software, pods, ended=True, parameters=made.parameters)
    tags = {pod.foot: pod.serial[-4:] for pod in pods}
    if len(tags) == len(Foot):
        clock = placement.pair_clock(tags[Foot.LEFT], tags[Foot.RIGHT], *span_s, zero_s=float(zero_s))
    else:
        clock = PairClock(MAX_PAIR_SD_S, ((span_s[0] - zero_s, span_s[1] - zero_s),))
    manifest = replace(manifest, pair_clocks={pods[0].runner: clock})
    return KeptRun(manifest, boots, dated, placement.notes)


def _inside(pod: TakenOver, boot: PlacedBoot, span_s: tuple[float, float]) -> list[Packet]:
    kept = pod.boots.get(boot.boot_count)
    if kept is None:
        return []
    begins_s = session_times(boot.mappings, np.array([packet.tick_us for packet in kept.packets], np.float64))
    first, last = np.searchsorted(begins_s, span_s)
    return list(kept.packets[first:last])


def _timed(number: int, pod: TakenOver, boot: PlacedBoot, packets: Sequence[Packet], zero_s: float) -> TimedBoot:
    info = replace(pod.boots[boot.boot_count].info, newest=packets[0].sequence)
    connection = PodEntry(number, 0.0, packets[0].sequence, pod.worn.foot, pod.worn.runner, bytes(info))
    heard = {packet.sequence: _heard(packet) for packet in packets}
    return TimedBoot(connection, info, packets[0].sequence, heard, boot.session_mappings(zero_s))


def _heard(packet: Packet) -> HeardPacket:
    resent = replace(packet, flags=packet.flags | PacketFlag.RESENT)
    end_us = packet.tick_us + packet.span_us
    return HeardPacket(packet.sequence, packet.tick_us, end_us, False, 0.0, bytes(resent))


def _renumbered(boot: TimedBoot, number: int) -> TimedBoot:
    return replace(boot, connection=replace(boot.connection, pod=number))


def _guessed_s(line: Sequence[PlacedBoot], zero_s: float, now_s: float) -> float:
    """A date for a run on a timeline without one: right after what was earlier, else right before what was later."""
    after_s, before_s = max(boot.after_s for boot in line), min(boot.before_s for boot in line)
    if math.isfinite(after_s):
        return math.floor(after_s + zero_s - min(boot.start_s for boot in line))
    until_s = before_s if math.isfinite(before_s) else now_s
    return math.floor(until_s + zero_s - max(boot.end_s for boot in line))


def _nearest(infos: Mapping[int, PodInfo], count: int) -> PodInfo:
    """The info of a boot, or of the one nearest to it."""
    return infos[min(infos, key=lambda each: abs(each - count))]


def _info(record: BootRecord) -> PodInfo | None:
    try:
        return replace(PodInfo.from_bytes(record.info), device="")  # of which log; the packets are those of the profile
    except ProtocolError:
        return None

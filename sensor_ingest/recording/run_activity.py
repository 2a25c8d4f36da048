"""When somebody walked or ran in a recording, and whether two recordings are of one run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.companions import CompanionReading
from surefoot.analysis.foot_pod_run import is_moving
from surefoot.sensor_ingest.protocol import Packet, PodInfo, ProtocolError
from surefoot.sensor_ingest.recording.assembler import companion_news
from surefoot.sensor_ingest.recording.entries import CompanionEntry, PacketEntry, PodEntry
from surefoot.sensor_ingest.recording.journal import JournalReader
from surefoot.sensor_ingest.recording.manifest import CompanionAssignment, foot_pods_alone
from surefoot.sensor_ingest.recording.plain_packets import plain_packets
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.sensor_ingest.recording.steps import step_ticks_us

NO_GAP_S = 1.0
"""Intervals so close touch."""
PodBoot = tuple[str, int]
"""Serial number and boot of a pod."""


@dataclass(frozen=True, slots=True)
class Interval:
    """From a first to a last moment, s."""

    first_s: float
    last_s: float

    def apart_s(self, other: Interval) -> float:
        """Time between two intervals; 0 where they overlap."""
        return max(self.first_s - other.last_s, other.first_s - self.last_s, 0.0)


@dataclass(frozen=True, slots=True)
class RunActivity:
    """When the feet of a recording moved: of each boot on the pod's clock, and of all by the computer's date.

    Where nobody walked or ran (`moved` is False), it is when there were packets, or news of a foot pod that makes a run
    alone. In a recording that goes on somebody may still move, from its beginning on.

    Parameters
    ----------
    serials : each pod's serial number; that of the manifest for one that was never connected.
    """

    run: RunFolder
    serials: tuple[str, ...]
    boots: Mapping[PodBoot, Interval]
    by_date: Interval | None
    moved: bool

    @property
    def wearers(self) -> frozenset[str]:
        """Runners and pods."""
        manifest = self.run.manifest
        return frozenset(
            {*manifest.runners, *(pod.serial for pod in manifest.pods), *(serial for serial, _ in self.boots)}
        )

    @property
    def heard(self) -> bool:
        """Whether a recording that has ended holds anything of which a run can be made."""
        return self.by_date is not None

    def is_of_one_run(self, other: RunActivity, still_s: float) -> bool:
        """Whether nobody stood still for `still_s` between two recordings of the same runner or pods.

        The pods' own clocks are believed where both recordings heard a boot, else the computers' dates. A recording in
        which nobody moved is of a run only during it.
        """
        apart_s = [self.boots[boot].apart_s(other.boots[boot]) for boot in self.boots.keys() & other.boots.keys()]
        if not apart_s and self.by_date is not None and other.by_date is not None and self.wearers & other.wearers:
            apart_s = [self.by_date.apart_s(other.by_date)]
        return bool(apart_s) and min(apart_s) < (still_s if self.moved and other.moved else NO_GAP_S)


def read_activity(run: RunFolder) -> RunActivity:
    """When the feet of a recording moved; NotARunError if it cannot be read."""
    infos: dict[tuple[int, int], PodInfo] = {}
    heard: dict[tuple[int, int], dict[int, tuple[Packet, float]]] = {}
    alone = foot_pods_alone(run.manifest.pods, run.manifest.companions)
    said: list[CompanionReading] = []
    for entry in plain_packets(JournalReader(run.journal_path)):
        try:
            if isinstance(entry, PodEntry):
                info = PodInfo.from_bytes(entry.info)
                infos[entry.pod, info.boot] = info
            elif isinstance(entry, PacketEntry):
                packet = Packet.from_bytes(entry.data)
                heard.setdefault((entry.pod, packet.boot), {})[packet.sequence] = packet, entry.arrival_s
            elif isinstance(entry, CompanionEntry) and _is_of(entry, run, alone):
                said += [news.reading for news in companion_news(entry)]
        except ProtocolError:
            continue
    moved = {key: _moved(heard[key], infos[key]) for key in heard if key in infos}
    created_s = run.manifest.created_utc.timestamp()
    feet = [(interval, stepped) for _, interval, stepped in moved.values()] + _told_moved(said)
    steps = [interval for interval, stepped in feet if stepped] or [interval for interval, _ in feet]
    if not steps and not run.manifest.ended:
        steps = [Interval(0.0, 0.0)]
    by_date = Interval(min(each.first_s for each in steps), max(each.last_s for each in steps)) if steps else None
    told = {pod: info.serial for (pod, _), info in infos.items() if info.serial}
    return RunActivity(
        run,
        tuple(told.get(number, pod.serial) for number, pod in enumerate(run.manifest.pods)),
        {(infos[key].serial, key[1]): ticks for key, (ticks, _, _) in moved.items()},
        None if by_date is None else Interval(created_s + by_date.first_s, created_s + by_date.last_s),
        not run.manifest.ended or any(stepped for _, stepped in feet),
    )


def _is_of(entry: CompanionEntry, run: RunFolder, companions: Sequence[CompanionAssignment]) -> bool:
    known = run.manifest.companions
    return entry.number < len(known) and known[entry.number] in companions


def _told_moved(said: Sequence[CompanionReading]) -> list[tuple[Interval, bool]]:
    """When foot pods say that somebody moved, or else when they said anything; and whether somebody did."""
    moving = [each for each in said if is_moving(each)]
    times_s = [each.time_s for each in moving or said]
    return [(Interval(min(times_s), max(times_s)), bool(moving))] if times_s else []


def _moved(packets: Mapping[int, tuple[Packet, float]], info: PodInfo) -> tuple[Interval, Interval, bool]:
    """When a boot's foot moved, by its ticks and by when the packets came; and whether it did."""
    ordered = [packets[sequence] for sequence in sorted(packets)]
    ends_us = np.array([packet.tick_us + packet.span_us for packet, _ in ordered])
    steps_us = step_ticks_us([packet for packet, _ in ordered], info.gyr_range_dps)
    ticks_us = (steps_us[0], steps_us[-1]) if len(steps_us) else (ends_us[0], ends_us[-1])
    came_s = [ordered[min(int(np.searchsorted(ends_us, tick_us)), len(ordered) - 1)][1] for tick_us in ticks_us]
    return Interval(ticks_us[0] * 1e-6, ticks_us[1] * 1e-6), Interval(*sorted(came_s)), bool(len(steps_us))

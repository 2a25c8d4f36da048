"""Replay of a recorded run: bit-identical to the live run, or with its clocks fitted again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from surefoot.analysis.model import Floats
from surefoot.sensor_ingest.recording.assembler import Assembler, Given
from surefoot.sensor_ingest.recording.clock_fit import ClockFit
from surefoot.sensor_ingest.recording.clock_steering import fit_boot
from surefoot.sensor_ingest.recording.entries import ClockEntry, Entry, EventEntry, EventKind, PacketEntry, PodEntry
from surefoot.sensor_ingest.recording.journal import JournalReader
from surefoot.sensor_ingest.recording.manifest import PodAssignment
from surefoot.sensor_ingest.recording.mending import give_up_lost, mended
from surefoot.sensor_ingest.recording.pod_health import PodHealthTracker
from surefoot.sensor_ingest.recording.run_folder import RunFolder


class Replay:
    """Iterates over what a run's entries give; afterwards `reader.holes` tells where the journal is damaged, and
    `health` what was noted of the pods.

    Which runner's foot a pod is on says the manifest, which may have been corrected after the run.
    If the run was not ended, the samples that still waited for missing packets are given at the end.

    Parameters
    ----------
    refit : fit the clocks to the whole run instead of using the live ones, and wait for every pod.
    """

    def __init__(self, run: RunFolder, *, refit: bool = False) -> None:
        self.run = run
        self.reader = JournalReader(run.journal_path)
        self.assembler = Assembler()
        self.health = PodHealthTracker(run.manifest.pods)
        self._refit = refit

    def __iter__(self) -> Iterator[Given]:
        self.assembler = Assembler()
        self.health = PodHealthTracker(self.run.manifest.pods)
        entries: Iterable[Entry] = give_up_lost(mended(self.reader), self.reader)
        if self._refit:
            entries = replace_clocks(without_silent_pods(entries), fit_clocks(mended(JournalReader(self.reader.path))))
        for entry in worn_as(entries, self.run.manifest.pods):
            self.health.observe(entry, self.assembler.pods)
            yield from self.assembler.process(entry)
        yield from self.assembler.finish()


def replay(run: RunFolder, *, refit: bool = False) -> Replay:
    """Replay of a recorded run; see `Replay`."""
    return Replay(run, refit=refit)


BootNumber = tuple[int, int]
"""Pod, and how many boots it has had with this one."""


def timed_entries(reader: JournalReader) -> Iterable[Entry]:
    """A recording's entries; if nobody timed it as it came, which a phone does not, with clocks fitted to all of it."""
    entries = give_up_lost(mended(reader), reader)
    if any(isinstance(entry, ClockEntry) for entry in JournalReader(reader.path)):
        return entries
    return replace_clocks(entries, fit_clocks(mended(JournalReader(reader.path))))


def fit_clocks(entries: Iterable[Entry]) -> dict[BootNumber, list[ClockEntry]]:
    """Clock entries of each boot, fitted to all packets that were not resent."""
    points: dict[BootNumber, list[tuple[int, float]]] = {}
    boots: dict[BootNumber, int] = {}
    assembler = Assembler()
    for entry in entries:
        known = _fit_of(assembler, entry)
        before = known.packets if known is not None else 0
        assembler.process(entry)
        fit = _fit_of(assembler, entry)
        if isinstance(entry, PacketEntry) and fit is not None and fit.latest is not None and fit.packets > before:
            number = entry.pod, _boots(assembler, entry)
            boots[number] = fit.boot
            points.setdefault(number, []).append(fit.latest)
    return {number: _clock_entries(number[0], boots[number], np.array(found)) for number, found in points.items()}


def replace_clocks(entries: Iterable[Entry], clocks: Mapping[BootNumber, Sequence[ClockEntry]]) -> Iterator[Entry]:
    """The entries with their clock entries replaced; those of a boot follow the entry that begins it.

    A boot of which nothing arrived as it was made keeps those that it has.
    """
    assembler = Assembler()
    for entry in entries:
        if isinstance(entry, ClockEntry):
            pod = assembler.pods.get(entry.pod)
            if pod is not None and (entry.pod, pod.boots) not in clocks:
                yield entry
            continue
        yield entry
        before = _boots(assembler, entry)
        assembler.process(entry)
        if isinstance(entry, PacketEntry | PodEntry) and (boots := _boots(assembler, entry)) > before:
            yield from clocks.get((entry.pod, boots), ())


def worn_as(entries: Iterable[Entry], pods: Sequence[PodAssignment]) -> Iterator[Entry]:
    """The entries with each pod on the runner's foot that the manifest says."""
    for entry in entries:
        if isinstance(entry, PodEntry) and entry.pod < len(pods):
            entry = replace(entry, foot=pods[entry.pod].foot, runner=pods[entry.pod].runner)
        yield entry


def without_silent_pods(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries without SILENT events, which a whole run does not need."""
    for entry in entries:
        if not (isinstance(entry, EventEntry) and entry.kind is EventKind.SILENT):
            yield entry


def _boots(assembler: Assembler, entry: Entry) -> int:
    pod = assembler.pods.get(entry.pod) if isinstance(entry, PacketEntry | PodEntry) else None
    return pod.boots if pod is not None else 0


def _fit_of(assembler: Assembler, entry: Entry) -> ClockFit | None:
    """The clock fit to which a notification adds."""
    pod = assembler.pods.get(entry.pod) if isinstance(entry, PacketEntry) else None
    return pod.reorder_buffer.clock_fit if pod is not None and pod.reorder_buffer is not None else None


def _clock_entries(pod: int, boot: int, points: Floats) -> list[ClockEntry]:
    return [ClockEntry(pod, mapping) for mapping in fit_boot(boot, points[:, 0], points[:, 1])]

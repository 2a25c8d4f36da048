"""A recorded run once more: the same batches in the same order, to the last bit; or with its clocks fitted anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from surefoot.analysis.model import Floats
from surefoot.sensor_ingest.protocol import Packet, PodInfo, ProtocolError
from surefoot.sensor_ingest.recording.assembler import Assembler, Batch, SilentPod
from surefoot.sensor_ingest.recording.clock_steering import fit_boot
from surefoot.sensor_ingest.recording.entries import ClockEntry, Entry, EventEntry, EventKind, PacketEntry, PodEntry
from surefoot.sensor_ingest.recording.journal import JournalReader
from surefoot.sensor_ingest.recording.run_folder import RunFolder


class Replay:
    """Iterates over a run's batches and silences; afterwards `reader.damage` says whether the journal could be read
    to its end.

    A run that was cut off, by a crash or because it still goes on, gives at the end also what waited for packets that
    never came.

    Parameters
    ----------
    refit : time the samples by the whole run's arrivals instead of by what was known live, and wait for every pod.
    """

    def __init__(self, run: RunFolder, *, refit: bool = False) -> None:
        self.run = run
        self.reader = JournalReader(run.journal_path)
        self.assembler = Assembler()
        self._refit = refit

    def __iter__(self) -> Iterator[Batch | SilentPod]:
        self.assembler = Assembler()
        entries: Iterable[Entry] = self.reader
        if self._refit:
            entries = replace_clocks(without_silent_pods(self.reader), fit_clocks(self.reader))
        for entry in entries:
            yield from self.assembler.process(entry)
        yield from self.assembler.finish()


def replay(run: RunFolder, *, refit: bool = False) -> Replay:
    """The samples of a recorded run."""
    return Replay(run, refit=refit)


ClockEntries = dict[tuple[int, int], list[ClockEntry]]
"""Pod and boot → clock entries."""


def fit_clocks(entries: Iterable[Entry]) -> ClockEntries:
    """Fit each boot of each pod from all its packets that were not resent."""
    points: dict[tuple[int, int], list[tuple[int, float]]] = {}
    assembler = Assembler()
    for entry in entries:
        before = _packets_fitted(assembler, entry)
        assembler.process(entry)
        if isinstance(entry, PacketEntry) and _packets_fitted(assembler, entry) > before:
            packet = Packet.from_bytes(entry.data)
            points.setdefault((entry.pod, packet.boot), []).append((packet.tick_us + packet.span_us, entry.arrival_s))
    return {key: _clock_entries(*key, np.array(found)) for key, found in points.items()}


def replace_clocks(entries: Iterable[Entry], clocks: ClockEntries) -> Iterator[Entry]:
    """The entries with other clocks: each boot's follow its first pod entry."""
    waiting = dict(clocks)
    for entry in entries:
        if not isinstance(entry, ClockEntry):
            yield entry
        if isinstance(entry, PodEntry) and (boot := _boot_of(entry)) is not None:
            yield from waiting.pop((entry.pod, boot), ())


def without_silent_pods(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries without the silences: of a whole run it is known what came later."""
    for entry in entries:
        if not (isinstance(entry, EventEntry) and entry.kind is EventKind.SILENT):
            yield entry


def _packets_fitted(assembler: Assembler, entry: Entry) -> int:
    pod = assembler.pods.get(entry.pod) if isinstance(entry, PacketEntry) else None
    return pod.reorder_buffer.clock_fit.packets if pod is not None and pod.reorder_buffer is not None else 0


def _clock_entries(pod: int, boot: int, points: Floats) -> list[ClockEntry]:
    return [ClockEntry(pod, mapping) for mapping in fit_boot(boot, points[:, 0], points[:, 1])]


def _boot_of(entry: PodEntry) -> int | None:
    try:
        return PodInfo.from_bytes(entry.info).boot
    except ProtocolError:
        return None

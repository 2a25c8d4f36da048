"""A recording of several runners without some of them: the others' entries stay as they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from surefoot.sensor_ingest.recording.entries import CompanionEntry, EndEntry, Entry, EventEntry, EventKind
from surefoot.sensor_ingest.recording.folder_swap import swapped_in
from surefoot.sensor_ingest.recording.journal import JournalReader, JournalWriter
from surefoot.sensor_ingest.recording.run_folder import RunFolder

_FLUSH_BYTES = 1 << 20


def leave_out(run: RunFolder, runners: Collection[str]) -> RunFolder:
    """Write a run anew without some of its runners, by their ids; the run as changed.

    Raises
    ------
    ValueError
        if nobody is left.
    RunError
        if it cannot be read or written.
    """
    pods = _numbers([each.runner for each in run.manifest.pods], runners)
    if not pods:
        raise ValueError("leave_out: nobody is left in the run")
    companions = _numbers([each.runner for each in run.manifest.companions], runners)
    manifest = replace(
        run.manifest,
        pods=tuple(run.manifest.pods[number] for number in pods),
        companions=tuple(run.manifest.companions[number] for number in companions),
        sides_confirmed=tuple(each for each in run.manifest.sides_confirmed if each not in runners),
        pair_clocks={name: clock for name, clock in run.manifest.pair_clocks.items() if name not in runners},
        usual={name: kept for name, kept in run.manifest.usual.items() if name not in runners},
    )
    with swapped_in(run.path.parent, manifest) as fresh, JournalWriter(fresh.journal_path) as journal:
        for entry in JournalReader(run.journal_path):
            kept = _renumbered(entry, pods, companions)
            if kept is not None:
                journal.append(kept)
            if journal.buffered_bytes > _FLUSH_BYTES:
                journal.flush()
    return RunFolder(run.path, manifest)


def _numbers(wearers: list[str], left_out: Collection[str]) -> dict[int, int]:
    """Number of each that stays → its number then."""
    kept = [number for number, runner in enumerate(wearers) if runner not in left_out]
    return {number: place for place, number in enumerate(kept)}


def _renumbered(entry: Entry, pods: Mapping[int, int], companions: Mapping[int, int]) -> Entry | None:
    """An entry of whoever stays; None for others'."""
    match entry:
        case EndEntry():
            return entry
        case EventEntry(kind=EventKind.HEALTH):  # of all pods
            return replace(entry, pod=0)
        case CompanionEntry():
            return replace(entry, number=companions[entry.number]) if entry.number in companions else None
        case _:
            return replace(entry, pod=pods[entry.pod]) if entry.pod in pods else None

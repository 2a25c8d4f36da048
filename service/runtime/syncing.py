"""What was taken over from pods becomes runs: cut, joined with what was heard live, analysed, stored, told."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from surefoot.analysis.findings import latest
from surefoot.analysis.model import BoutKind, Foot
from surefoot.sensor_ingest.ble.discovery import serial_matches
from surefoot.sensor_ingest.pod_store.records import BootRecord, SamplesRecord, StoreRecord
from surefoot.sensor_ingest.protocol import PodInfo, ProtocolError
from surefoot.sensor_ingest.recording.cutting import KeptRun, TakenOver, cut_runs
from surefoot.sensor_ingest.recording.errors import RunError
from surefoot.sensor_ingest.recording.kept_feet import foot_of, kept_feet
from surefoot.sensor_ingest.recording.kept_pairs import pair_pods
from surefoot.sensor_ingest.recording.manifest import PodAssignment
from surefoot.sensor_ingest.recording.run_folder import RunFolder, confirmed_before
from surefoot.sensor_ingest.recording.shelf import Shelf
from surefoot.service import VERSION
from surefoot.service.people.forgotten import Forgotten
from surefoot.service.pipeline.analysis import ProgressCallback
from surefoot.service.runtime.joining import join_parts
from surefoot.service.runtime.pod_sources import pods_of
from surefoot.service.runtime.recorded import listed
from surefoot.service.runtime.recovery import missing_runs, rebuild
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader

log = logging.getLogger(__name__)

PODS_FOLDER = ".pods"
"""Of the parts that come from the pods' own memory: no gateway's name."""
NOBODY = "runner-1"
"""Who wears a pod of which nothing is known."""
AskFoot = Callable[[str], Foot | None]
"""Asks a person on which foot a pod was; None without an answer."""


@dataclass(frozen=True, slots=True)
class SyncedRunner:
    """A runner's run in which there is more than before.

    Parameters
    ----------
    minutes : from its first to its last step.
    """

    run: RunFolder
    runner: str
    minutes: float
    findings: int

    def __str__(self) -> str:
        found = {0: "nothing found", 1: "one finding"}.get(self.findings, f"{self.findings} findings")
        return f"{self.run.manifest.names[self.runner]}: {self.minutes:.0f} min synced, {found}"


@dataclass(frozen=True, slots=True)
class CutShelf:
    """Runs that were cut from the shelf, and what is to be told of their times; see `Synced`."""

    runs: tuple[KeptRun, ...]
    notes: tuple[str, ...]
    footless: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Synced:
    """What became of what was taken over.

    Parameters
    ----------
    notes : what is to be told of the times of runs, sentences.
    footless : serial numbers of pods that kept a run on a foot that nobody knows; their records stay on the shelf.
    """

    runners: tuple[SyncedRunner, ...]
    notes: tuple[str, ...]
    footless: tuple[str, ...]


def shelf_of(settings: Settings) -> Shelf:
    """The shelf in the data folder."""
    return Shelf(settings.shelf_folder)


def bring_in(
    settings: Settings,
    named: Sequence[PodAssignment] = (),
    *,
    waiting_for: Sequence[str] = (),
    ask: AskFoot = lambda _: None,
    progress: ProgressCallback = lambda *_: None,
    on_stored: Callable[[int], None] = lambda _: None,
) -> Synced:
    """Make runs of what lies on the shelf, and store them; where it was interrupted before, it goes on.

    Parameters
    ----------
    named : who wears which pod, as said by a person; it counts more than what is known.
    waiting_for : serial numbers of pods that are not done; what their runners' pods kept stays on the shelf, as left
        and right are put on one clock together.
    ask : for the foot of a pod of which nothing is known.

    Raises
    ------
    IngestError, StoreError
        if the disk does not take it.
    """
    kept = cut_shelf(settings, named, waiting_for, ask)
    joined = join_parts(settings, progress, on_stored)
    runs = {each.run.path: each.run for each in joined}
    for missing in [run for run in missing_runs(settings) if run.manifest.ended]:
        try:
            rebuild(missing, settings, progress, on_stored)
            runs[missing.path] = missing
        except RunError as error:
            log.warning("%s", error)
    told = tuple(each for run in runs.values() for each in synced_runners(settings, run))
    return Synced(told, kept.notes, kept.footless)


def cut_shelf(
    settings: Settings,
    named: Sequence[PodAssignment] = (),
    waiting_for: Sequence[str] = (),
    ask: AskFoot = lambda _: None,
) -> CutShelf:
    """Make parts of what lies on the shelf, beside those of gateways and phones; see `bring_in`.

    A crash on the way costs nothing: what was not noted as cut is cut once more, into the same parts.
    """
    own = shelf_of(settings)
    cut = [_cut(shelf, settings, named, waiting_for, ask) for shelf in (*own.before_resets(), own)]
    return CutShelf(
        tuple(run for each in cut for run in each.runs),
        tuple(dict.fromkeys(note for each in cut for note in each.notes)),
        tuple(dict.fromkeys(serial for each in cut for serial in each.footless)),
    )


def synced_runners(settings: Settings, run: RunFolder) -> list[SyncedRunner]:
    """What is to be told of each runner of a run that was brought in and stored."""
    return [_told(settings, run, name) for name in run.manifest.runners]


def _cut(
    shelf: Shelf, settings: Settings, named: Sequence[PodAssignment], waiting_for: Sequence[str], ask: AskFoot
) -> CutShelf:
    taken, footless = _on_shelf(shelf, settings, named, ask)
    forgotten = Forgotten(settings.data)
    footless = [serial for serial in footless if not _is_erased(shelf, serial, settings, forgotten)]
    held_up = {_wearer(serial, settings, named) for serial in (*waiting_for, *footless)}
    ready = [pod for pod in taken if pod.worn.runner not in held_up]
    kept = [run for pair in pair_pods(ready) for run in _runs_of(pair, settings)]
    runs = [run for run in kept if not is_forgotten(run, forgotten)]
    for run in runs:
        run.write(settings.parts_folder / PODS_FOLDER)
    shelf.mark_cut({pod.worn.serial: pod.next_record for pod in ready})
    _erase(shelf, [pod.worn.serial for pod in ready], forgotten)
    return CutShelf(tuple(runs), tuple(note for run in runs for note in run.notes), tuple(footless))


def is_forgotten(run: KeptRun, forgotten: Forgotten) -> bool:
    """Whether pods kept a run of a runner who was forgotten."""
    began_utc = run.manifest.created_utc
    return any(
        (run.dated and forgotten.covers(pod.runner, began_utc))
        or forgotten.covers_pod(pod.serial, run.begin_s, dated=run.dated)
        for pod in run.manifest.pods
    )


def _is_erased(shelf: Shelf, serial: str, settings: Settings, forgotten: Forgotten) -> bool:
    """Whether all that lay here of a pod whose foot nobody knows was of a forgotten runner, and is gone."""
    if not any(serial_matches(serial, each) for each in forgotten.pods_to_empty()):
        return False
    pod = TakenOver.from_records(PodAssignment(serial, Foot.LEFT, NOBODY), shelf.records(serial))
    if not all(is_forgotten(run, forgotten) for run in _runs_of([pod], settings)):
        return False
    shelf.mark_cut({serial: pod.next_record})
    _erase(shelf, [serial], forgotten)
    return True


def _erase(shelf: Shelf, serials: Sequence[str], forgotten: Forgotten) -> None:
    """Leave nothing on the shelf of what pods kept of forgotten runners."""
    for serial in serials:
        if any(serial_matches(serial, each) for each in forgotten.pods_to_empty()):
            shelf.erase(serial)
            forgotten.pod_was_emptied(serial)


def _on_shelf(
    shelf: Shelf, settings: Settings, named: Sequence[PodAssignment], ask: AskFoot
) -> tuple[list[TakenOver], list[str]]:
    """What lies on a shelf and is in no run yet, and the pods of which nobody knows the foot."""
    taken, footless = list[TakenOver](), list[str]()
    for serial in shelf.serials():
        records = list(shelf.records(serial))
        kept = any(isinstance(record, SamplesRecord) for _, record in records)
        worn = _worn(serial, records, settings, named, ask) if kept else None
        if worn is not None:
            taken.append(TakenOver.from_records(worn, records))
        elif kept:
            footless.append(serial)
    return taken, footless


def _runs_of(pods: Sequence[TakenOver], settings: Settings) -> list[KeptRun]:
    """A runner's runs; feet that were confirmed before need not be confirmed again."""
    runs = cut_runs(pods, settings.run_end.still_s, f"surefoot {VERSION}", time.time(), settings.parameters)
    confirmed = [confirmed_before(settings.runs_folder, run.manifest.pods) for run in runs]
    return [
        replace(run, manifest=replace(run.manifest, sides_confirmed=names))
        for run, names in zip(runs, confirmed, strict=True)
    ]


def _worn(
    serial: str,
    records: Sequence[tuple[int, StoreRecord]],
    settings: Settings,
    named: Sequence[PodAssignment],
    ask: AskFoot,
) -> PodAssignment | None:
    """Who wears a pod, on which foot: as said, as shown by its runner, as in the settings, as worn before, as set in
    the pod, as answered; None if nobody knows the foot."""
    known, runner = _known(serial, settings, named), _wearer(serial, settings, named)
    shown = None if known in named else foot_of(kept_feet(settings.runs_folder, runner), serial)
    foot = shown or (known.foot if known is not None else None) or _foot_in_pod(records) or ask(serial)
    return None if foot is None else PodAssignment(serial, foot, runner, known.name if known is not None else "")


def _known(serial: str, settings: Settings, named: Sequence[PodAssignment]) -> PodAssignment | None:
    told = [*named, *pods_of(settings.runners), *_worn_before(settings)]
    return next((pod for pod in told if serial_matches(serial, pod.serial)), None)


def _wearer(serial: str, settings: Settings, named: Sequence[PodAssignment]) -> str:
    known = _known(serial, settings, named)
    return known.runner if known is not None else NOBODY


def _worn_before(settings: Settings) -> list[PodAssignment]:
    """The pods of the recorded runs, newest first."""
    return [pod for run in reversed(listed(settings.runs_folder)) for pod in run.manifest.pods]


def _foot_in_pod(records: Sequence[tuple[int, StoreRecord]]) -> Foot | None:
    """The foot that a pod was set to, at its last start."""
    for _, record in reversed(records):
        if isinstance(record, BootRecord):
            try:
                return PodInfo.from_bytes(record.info).foot.foot
            except ProtocolError:
                continue
    return None


def _told(settings: Settings, run: RunFolder, runner: str) -> SyncedRunner:
    with StoreReader(settings.store_path) as reader:
        results = reader.results(run.manifest.run_id, runner)
    found = sum(finding.severity.rank > 0 for finding in latest(results.findings))
    feet = [rows for rows in results.strides.values() if len(rows)]
    moved = [] if feet else [bout for bout in results.bouts if bout.kind in {BoutKind.RUN, BoutKind.WALK}]
    begins_s = [*(float(rows.initial_contact_s[0]) for rows in feet), *(bout.start_s for bout in moved)]
    ends_s = [*(float(rows.next_initial_contact_s[-1]) for rows in feet), *(bout.end_s for bout in moved)]
    minutes = (max(ends_s) - min(begins_s)) / 60.0 if begins_s else 0.0
    return SyncedRunner(run, runner, minutes, found)

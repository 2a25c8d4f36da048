"""Damage to the recording of a run that a crash cut off: it is stored to its end."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.recording.run_folder import RunFolder, list_runs
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.runtime.recovery import store_recorded_run
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader
from tests.faults.outcome import Outcome
from tests.faults.temporary import temporary_folder
from tests.sensor_ingest.damage import (
    Damaged,
    WholeJournal,
    bit_flipped,
    byte_overwritten,
    page_gone,
    page_overwritten,
    untouched,
)
from tests.service.demo_runs import record_demo_run
from tests.service.test_damaged_recordings import RUNNER, SAME_S, cut_off

TARGET_S = 20.0
Spoil = Callable[[Path], None]


@cache
def recorded() -> DemoRun:
    """Two minutes of a runner, recorded once for all that befalls copies of it."""
    return record_demo_run(temporary_folder(), 2.0)


def manifest_deleted(run: Path) -> None:
    """Its copy is left."""
    (run / "manifest.json").unlink()


def manifest_damaged(run: Path) -> None:
    """One byte of it is another."""
    path = run / "manifest.json"
    whole = path.read_bytes()
    at = whole.index(b"left")
    path.write_bytes(whole[:at] + b"r" + whole[at + 1 :])


def nothing(_run: Path) -> None:
    """The folder is as it was left."""


def stored_after(damage: Callable[[bytes, random.Random], Damaged], spoil: Spoil, folder: Path) -> Outcome:
    """What is stored of a run that was cut off, after its journal was damaged and its folder spoilt."""
    demo, settings = recorded(), Settings(data=folder / "data")
    run, damaged = cut_off(demo, settings, damage, seed=1)
    spoil(run.path)
    kept = WholeJournal(demo.run.journal_path).kept_in(run.journal_path, damaged)
    began_s = time.monotonic()
    for found in list_runs(settings.runs_folder):
        store_recorded_run(found, settings)
    recovered_s = time.monotonic() - began_s
    strides, lost, doubled = _strides(demo, settings, run)
    counted = {"entries": kept.entries, "strides": strides}
    return Outcome(
        counted,
        {"entries": kept.lost, "strides": lost},
        {"entries": kept.invented, "strides": doubled, "alerts": _alerts_twice(settings, run)},
        recovered_s,
        TARGET_S,
    )


def _strides(demo: DemoRun, settings: Settings, run: RunFolder) -> tuple[int, int, int]:
    """Strides of the whole recording, those not stored, and those stored more than once."""
    total = lost = doubled = 0
    with StoreReader(settings.store_path) as reader:
        stored = reader.results(run.manifest.run_id, RUNNER).strides
    for foot in Foot:
        wanted_s = demo.finished.analysis.runners[RUNNER].results.strides[foot].initial_contact_s
        there_s = stored[foot].initial_contact_s
        total += len(wanted_s)
        lost += sum(np.abs(there_s - at_s).min(initial=np.inf) > SAME_S for at_s in wanted_s)
        doubled += int((np.diff(there_s) <= SAME_S).sum())
    return total, int(lost), doubled


def _alerts_twice(settings: Settings, run: RunFolder) -> int:
    with StoreReader(settings.store_path) as reader:
        alerts = reader.alerts(run.manifest.run_id, RUNNER)
    events = {tuple(alert.get(key) for key in ("kind", "finding", "event", "severity")) for alert in alerts}
    return len(alerts) - len(events)


def _row(damage: Callable[[bytes, random.Random], Damaged], spoil: Spoil = nothing) -> Callable[[Path], Outcome]:
    return lambda folder: stored_after(damage, spoil, folder)


FAULTS: dict[str, Callable[[Path], Outcome]] = {
    "one bit of the journal flipped": _row(bit_flipped),
    "one byte of the journal overwritten": _row(byte_overwritten),
    "a page of the journal overwritten": _row(page_overwritten),
    "a page of the journal missing": _row(page_gone),
    "manifest deleted": _row(untouched, manifest_deleted),
    "manifest damaged": _row(untouched, manifest_damaged),
}

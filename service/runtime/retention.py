"""What of the recordings is to go: by age and by size, never a run whose results are in no backup."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from dataclasses import dataclass

from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.service.runtime.recorded import listed
from surefoot.service.settings import Settings
from surefoot.service.store.notebook import Notebook, NoteKind
from surefoot.service.store.reading import StoreReader

log = logging.getLogger(__name__)

DAY_S, GIGABYTE = 86_400.0, 1e9


@dataclass(frozen=True, slots=True)
class Expired:
    """Runs beyond what is to be kept, oldest first.

    Parameters
    ----------
    safe : whether its results are stored and backed up, for each run.
    """

    runs: tuple[RunFolder, ...]
    safe: tuple[bool, ...]
    size_bytes: int


def expired_runs(settings: Settings, utc_s: float) -> Expired:
    """Runs that have ended and are too old, or that are the oldest of too much; none without a limit."""
    runs, limits = listed(settings.runs_folder), settings.retention
    sizes = {run.path: _size_bytes(run) for run in runs}
    kept_bytes, expired = sum(sizes.values()), []
    for run in (each for each in runs if each.manifest.ended):
        is_old = limits.days is not None and utc_s - run.manifest.created_utc.timestamp() > limits.days * DAY_S
        if is_old or (limits.gigabytes is not None and kept_bytes > limits.gigabytes * GIGABYTE):
            expired.append(run)
            kept_bytes -= sizes[run.path]
    safe = _safe(settings) if expired else frozenset()
    return Expired(
        tuple(expired),
        tuple(run.manifest.run_id in safe for run in expired),
        sum(sizes[run.path] for run in expired),
    )


def apply_retention(settings: Settings, utc_s: float) -> None:
    """Delete expired recordings if the settings say so, else tell them."""
    expired = expired_runs(settings, utc_s)
    if not expired.runs:
        return
    if not settings.retention.delete:
        _tell(expired.runs, f"{expired.size_bytes / 1e6:.0f} MB", "set retention.delete to have them deleted")
        return
    unsafe = [run for run, is_safe in zip(expired.runs, expired.safe, strict=True) if not is_safe]
    if unsafe:
        _tell(unsafe, "not deleted, as their results are in no backup", "run surefoot backup")
    for run, is_safe in zip(expired.runs, expired.safe, strict=True):
        if is_safe:
            shutil.rmtree(run.path, ignore_errors=True)
            log.warning(
                "The recording of run %s was deleted; its results stay, and are backed up.", run.manifest.run_id
            )


def _safe(settings: Settings) -> frozenset[str]:
    """Runs whose results are complete in the store and in a backup."""
    backed_up = {run for note in Notebook(settings.store_path).entries(NoteKind.BACKUP) for run in note["runs"]}
    with StoreReader(settings.store_path) as reader:
        stored = {run.run for run in reader.runs() if run.summary is not None}
    return frozenset(stored & backed_up)


def _size_bytes(run: RunFolder) -> int:
    return sum(path.stat().st_size for path in run.path.rglob("*") if path.is_file())


def _tell(runs: Sequence[RunFolder], what: str, advice: str) -> None:
    first = runs[0].manifest.run_id
    log.warning(
        "%d recordings are beyond what is to be kept (%s), the oldest is %s; %s.", len(runs), what, first, advice
    )

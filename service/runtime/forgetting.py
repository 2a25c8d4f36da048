"""Empties a data folder of whom it has forgotten: at once, and whenever something comes late or comes back."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from surefoot.sensor_ingest.recording.errors import NotARunError, RunFormatNewerError, RunMissingError
from surefoot.sensor_ingest.recording.folder_swap import finish_swaps
from surefoot.sensor_ingest.recording.kept_feet import FILE_NAME as FEET
from surefoot.sensor_ingest.recording.leaving_out import leave_out
from surefoot.sensor_ingest.recording.manifest import Manifest
from surefoot.sensor_ingest.recording.private_files import replace_private_file
from surefoot.sensor_ingest.recording.run_folder import RunFolder, open_run
from surefoot.service.people.accounts import LINK
from surefoot.service.people.forgotten import HERE, Forgotten, Tombstone
from surefoot.service.people.people_file import PeopleFile
from surefoot.service.people.sessions import Sessions
from surefoot.service.runtime.recorded import listed, part_folders
from surefoot.service.runtime.runner_traces import worn_spans
from surefoot.service.runtime.waiting_parts import ASIDE, ended_parts
from surefoot.service.settings import Settings
from surefoot.service.store.forgetting import Run, forget_notes, forget_rows
from surefoot.service.store.notices import FILE_NAME as NOTICES
from surefoot.service.store.repair import BROKEN

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """What is gone from a data folder.

    Parameters
    ----------
    runs : runs and runners whose recordings or results are gone.
    entries : lines of what people typed.
    """

    runs: frozenset[Run] = frozenset()
    entries: int = 0

    def __bool__(self) -> bool:
        return bool(self.runs or self.entries)


def forget_runner(settings: Settings, runner: str, at_utc: datetime) -> Swept:
    """Forget a runner, by their id; whatever interrupts it, the next start goes on.

    Raises
    ------
    RunError, StoreError, OSError
        if the disk does not take it.
    """
    bury(settings, runner, at_utc)
    return sweep(settings)


def bury(settings: Settings, runner: str, at_utc: datetime) -> Tombstone:
    """Note that a runner is forgotten, so that the next sweep deletes what there is; OSError."""
    return Forgotten(settings.data).add(runner, at_utc, worn_spans(settings, runner, at_utc))


def sweep(settings: Settings, forgotten: Forgotten | None = None) -> Swept:
    """Leave nothing of forgotten runners in a data folder or a backup, and everything of the others.

    Recordings that gateways and phones still send are left until they end.

    Parameters
    ----------
    forgotten : whom; by default those of the data folder.
    """
    own = Forgotten(settings.data)
    forgotten = forgotten or own
    if not forgotten.tombstones:
        return Swept()
    waiting = own.not_reached(HERE)
    recorded = {*_sweep_runs(settings, forgotten), *sweep_parts(settings, forgotten)}
    until_ns = _UntilNs(forgotten)
    stored = forget_rows(settings.store_path, until_ns) if settings.store_path.exists() else frozenset[Run]()
    runs = frozenset(recorded | stored)
    forget_notes(settings.store_path, until_ns, runs)
    entries = _sweep_people(settings.data, forgotten)
    if runs or entries:
        _sweep_files(settings, runs)
    for runner in sorted({runner for _, runner in runs}):
        own.came_back(runner)
    own.was_reached(HERE, waiting)
    return Swept(runs, entries)


def sweep_if_back(settings: Settings, manifest: Manifest) -> None:
    """Leave nothing of a run's results that were stored while somebody in it was forgotten."""
    forgotten = Forgotten(settings.data)
    if any(forgotten.covers(runner, manifest.created_utc) for runner in manifest.runners):
        sweep(settings)


def sweep_parts(settings: Settings, forgotten: Forgotten | None = None) -> frozenset[Run]:
    """The same for what gateways, phones and pods have sent to its end, before it becomes runs."""
    forgotten = forgotten or Forgotten(settings.data)
    if not forgotten.tombstones:
        return frozenset()
    ended = {part.path for part in ended_parts(settings)}
    gone: set[Run] = set()
    for folder in part_folders(settings):
        for part in listed(folder):
            gone |= set(_sweep_run(part, forgotten, may_change=part.path in ended))
        _delete_unreadable(folder, forgotten)
    return frozenset(gone)


class _UntilNs:
    """Up to when a runner is forgotten, in nanoseconds since 1970; looked up once for each."""

    def __init__(self, forgotten: Forgotten) -> None:
        self._forgotten = forgotten
        self._known: dict[str, int | None] = {}

    def __call__(self, runner: str) -> int | None:
        if runner not in self._known:
            until = self._forgotten.until(runner)
            self._known[runner] = None if until is None else round(until.timestamp() * 1e9)
        return self._known[runner]


def _sweep_runs(settings: Settings, forgotten: Forgotten) -> Iterator[Run]:
    folder = settings.runs_folder
    if not folder.is_dir():
        return
    finish_swaps(folder)
    for run in listed(folder):
        yield from _sweep_run(run, forgotten, may_change=True)
    _sweep_feet(folder, forgotten)


def _sweep_run(run: RunFolder, forgotten: Forgotten, *, may_change: bool) -> Iterator[Run]:
    """Delete a recording, or take forgotten runners out of it."""
    began_utc = run.manifest.created_utc
    gone = [runner for runner in run.manifest.runners if forgotten.covers(runner, began_utc)]
    if not gone:
        return
    if len(gone) == len(run.manifest.runners):
        shutil.rmtree(run.path)
    elif may_change:
        leave_out(run, gone)
        for path in list(run.path.iterdir()):
            if any(_names(path, runner) for runner in gone):
                path.unlink()
    else:
        return
    yield from ((run.manifest.run_id, runner) for runner in gone)


def _delete_unreadable(folder: Path, forgotten: Forgotten) -> None:
    """Delete recordings that were put aside, where they are theirs or nobody can say whose."""
    for path in folder.glob(f"{ASIDE}*"):
        with suppress(RunMissingError):
            try:
                manifest = open_run(path).manifest
            except (NotARunError, RunFormatNewerError):
                shutil.rmtree(path, ignore_errors=True)
                continue
            if any(forgotten.covers(runner, manifest.created_utc) for runner in manifest.runners):
                shutil.rmtree(path, ignore_errors=True)


def _sweep_feet(folder: Path, forgotten: Forgotten) -> None:
    """Take out on which feet their pods were, as shown; whoever comes back is asked again."""
    with suppress(FileNotFoundError, ValueError, AttributeError):
        kept = json.loads((folder / FEET).read_text(encoding="utf-8"))
        shown_utc = datetime.fromtimestamp((folder / FEET).stat().st_mtime, UTC)
        stays = {runner: feet for runner, feet in kept.items() if not forgotten.covers(runner, shown_utc)}
        if stays != kept:
            replace_private_file(folder / FEET, json.dumps(stays, indent=1, ensure_ascii=False) + "\n")


def _sweep_people(folder: Path, forgotten: Forgotten) -> int:
    people, sessions, entries = PeopleFile(folder), Sessions(folder), 0
    for runner in people.runners():
        until_utc = forgotten.until(runner)
        if until_utc is not None:
            links = {f"{LINK}{digest}" for digest in people.links_of(runner)}
            sessions.forget({*people.accounts_of(runner), *links}, until_utc)
            entries += people.forget(runner, until_utc)
    return entries


def _sweep_files(settings: Settings, runs: Iterable[Run]) -> None:
    """Delete exports that lie in the data folder, notices, and stores that were set aside, which nobody can empty."""
    (settings.data / NOTICES).unlink(missing_ok=True)
    for aside in settings.data.glob(f"{BROKEN}*"):
        shutil.rmtree(aside)
        log.warning("%s was deleted, as a broken store cannot be emptied of one runner.", aside)
    left = {run.manifest.run_id for run in listed(settings.runs_folder)}
    for run, runner in runs:
        for path in sorted(settings.data.rglob(f"{run}*")):
            is_recording = settings.runs_folder in path.parents or settings.parts_folder in path.parents
            if not is_recording and (run not in left or _names(path, runner) or path.name == f"{run}-bids"):
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _names(path: Path, runner: str) -> bool:
    """Whether a file is named after a runner: its id stands before its ending or before what it holds."""
    return f"-{runner}." in path.name or f"-{runner}-" in path.name

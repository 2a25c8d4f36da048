"""Bring in what gateways, phones and the pods' own memory recorded: each run once, whoever heard which part of it."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from surefoot.sensor_ingest.recording.errors import RunError
from surefoot.sensor_ingest.recording.folder_swap import finish_swaps
from surefoot.sensor_ingest.recording.joined_pods import fit_together
from surefoot.sensor_ingest.recording.manifest import Manifest
from surefoot.sensor_ingest.recording.merging import merge_recordings
from surefoot.sensor_ingest.recording.run_activity import RunActivity, read_activity
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.service.pipeline.analysis import ProgressCallback
from surefoot.service.runtime.forgetting import sweep_parts
from surefoot.service.runtime.recorded import listed
from surefoot.service.runtime.replacement import replace_results
from surefoot.service.runtime.waiting_parts import ended_parts, put_aside
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader
from surefoot.service.store.writing import StoreWriter

log = logging.getLogger(__name__)

NEAR = timedelta(hours=36)
"""Only what began this close to a part may be of its run: a gateway's date may be wrong by a day, not by a season, and
a pod that was reset numbers its boots anew."""
KNOWN_RUNS = 64
"""Recordings whose times are remembered."""


@dataclass(frozen=True, slots=True)
class JoinedRun:
    """A run that has more in it than before.

    Parameters
    ----------
    parts : where that came from.
    """

    run: RunFolder
    parts: tuple[RunFolder, ...]


def join_parts(
    settings: Settings,
    progress: ProgressCallback = lambda *_: None,
    on_stored: Callable[[int], None] = lambda _: None,
) -> list[JoinedRun]:
    """Make runs of all `ended_parts`, alone or with the runs that they belong to; those with more in them.

    A run that was made of parts is joined with one that was recorded meanwhile, or a little later, and belongs to it.

    A run that was stored gets new results, and alerts about what was not told yet; one that was not is left to be
    stored. Parts of a run that is still recorded wait for its end; those of which nothing can be read are put aside.
    Whatever a crash interrupts is done anew.

    Raises
    ------
    RunUnwritableError, StoreError
        if the disk does not take it.
    """
    finish_swaps(settings.runs_folder)
    sweep_parts(settings)
    joined = []
    for group in _groups(settings):
        parts = tuple(each for each in group if settings.parts_folder in each.path.parents)
        if (parts or len(group) > 1) and all(each.manifest.ended for each in group):
            joined.append(JoinedRun(_join(group, settings, progress, on_stored), parts))
    return joined


def _groups(settings: Settings) -> list[list[RunFolder]]:
    """Parts and runs, those that make one run together; without runs that no part belongs or belonged to."""
    parts = _readable_parts(settings)
    near = [found for run in _runs_near(settings, parts) if (found := _activity(run)) is not None]
    groups: list[list[RunActivity]] = []
    for part in [*parts, *(run for run in near if run.run.manifest.of_parts)]:
        own = [
            group for group in groups if part in group or any(_are_of_one_run(part, each, settings) for each in group)
        ]
        more = [run for run in near if run is not part and _are_of_one_run(part, run, settings)]
        known = [each for group in own for each in group]
        groups = [group for group in groups if group not in own]
        groups.append([*known, *(each for each in (part, *more) if each not in known)])
    return [[each.run for each in team] for group in groups for team in _teams(group, settings)]


def _are_of_one_run(part: RunActivity, other: RunActivity, settings: Settings) -> bool:
    return _are_near(part.run, other.run) and part.is_of_one_run(other, settings.run_end.still_s)


def _teams(group: Sequence[RunActivity], settings: Settings) -> list[list[RunActivity]]:
    """A group taken apart where a pod was swapped for another: a run has one pod on a foot, so it makes several."""
    teams = list[list[RunActivity]]()
    for each in sorted(group, key=lambda each: _rank(each.run, settings)):
        team = next((team for team in teams if fit_together([*team, each])), None)
        if team is None:
            teams.append([each])
        else:
            team.append(each)
    return teams


def _rank(run: RunFolder, settings: Settings) -> tuple[bool, datetime]:
    """Runs come before parts, earlier ones before later ones."""
    return run.path.parent != settings.runs_folder, run.manifest.created_utc


def _readable_parts(settings: Settings) -> list[RunActivity]:
    """What was sent to its end, oldest first; parts of which nothing can be read are put aside."""
    found = [activity for part in ended_parts(settings) if (activity := _activity(part)) is not None]
    for part in found:
        if not part.heard:
            put_aside(part.run)
    return [part for part in found if part.heard]


def _runs_near(settings: Settings, parts: Sequence[RunActivity]) -> list[RunFolder]:
    """Runs to which parts may belong, and those made of parts to which the newest run may belong, with their like."""
    runs = listed(settings.runs_folder)
    newest = max(runs, key=lambda run: run.manifest.created_utc, default=None)
    of_parts = [run for run in runs if newest is not None and run.manifest.of_parts and _are_near(run, newest)]
    return [run for run in runs if any(_are_near(run, each) for each in (*(part.run for part in parts), *of_parts))]


def _are_near(run: RunFolder, other: RunFolder) -> bool:
    return abs(run.manifest.created_utc - other.manifest.created_utc) < NEAR


def _activity(run: RunFolder) -> RunActivity | None:
    """When somebody moved in a recording; None where it cannot be read, which is told."""
    journal = run.journal_path
    state = journal.stat() if journal.exists() else None  # a run that has just begun has none
    try:
        return _known_activity(run.path, run.manifest.to_json(), state and (state.st_size, state.st_mtime_ns))
    except RunError as error:
        log.warning("%s", error)
        return None


@lru_cache(maxsize=KNOWN_RUNS)
def _known_activity(path: Path, manifest: str, _state: tuple[int, int] | None) -> RunActivity:
    """As of `read_activity`, which takes seconds for a long run, once for each state of a recording."""
    return read_activity(RunFolder(path, Manifest.from_json(json.loads(manifest))))


def _join(
    group: Sequence[RunFolder], settings: Settings, progress: ProgressCallback, on_stored: Callable[[int], None]
) -> RunFolder:
    """Make one run of a group, first on disk, then in the store; only then the rest goes."""
    progress("Joining recordings", 0.0)
    length = {each.path: each.journal_path.stat().st_size for each in group}
    known = sorted(group, key=lambda each: _rank(each, settings))
    run = merge_recordings(known, settings.runs_folder)
    with StoreReader(settings.store_path) as reader:
        stored = {each.run: each.started_utc for each in reader.runs() if each.summary is not None}
    for name, began in stored.items():
        is_of_group = name in {each.manifest.run_id for each in group}
        if is_of_group and (name, began) != (run.manifest.run_id, run.manifest.created_utc):
            _absorb(name, began, run.manifest, settings.store_path)
    if stored.get(run.manifest.run_id) == run.manifest.created_utc:
        replace_results(run, settings, progress, on_stored, alert=True)
    for other in group:
        if other.path != run.path and other.journal_path.stat().st_size == length[other.path]:  # else it goes on
            shutil.rmtree(other.path)
    log.info("Run %s was joined from %d recordings.", run.manifest.run_id, len(group))
    return run


def _absorb(name: str, began: datetime, run: Manifest, store: Path) -> None:
    """Drop the results of a stored run that is part of another one, or that turned out to have begun earlier."""
    with StoreWriter(store) as writer, writer.transaction():
        writer.absorb(name, run.run_id, (began - run.created_utc).total_seconds())

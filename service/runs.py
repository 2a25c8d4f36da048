"""The folder of recorded runs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from surefoot.sensor_ingest.recording.errors import NotARunError
from surefoot.sensor_ingest.recording.journal import JournalReader
from surefoot.sensor_ingest.recording.run_folder import RunFolder, list_runs, open_run
from surefoot.service.configuration import load_configuration
from surefoot.service.errors.runs import NoRunsError, RunIsFileError, RunUnknownError
from surefoot.service.pipeline.analysis import ProgressCallback

LAST = "last"


def runs_folder(wanted: Path | None) -> Path:
    """The folder asked for, by default that of the settings."""
    return load_configuration().settings.runs_folder if wanted is None else wanted


def find_run(named: str, folder: Path | None = None) -> RunFolder:
    """A run by its path, or by its id in the folder of runs; `last` is the newest of them.

    Raises
    ------
    NoRunsError, RunUnknownError, RunError
        if there is none or it cannot be read.
    """
    parent, path = runs_folder(folder), Path(named)
    if named == LAST and not path.exists():
        runs = list_runs(parent) if parent.is_dir() else ()
        if not runs:
            raise NoRunsError(parent)
        return runs[-1]
    if path.is_file():
        raise RunIsFileError(path)
    for found in (path, parent / named):
        if found.is_dir():
            return open_run(found)
    raise RunUnknownError(named, parent)


def discard(run: RunFolder) -> None:
    """Delete the folder of a run that never began."""
    shutil.rmtree(run.path)


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """A run and its duration; None where its recording cannot be read."""

    run: RunFolder
    duration_s: float | None


def recorded_runs(folder: Path, progress: ProgressCallback) -> Iterator[RecordedRun]:
    """The runs of a folder, oldest first; none where there is no folder."""
    runs = list_runs(folder) if folder.is_dir() else ()
    for place, run in enumerate(runs):
        progress("Reading", place / len(runs))
        yield RecordedRun(run, duration_s(run))


def duration_s(run: RunFolder) -> float | None:
    """How long a run is; None where its recording cannot be read."""
    reader = JournalReader(run.journal_path)
    try:
        for _ in reader:
            pass
    except NotARunError:
        return None
    return reader.latest_s

"""A run's folder replaced as a whole: written beside, made durable, then swapped in; a crash leaves one of the two."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from surefoot.sensor_ingest.recording.errors import RunUnwritableError
from surefoot.sensor_ingest.recording.manifest import Manifest
from surefoot.sensor_ingest.recording.private_files import make_private_folder, sync_folder
from surefoot.sensor_ingest.recording.run_folder import RunFolder, write_manifest

_FRESH, _OLD = ".fresh-", ".old-"
"""Before the run's id: names that no run has."""


@contextmanager
def swapped_in(parent: Path, manifest: Manifest) -> Iterator[RunFolder]:
    """A folder to write a run to; on leaving without an error it takes the place of the run with that id.

    Files beside recording and manifest, such as reports, stay.

    Raises
    ------
    RunUnwritableError
        if the disk does not take it.
    """
    finish_swaps(parent)
    fresh, place = parent / f"{_FRESH}{manifest.run_id}", parent / manifest.run_id
    try:
        make_private_folder(fresh)
        yield RunFolder(fresh, manifest)
        _keep_other_files(place, fresh)
        write_manifest(RunFolder(fresh, manifest))
        sync_folder(fresh)
        if place.exists():
            place.rename(parent / f"{_OLD}{manifest.run_id}")
        fresh.rename(place)
        sync_folder(parent)
        shutil.rmtree(parent / f"{_OLD}{manifest.run_id}", ignore_errors=True)
    except OSError as error:
        shutil.rmtree(fresh, ignore_errors=True)
        raise RunUnwritableError(place, error.strerror or type(error).__name__) from error


def finish_swaps(parent: Path) -> None:
    """Finish what a crash interrupted: a run that was set aside is in its place again, or replaced.

    Raises
    ------
    RunUnwritableError
        if the disk does not take it.
    """
    try:
        for old in parent.glob(f"{_OLD}*"):
            name = old.name.removeprefix(_OLD)
            fresh, place = parent / f"{_FRESH}{name}", parent / name
            if not place.exists():
                (fresh if fresh.exists() else old).rename(place)
                sync_folder(parent)
            shutil.rmtree(old, ignore_errors=True)
        for fresh in parent.glob(f"{_FRESH}*"):
            shutil.rmtree(fresh)
    except OSError as error:
        raise RunUnwritableError(parent, error.strerror or type(error).__name__) from error


def _keep_other_files(place: Path, fresh: Path) -> None:
    for file in place.iterdir() if place.is_dir() else ():
        of_recording = file.name.startswith(("journal.bin", "manifest", "damaged-"))
        if not of_recording and file.is_file():
            shutil.copy2(file, fresh / file.name)

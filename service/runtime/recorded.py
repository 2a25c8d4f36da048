"""Recordings that are in a data folder: runs, and parts of runs that gateways, phones and pods sent."""

from __future__ import annotations

from pathlib import Path

from surefoot.sensor_ingest.recording.errors import RunMissingError
from surefoot.sensor_ingest.recording.run_folder import RunFolder, list_runs
from surefoot.service.settings import Settings


def recordings(settings: Settings) -> list[RunFolder]:
    """Runs, and parts that are not joined to them yet."""
    return [*listed(settings.runs_folder), *parts(settings)]


def parts(settings: Settings) -> list[RunFolder]:
    """All parts, sender by sender."""
    return [part for folder in part_folders(settings) for part in listed(folder)]


def part_folders(settings: Settings) -> list[Path]:
    """A folder for each sender."""
    folder = settings.parts_folder
    return sorted(each for each in folder.iterdir() if each.is_dir()) if folder.is_dir() else []


def listed(folder: Path) -> tuple[RunFolder, ...]:
    """Runs of a folder, oldest first; none where there is no folder, or no more."""
    try:
        return list_runs(folder)
    except RunMissingError:
        return ()

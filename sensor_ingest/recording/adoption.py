"""Recordings that have lost their manifest get a new one, from what their journals hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from surefoot.sensor_ingest.protocol import PodInfo, ProtocolError
from surefoot.sensor_ingest.recording.entries import EndEntry, PodEntry
from surefoot.sensor_ingest.recording.errors import NotARunError
from surefoot.sensor_ingest.recording.journal import JournalReader, JournalWriter
from surefoot.sensor_ingest.recording.manifest import Manifest, PodAssignment, is_run_id
from surefoot.sensor_ingest.recording.run_folder import JOURNAL, MANIFEST, MANIFEST_COPY, RunFolder, adopt_run

_DATED = re.compile(r"(\d{8}T\d{6})Z-.*")


@dataclass(frozen=True, slots=True)
class Adopted:
    """A recording with a new manifest; str() is a sentence about it.

    Parameters
    ----------
    dated_by : what told when the run began.
    """

    run: RunFolder
    dated_by: str

    def __str__(self) -> str:
        manifest = self.run.manifest
        pods = ", ".join(f"{pod.serial} on the {pod.foot} foot of {pod.runner}" for pod in manifest.pods)
        return (
            f"{self.run.path}: had no manifest; it has a new one, by its journal: {pods};"
            f" begun {manifest.created_utc:%Y-%m-%d %H:%M} UTC, by {self.dated_by}."
        )


def orphaned_recordings(parent: Path) -> Iterator[Path]:
    """Folders with a journal that have neither a manifest nor its copy, oldest first."""
    for path in sorted(parent.iterdir()):
        has_manifest = any((path / name).exists() for name in (MANIFEST, MANIFEST_COPY))
        if is_run_id(path.name) and (path / JOURNAL).is_file() and not has_manifest:
            yield path


def adopt_recording(path: Path, software: str) -> Adopted:
    """Give a recording a new manifest.

    What people called the runners, corrected later or set for the analysis is not in a journal, and lost.

    Raises
    ------
    NotARunError
        if its journal cannot be read, or names no pods that a run can have.
    RunBusyError
        if it is being recorded.
    RunUnwritableError
        if the folder cannot be written.
    """
    written = datetime.fromtimestamp((path / JOURNAL).stat().st_mtime, UTC)
    with JournalWriter(path / JOURNAL):
        reader = JournalReader(path / JOURNAL)
        pods: dict[int, PodEntry] = {}
        ended = False
        for entry in reader:
            if isinstance(entry, PodEntry):
                pods.setdefault(entry.pod, entry)
            ended = ended or isinstance(entry, EndEntry)
        created, dated_by = _begun(path.name, written - timedelta(seconds=reader.latest_s))
        try:
            run = adopt_run(path.parent, Manifest(path.name, created, software, _assignments(pods), ended=ended))
        except (ValueError, ProtocolError) as error:
            raise NotARunError(path, f"it has no manifest, and its journal gives none: {error}") from error
    return Adopted(run, dated_by)


def _assignments(pods: Mapping[int, PodEntry]) -> tuple[PodAssignment, ...]:
    """The pods by number; one that was never connected takes the place that is left beside its neighbour."""
    if not pods:
        raise ValueError("no pod was ever connected")
    return tuple(_assignment(number, pods) for number in range(max(pods) + 1))


def _assignment(number: int, pods: Mapping[int, PodEntry]) -> PodAssignment:
    if (entry := pods.get(number)) is not None:
        return PodAssignment.worn_by(entry.runner, PodInfo.from_bytes(entry.info).serial, entry.foot)
    neighbour = pods.get(number ^ 1)
    if neighbour is None:
        raise ValueError(f"pod {number} and the one beside it were never connected")
    return PodAssignment.worn_by(neighbour.runner, f"unknown-{number}", neighbour.foot.other)


def _begun(name: str, by_file: datetime) -> tuple[datetime, str]:
    """When a run began, by its folder's name, else by the time at which its journal was last written."""
    if (dated := _DATED.fullmatch(name)) is not None:
        try:
            return datetime.strptime(f"{dated[1]}+0000", "%Y%m%dT%H%M%S%z"), "its folder's name"
        except ValueError:
            pass  # no date after all
    return by_file, "the time at which it was last written"

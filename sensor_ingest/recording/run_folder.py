"""A run on disk: a folder with a manifest (what the run is) and a journal (what happened)."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.recording.entries import EndEntry, entry_time_s
from surefoot.sensor_ingest.recording.errors import (
    NotARunError,
    RunFormatNewerError,
    RunMissingError,
    RunUnwritableError,
)
from surefoot.sensor_ingest.recording.journal import JournalWriter

FORMAT = 1
_MANIFEST = "manifest.json"
_JOURNAL = "journal.bin"


@dataclass(frozen=True, slots=True)
class PodAssignment:
    """A pod, named by its serial number, on a runner's foot."""

    serial: str
    foot: Foot
    runner: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a run is. The session clock is zero at `created_utc`; a pod's number is its place in `pods`."""

    run_id: str
    created_utc: datetime
    software: str
    pods: tuple[PodAssignment, ...]
    ended: bool = False

    @property
    def runners(self) -> tuple[str, ...]:
        """Every runner once, in the pods' order."""
        return tuple(dict.fromkeys(pod.runner for pod in self.pods))

    def to_json(self) -> str:
        """The manifest as it stands in the file."""
        return json.dumps(
            {
                "format": FORMAT,
                "run": self.run_id,
                "created_utc": self.created_utc.isoformat(),
                "software": self.software,
                "pods": [{"serial": pod.serial, "foot": pod.foot, "runner": pod.runner} for pod in self.pods],
                "ended": self.ended,
            },
            indent=1,
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Manifest:
        """The manifest from parsed JSON; KeyError, TypeError or ValueError where it is none."""
        pods = tuple(PodAssignment(str(pod["serial"]), Foot(pod["foot"]), str(pod["runner"])) for pod in fields["pods"])
        created = datetime.fromisoformat(fields["created_utc"])
        if created.tzinfo is None:
            raise ValueError("created_utc without a time zone")
        return cls(str(fields["run"]), created, str(fields["software"]), pods, bool(fields["ended"]))


@dataclass(frozen=True, slots=True)
class RunFolder:
    """A run's folder and what its manifest says."""

    path: Path
    manifest: Manifest

    @property
    def journal_path(self) -> Path:
        """The file that holds the journal."""
        return self.path / _JOURNAL

    def mark_ended(self) -> RunFolder:
        """Write down that the run was ended on purpose."""
        ended = RunFolder(self.path, replace(self.manifest, ended=True))
        _write_manifest(ended)
        return ended


def create_run(
    parent: Path,
    pods: Sequence[PodAssignment],
    *,
    software: str,
    created_utc: datetime | None = None,
) -> RunFolder:
    """Begin a run in a new folder of `parent`, named by a run id that sorts by time.

    Raises
    ------
    ValueError
        for no pods, a serial number used twice or two pods on one foot.
    RunUnwritableError
        when the folder cannot be written.
    """
    _check_pods(pods)
    created = (created_utc or datetime.now(UTC)).astimezone(UTC)
    run_id = f"{created:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
    run = RunFolder(parent / run_id, Manifest(run_id, created, software, tuple(pods)))
    try:
        run.path.mkdir(parents=True)
    except OSError as error:
        raise RunUnwritableError(run.path, error.strerror or type(error).__name__) from error
    _write_manifest(run)
    return run


def open_run(path: Path) -> RunFolder:
    """Open a recorded run; one sentence says why that is not possible."""
    if not path.is_dir():
        raise RunMissingError(path)
    try:
        fields = json.loads((path / _MANIFEST).read_text(encoding="utf-8"))
        found = int(fields["format"])
        if found > FORMAT:
            raise RunFormatNewerError(path, found, FORMAT)
        return RunFolder(path, Manifest.from_json(fields))
    except FileNotFoundError as error:
        raise NotARunError(path, f"there is no {_MANIFEST}") from error
    except OSError as error:
        raise NotARunError(path, error.strerror or type(error).__name__) from error
    except (KeyError, TypeError, ValueError) as error:
        raise NotARunError(path, f"its {_MANIFEST} is damaged") from error


def list_runs(parent: Path) -> tuple[RunFolder, ...]:
    """The runs in a folder, oldest first; what is no run, or a newer format, is passed over."""
    if not parent.is_dir():
        raise RunMissingError(parent)
    runs = []
    for path in sorted(parent.iterdir()):
        try:
            runs.append(open_run(path))
        except (NotARunError, RunMissingError, RunFormatNewerError):
            continue
    return tuple(sorted(runs, key=lambda run: run.manifest.run_id))


def end_interrupted_run(run: RunFolder) -> RunFolder:
    """Write down that nothing more will come; what cannot be read of its end is set aside.

    Raises
    ------
    RunBusyError
        if it is being recorded.
    """
    last_s = [0.0]
    with JournalWriter(run.journal_path, lambda entry: last_s.append(entry_time_s(entry) or 0.0)) as journal:
        journal.append(EndEntry(max(last_s)))
    return run.mark_ended()


def _check_pods(pods: Sequence[PodAssignment]) -> None:
    if not pods:
        raise ValueError("create_run: name at least one pod")
    if len({pod.serial for pod in pods}) < len(pods):
        raise ValueError("create_run: a serial number is named twice")
    if len({(pod.runner, pod.foot) for pod in pods}) < len(pods):
        raise ValueError("create_run: two pods on the same foot of one runner")


def _write_manifest(run: RunFolder) -> None:
    """Replace the manifest in one step, so that a crash leaves the old or the new one."""
    target, fresh = run.path / _MANIFEST, run.path / f"{_MANIFEST}.new"
    try:
        with fresh.open("w", encoding="utf-8") as file:
            file.write(run.manifest.to_json() + "\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(target)
    except OSError as error:
        raise RunUnwritableError(run.path, error.strerror or type(error).__name__) from error

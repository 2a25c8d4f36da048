"""A run on disk: a folder with a manifest and a journal."""

from __future__ import annotations

import json
import secrets
import stat
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.recording.entries import EndEntry
from surefoot.sensor_ingest.recording.errors import (
    NotARunError,
    RunFormatNewerError,
    RunMissingError,
    RunUnwritableError,
)
from surefoot.sensor_ingest.recording.journal import JournalWriter
from surefoot.sensor_ingest.recording.kept_feet import foot_of, kept_feet
from surefoot.sensor_ingest.recording.manifest import FORMAT, CompanionAssignment, Manifest, PodAssignment
from surefoot.sensor_ingest.recording.pair_clock import PairClock
from surefoot.sensor_ingest.recording.private_files import FOLDER_MODE, make_private_folder, replace_private_file
from surefoot.sensor_ingest.recording.runner_ids import is_runner_id

MANIFEST = "manifest.json"
MANIFEST_COPY = "manifest-copy.json"
"""Read where the manifest is missing or damaged: without it a recording has no owner."""
_MAX_MANIFEST_BYTES = 1_000_000
JOURNAL = "journal.bin"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """A run's folder and its manifest."""

    path: Path
    manifest: Manifest

    @property
    def journal_path(self) -> Path:
        """Path of the journal."""
        return self.path / JOURNAL

    def mark_ended(self) -> RunFolder:
        """Mark the run as ended in the manifest; the run as changed."""
        return self._with(replace(self.manifest, ended=True))

    def redate(self, created_utc: datetime) -> RunFolder:
        """Correct when the run began, as the computer's date was wrong; the run as changed.

        Raises
        ------
        RunUnwritableError
            if the manifest cannot be written.
        """
        return self._with(replace(self.manifest, created_utc=created_utc))

    def reassign(self, pods: Sequence[PodAssignment]) -> RunFolder:
        """Correct which runner's foot each pod was on; the run as changed.

        Whatever is analysed from now on has it right; `surefoot reanalyze` replaces what was stored.

        Raises
        ------
        ValueError
            if these are other pods, or two are on one foot.
        RunUnwritableError
            if the manifest cannot be written.
        """
        if [pod.serial for pod in pods] != [pod.serial for pod in self.manifest.pods]:
            raise ValueError("reassign: not the pods of this run, in their order")
        _check_worn(pods, self.manifest.companions)
        return self._with(replace(self.manifest, pods=tuple(pods)))

    def confirm_sides(self, runner: str) -> RunFolder:
        """Note that a runner's pods are on the feet that the manifest names; the run as changed."""
        confirmed = dict.fromkeys([*self.manifest.sides_confirmed, runner])
        return self._with(replace(self.manifest, sides_confirmed=tuple(confirmed)))

    def freeze_usual(self, usual: Mapping[str, Any]) -> RunFolder:
        """Keep what each runner is compared with in this run; the run as changed."""
        return self._with(replace(self.manifest, usual=usual))

    def _with(self, manifest: Manifest) -> RunFolder:
        changed = RunFolder(self.path, manifest)
        write_manifest(changed)
        return changed


def create_run(
    parent: Path,
    pods: Sequence[PodAssignment],
    *,
    software: str,
    created_utc: datetime | None = None,
    parameters: Mapping[str, float] | None = None,
    pair_clocks: Mapping[str, PairClock] | None = None,
    companions: Sequence[CompanionAssignment] = (),
) -> RunFolder:
    """Create a run in a new folder of `parent`, named by its run id, which sorts by time.

    Runners who showed that these pods are on these feet, or confirmed it in an earlier run of the folder, need not do
    so again.

    Raises
    ------
    ValueError
        if there is nothing that can record a run, a serial number is repeated or two pods are on one foot.
    RunUnwritableError
        if the folder cannot be written.
    """
    _check_worn(pods, companions)
    created = (created_utc or datetime.fromtimestamp(time.time(), UTC)).astimezone(UTC)
    run_id = f"{created:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
    confirmed = confirmed_before(parent, pods)
    manifest = Manifest(
        run_id,
        created,
        software,
        tuple(pods),
        parameters=parameters or {},
        sides_confirmed=confirmed,
        pair_clocks=pair_clocks or {},
        companions=tuple(companions),
    )
    run = RunFolder(parent / run_id, manifest)
    try:
        make_private_folder(run.path.parent)
        run.path.mkdir(mode=FOLDER_MODE)
    except OSError as error:
        raise RunUnwritableError(run.path, error.strerror or type(error).__name__) from error
    write_manifest(run)
    return run


def adopt_run(parent: Path, manifest: Manifest) -> RunFolder:
    """Make a folder in `parent` for a run that was begun elsewhere; one that is there gets this manifest.

    Raises
    ------
    ValueError
        if its pods are impossible.
    RunUnwritableError
        if the folder cannot be written.
    """
    _check_worn(manifest.pods, manifest.companions)
    run = RunFolder(parent / manifest.run_id, manifest)
    try:
        make_private_folder(run.path)
    except OSError as error:
        raise RunUnwritableError(run.path, error.strerror or type(error).__name__) from error
    write_manifest(run)
    return run


def open_run(path: Path) -> RunFolder:
    """Open a run; RunMissingError, NotARunError or RunFormatNewerError if that is not possible."""
    if not path.is_dir():
        raise RunMissingError(path)
    try:
        return RunFolder(path, _read_manifest(path, MANIFEST))
    except (NotARunError, RunFormatNewerError):
        with suppress(NotARunError, RunFormatNewerError):
            return RunFolder(path, _read_manifest(path, MANIFEST_COPY))
        raise


def list_runs(parent: Path) -> tuple[RunFolder, ...]:
    """Runs in a folder, oldest first, without what cannot be opened; RunMissingError if there is no folder."""
    if not parent.is_dir():
        raise RunMissingError(parent)
    runs = []
    for path in sorted(parent.iterdir()):
        if path.name.startswith("."):
            continue  # being written
        try:
            runs.append(open_run(path))
        except (NotARunError, RunMissingError, RunFormatNewerError):
            continue
    return tuple(sorted(runs, key=lambda run: run.manifest.run_id))


def end_interrupted_run(run: RunFolder) -> RunFolder:
    """End a run that was cut off and will not be continued; a damaged end of the journal is set aside.

    Raises
    ------
    RunBusyError
        if it is being recorded.
    """
    with JournalWriter(run.journal_path) as journal:
        journal.append(EndEntry(journal.existing.latest_s))
    return run.mark_ended()


def confirmed_before(parent: Path, pods: Sequence[PodAssignment]) -> tuple[str, ...]:
    """Runners of these pods who showed their feet, or confirmed them in a run of the folder."""
    runs = list_runs(parent) if parent.is_dir() else ()
    known = {(name, _worn(run.manifest.pods, name)) for run in runs for name in run.manifest.sides_confirmed}
    runners = dict.fromkeys(pod.runner for pod in pods)
    shown = {name: _as_shown(parent, pods, name) for name in runners}
    return tuple(
        name for name in runners if shown[name] or (shown[name] is None and (name, _worn(pods, name)) in known)
    )


def _as_shown(parent: Path, pods: Sequence[PodAssignment], runner: str) -> bool | None:
    """Whether a runner's pods are on the feet that were shown; None if that was not for all of them."""
    kept = kept_feet(parent, runner)
    feet = {pod.foot: foot_of(kept, pod.serial) for pod in pods if pod.runner == runner}
    return None if None in feet.values() else all(foot is shown for foot, shown in feet.items())


def _worn(pods: Sequence[PodAssignment], runner: str) -> frozenset[tuple[str, Foot]]:
    """A runner's pods by serial number, with their feet."""
    return frozenset((pod.serial, pod.foot) for pod in pods if pod.runner == runner)


def _check_worn(pods: Sequence[PodAssignment], companions: Sequence[CompanionAssignment]) -> None:
    if not pods and not any(each.makes_a_run for each in companions):
        raise ValueError("name at least one pod")
    if len({pod.serial for pod in pods}) < len(pods):
        raise ValueError("a serial number is named twice")
    if len({(pod.runner, pod.foot) for pod in pods}) < len(pods):
        raise ValueError("two pods on the same foot of one runner")
    worn_by = [*(pod.runner for pod in pods), *(each.runner for each in companions)]
    if unsafe := [runner for runner in worn_by if not is_runner_id(runner)]:
        raise ValueError(f"{unsafe[0]!r} is no runner's id")


def _read_manifest(path: Path, name: str) -> Manifest:
    """A run's manifest or its copy."""
    try:
        if not stat.S_ISREG((path / name).stat().st_mode):
            raise NotARunError(path, f"its {name} is not a file")
        fields = json.loads(_read_text(path / name))
        found = int(fields["format"])
        if found > FORMAT:
            raise RunFormatNewerError(path, found, FORMAT)
        return Manifest.from_json(fields)
    except FileNotFoundError as error:
        raise NotARunError(path, f"there is no {name}") from error
    except OSError as error:
        raise NotARunError(path, error.strerror or type(error).__name__) from error
    except (KeyError, TypeError, ValueError, RecursionError, OverflowError) as error:
        raise NotARunError(path, f"its {name} is damaged") from error


def _read_text(file: Path) -> str:
    with file.open("rb") as opened:
        return opened.read(_MAX_MANIFEST_BYTES).decode()


def write_manifest(run: RunFolder) -> None:
    """Replace the manifest and its copy, each atomically; RunUnwritableError if the disk does not take it."""
    for name in (MANIFEST, MANIFEST_COPY):
        _write_file(run, run.path / name)


def _write_file(run: RunFolder, target: Path) -> None:
    try:
        replace_private_file(target, run.manifest.to_json() + "\n")
    except OSError as error:
        raise RunUnwritableError(run.path, error.strerror or type(error).__name__) from error

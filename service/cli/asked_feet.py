"""Which foot a device or a file is of, asked of a person at a terminal; of a device it is remembered."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import typer

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.files.csv_reader import sentences_about, unclear_devices
from surefoot.sensor_ingest.files.errors import RecordingError
from surefoot.sensor_ingest.files.folder import RunFiles, runs_of
from surefoot.sensor_ingest.files.layout_errors import FootUntoldError
from surefoot.sensor_ingest.files.statements import Statements
from surefoot.service.cli.remembering import keep_devices

_MAX_FILES = 12
"""Whoever has more files that name neither foot nor device is better off renaming them."""


def asked_devices(data: Path, paths: Iterable[Path], said: Statements) -> Statements:
    """What is said, with the feet of devices in files that leave them open."""
    if not _at_terminal():
        return said
    for path in paths:
        with suppress(RecordingError), sentences_about(path):
            if unclear := unclear_devices(path, said):
                said = _with_devices(data, said, dict.fromkeys(unclear, path.name))
    return said


def asked_runs(data: Path, folder: Path, said: Statements) -> tuple[list[RunFiles], Statements]:
    """The runs of a folder, with the feet of those devices and files that do not tell theirs; and what is said then."""
    runs = runs_of(folder, said)
    problems = [run.problem for run in runs if isinstance(run.problem, FootUntoldError)]
    untold = {problem.path: problem.devices for problem in problems if problem.path}
    if not untold or not _at_terminal():
        return runs, said
    devices: dict[str, str] = {}
    for path, names in untold.items():
        devices |= {name: _within(path, folder) for name in names if name not in devices}
    said = _with_devices(data, said, devices)
    unnamed = [path for path, names in untold.items() if not names]
    feet = {path: _foot(_within(path, folder)) for path in unnamed} if len(unnamed) <= _MAX_FILES else {}
    return runs_of(folder, said, {path: foot for path, foot in feet.items() if foot}), said


def _within(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder))


def _at_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _with_devices(data: Path, said: Statements, devices: Mapping[str, str]) -> Statements:
    """What is said, with the feet of devices, each of which is found in a file; they are remembered."""
    feet = {name: foot for name, file in devices.items() if (foot := _foot(f"device {name} (in {file})"))}
    if feet:
        keep_devices(data, feet)
        typer.echo("This is remembered; surefoot inspect FILE --forget drops it.")
    return replace(said, known_devices={**said.known_devices, **feet})


def _foot(what: str) -> Foot | None:
    question = f"Which foot is {what} of: left or right (Enter if neither)"
    answer = typer.prompt(question, default="", show_default=False, value_proc=_answer)
    return Foot(answer) if answer else None


def _answer(typed: str) -> str:
    word = typed.strip().lower()
    found = [foot for foot in Foot if word and foot.startswith(word)]
    if word and not found:
        raise typer.BadParameter("left or right, or nothing")
    return str(found[0]) if found else ""

"""What a person says of files, kept for later ones."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import typer

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.files.csv_reader import first_lines, sentences_about, unclear_devices
from surefoot.sensor_ingest.files.errors import RecordingError
from surefoot.sensor_ingest.files.inspection import Inspection
from surefoot.sensor_ingest.files.statements import NOTHING_SAID, Statements
from surefoot.service.errors.output import OutputError
from surefoot.service.runtime.file_memory import FILE_NAME, forget, remember


def keep_file(data: Path, said: Statements, inspection: Inspection) -> None:
    """Remember what was said of a file's columns and devices, and say so."""
    _keep(data, said, [file.layout.names for file in inspection.files])
    what = ([said.of_layout.as_options] if said.of_layout != NOTHING_SAID else []) + _devices(said)
    print(f"Remembered: {', '.join(what)}." if what else "There is nothing to remember: no option says what it is.")


def forget_file(data: Path, path: Path) -> None:
    """Forget what is remembered of a file's columns and devices."""
    lines = first_lines(path)
    try:
        forget(data, lines, str(path))
    except OSError as error:
        raise OutputError(data / FILE_NAME, error.strerror or type(error).__name__) from error


def asked_devices(data: Path, files: Mapping[Foot, Path], said: Statements) -> Statements:
    """What is said, with what a person at a terminal says of the devices in a file that leaves it open, remembered."""
    if sys.stdin is None or not sys.stdin.isatty():
        return said
    for path in files.values():
        with suppress(RecordingError), sentences_about(path):
            unclear = unclear_devices(path, said)
            if unclear and (devices := _ask(path, unclear)):
                _keep(data, Statements(devices=devices), [])
                return replace(said, known_devices={**said.known_devices, **{n: foot for foot, n in devices.items()}})
    return said


def _ask(path: Path, devices: Sequence[str]) -> dict[Foot, str]:
    typer.echo(f"{path.name} has readings of several devices: {', '.join(devices)}. This is asked once.")
    found = {}
    for foot in (Foot.LEFT, Foot.RIGHT):
        name = typer.prompt(f"Which is on the {foot} foot (Enter if none)", default="", show_default=False)
        if name in devices:
            found[foot] = name
    return found


def _keep(data: Path, said: Statements, columns: Sequence[Sequence[str]]) -> None:
    try:
        remember(data, said, columns)
    except OSError as error:
        raise OutputError(data / FILE_NAME, error.strerror or type(error).__name__) from error


def _devices(said: Statements) -> list[str]:
    return [f"{name} is on the {foot} foot" for foot, name in said.devices.items()]

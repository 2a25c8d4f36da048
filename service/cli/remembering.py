"""What a person says of files, kept for later ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.files.csv_reader import first_lines
from surefoot.sensor_ingest.files.inspection import Inspection
from surefoot.sensor_ingest.files.statements import NOTHING_SAID, Statements
from surefoot.service.errors.output import OutputError
from surefoot.service.runtime.file_memory import FILE_NAME, forget, remember, remember_devices


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


def keep_devices(data: Path, feet: Mapping[str, Foot]) -> None:
    """Remember which foot devices are on."""
    try:
        remember_devices(data, feet)
    except OSError as error:
        raise OutputError(data / FILE_NAME, error.strerror or type(error).__name__) from error


def _keep(data: Path, said: Statements, columns: Sequence[Sequence[str]]) -> None:
    try:
        remember(data, said, columns)
    except OSError as error:
        raise OutputError(data / FILE_NAME, error.strerror or type(error).__name__) from error


def _devices(said: Statements) -> list[str]:
    return [f"{name} is on the {foot} foot" for foot, name in said.devices.items()]

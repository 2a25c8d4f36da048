"""What a file is taken for, before anything is measured."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from surefoot.analysis.model import Floats, Foot
from surefoot.sensor_ingest.files.cleaning import Recording
from surefoot.sensor_ingest.files.csv_reader import FileRead, read_files, recording_of, sentences_about
from surefoot.sensor_ingest.files.errors import RecordingError
from surefoot.sensor_ingest.files.statements import Statements

_SHOWN_ROWS = 3


@dataclass(frozen=True, slots=True)
class Inspection:
    """What one foot's file, or files, were taken for.

    Parameters
    ----------
    files : each file as read; none if the first could not be read.
    recording : None if it cannot be used.
    problem : why it cannot be used.
    """

    files: tuple[FileRead, ...]
    recording: Recording | None
    problem: RecordingError | None


def inspect_file(path: Path, foot: Foot, said: Statements) -> Inspection:
    """Read a file as `read_csv` does, and keep what was found on the way."""
    files: list[FileRead] = []
    try:
        with sentences_about(path):
            files = read_files(path, foot, said, lambda _: None)
            return Inspection(tuple(files), recording_of(files, foot), None)
    except RecordingError as error:
        return Inspection(tuple(files), None, error)


def first_rows(file: FileRead) -> Floats:
    """(3, columns) time, acceleration and angular rate of the first rows, in the units of `FileRead`."""
    part = file.part
    columns = [
        part.time[:_SHOWN_ROWS, None],
        *(each[:_SHOWN_ROWS] for each in (part.acc, part.gyr) if each is not None),
    ]
    return np.concatenate(columns, axis=1)

"""The first line of a recording: delimiter, decimal mark and which column is which."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass

from surefoot.sensor_ingest.files.errors import ColumnsMissingError, ColumnsRepeatedError
from surefoot.sensor_ingest.formatting import join_names, pluralize

TIME_COLUMN = "time_s"
ACC_COLUMNS = ("acc_x_mps2", "acc_y_mps2", "acc_z_mps2")
GYR_COLUMNS = ("gyr_x_radps", "gyr_y_radps", "gyr_z_radps")
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Header:
    """Where to find the numbers in a line.

    Parameters
    ----------
    width : number of columns in the file.
    columns : positions of time, three accelerometer and, if there, three gyroscope axes.
    extra : names of the columns that are not read.
    """

    delimiter: str
    width: int
    columns: tuple[int, ...]
    extra: tuple[str, ...]

    @property
    def has_gyroscope(self) -> bool:
        return len(self.columns) == 7

    @property
    def notes(self) -> tuple[str, ...]:
        if not self.extra:
            return ()
        return (f"{pluralize(len(self.extra), 'other column')} ignored: {join_names(self.extra)}.",)


def parse_header(line: str) -> Header:
    """Find the columns in the first line; upper case, spaces, quotes and a byte order mark do not matter."""
    delimiter = max(_DELIMITERS, key=line.count)
    names = _names(line, delimiter)
    columns = (
        (TIME_COLUMN, *ACC_COLUMNS, *GYR_COLUMNS)
        if any(name in names for name in GYR_COLUMNS)
        else (TIME_COLUMN, *ACC_COLUMNS)
    )
    if missing := [name for name in columns if name not in names]:
        raise ColumnsMissingError(missing, names)
    if repeated := [name for name in columns if names.count(name) > 1]:
        raise ColumnsRepeatedError(repeated)
    extra = tuple(name or "(unnamed)" for name in names if name not in columns)
    return Header(delimiter, len(names), tuple(names.index(name) for name in columns), extra)


def _names(line: str, delimiter: str) -> Sequence[str]:
    """The column names, plain: unquoted, trimmed, lower case."""
    fields = next(csv.reader([line.lstrip("\ufeff")], delimiter=delimiter, skipinitialspace=True), [])
    return [field.strip().strip("\"'").strip().lower() for field in fields]

"""Header of a CSV file: delimiter and columns."""

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
    """Columns of a CSV file.

    Parameters
    ----------
    width : number of columns in the file.
    columns : indices of time, three accelerometer and, if present, three gyroscope axes.
    extra : names of the columns that are ignored.
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
    """Parse a header line; case, spaces, quotes and a byte order mark are ignored."""
    delimiter = max(_DELIMITERS, key=line.count)
    names = _names(line, delimiter)
    gyroscope = GYR_COLUMNS if any(name in names for name in GYR_COLUMNS) else ()
    columns = (TIME_COLUMN, *ACC_COLUMNS, *gyroscope)
    if missing := [name for name in columns if name not in names]:
        raise ColumnsMissingError(missing, names)
    if repeated := [name for name in columns if names.count(name) > 1]:
        raise ColumnsRepeatedError(repeated)
    extra = tuple(name or "(unnamed)" for name in names if name not in columns)
    return Header(delimiter, len(names), tuple(names.index(name) for name in columns), extra)


def _names(line: str, delimiter: str) -> Sequence[str]:
    """Column names, unquoted, trimmed and in lower case."""
    fields = next(csv.reader([line.lstrip("\ufeff")], delimiter=delimiter, skipinitialspace=True), [])
    return [field.strip().strip("\"'").strip().lower() for field in fields]

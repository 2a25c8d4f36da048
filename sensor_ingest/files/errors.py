"""Errors of files, one sentence each, for the person who has the file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from surefoot.sensor_ingest.errors import IngestError
from surefoot.sensor_ingest.formatting import join_names


class RecordingError(IngestError):
    """A file that cannot be used; str() is one sentence with the file, the reason and the remedy."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.path: Path | None = None

    def __str__(self) -> str:
        return self.sentence if self.path is None else f"{self.path}: {self.sentence}"


class FileUnreadableError(RecordingError):
    """The file cannot be opened or read."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"cannot be opened ({reason}); check the name and the permissions.")


class NotTextError(RecordingError):
    """The file is not text."""

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(f"is not a CSV text file but {found}; export the recording as plain UTF-8 CSV.")


class NoDataError(RecordingError):
    """The file ends before the first reading."""

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(f"{found}; record again or export the readings once more.")


class ColumnsMissingError(RecordingError):
    """Required columns are not in the header."""

    def __init__(self, missing: Sequence[str], found: Sequence[str]) -> None:
        self.missing = tuple(missing)
        self.found = tuple(found)
        super().__init__(
            f"has no column {join_names(missing)} (its first line has {join_names(found)}); "
            "name the columns time_s, acc_x_mps2, acc_y_mps2, acc_z_mps2 and, if measured, gyr_x_radps, gyr_y_radps, "
            f"gyr_z_radps, or say them with --columns{' or --rate' if missing == ['time_s'] else ''}."
        )


class DeadAxisError(RecordingError):
    """An axis of the accelerometer stands still while the others move."""

    def __init__(self, axis: str) -> None:
        self.axis = axis
        super().__init__(
            f"has an axis that stands still while the others move ({axis}): the sensor or the export is broken; "
            "check the columns and record again."
        )


class ColumnsRepeatedError(RecordingError):
    """A column name is repeated in the header."""

    def __init__(self, repeated: Sequence[str]) -> None:
        self.repeated = tuple(repeated)
        super().__init__(f"has more than one column named {join_names(repeated)}; keep only the right one.")


class TooManyFieldsError(RecordingError):
    """A line has more fields than the header."""

    def __init__(self, line: int, fields: int, columns: int) -> None:
        self.line = line
        self.fields = fields
        self.columns = columns
        super().__init__(
            f"line {line} has {fields} fields but the first line names {columns} columns; if numbers are written with "
            "a decimal comma, export with points or with semicolons between the columns."
        )


class RowsRaggedError(RecordingError):
    """Too many lines have too few fields."""

    def __init__(self, first_line: int, bad_rows: int, rows: int) -> None:
        self.first_line = first_line
        self.bad_rows = bad_rows
        self.rows = rows
        super().__init__(
            f"{bad_rows} of {rows} lines have too few fields, the first is line {first_line}; export the file again."
        )


class RowsUnreadableError(RecordingError):
    """Most rows have no usable numbers."""

    def __init__(self, first_line: int, bad_rows: int, rows: int) -> None:
        self.first_line = first_line
        self.bad_rows = bad_rows
        self.rows = rows
        super().__init__(
            f"{bad_rows} of {rows} rows have an empty or unreadable number, the first is line {first_line}; "
            "export it with one complete reading of plain numbers per line."
        )


class TooManyRowsError(RecordingError):
    """The file has more rows than are supported."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"has more than {limit / 1e6:.0f} million rows; split it into one file per run.")


class ClockWentBackError(RecordingError):
    """Time goes back inside the file."""

    def __init__(self, line: int, back_s: float) -> None:
        self.line = line
        self.back_s = back_s
        super().__init__(
            f"the time goes back by {back_s:.1f} s at line {line}, as if two recordings were joined; "
            f"split the file before line {line}."
        )


class RateOutOfRangeError(RecordingError):
    """The time column gives no usable sampling rate."""

    def __init__(self, interval: float) -> None:
        self.interval = interval
        super().__init__(
            f"readings are typically {interval:g} apart in time_s, which is no sampling rate of 25 to 4000 Hz "
            "in s, ms, µs or ns; check the time column."
        )


class ReadingsCountedError(RecordingError):
    """The time column counts readings."""

    def __init__(self, first: float) -> None:
        self.first = first
        super().__init__(
            f"time_s counts the readings ({first:.0f}, {first + 1:.0f}, {first + 2:.0f} …) and does not say when they "
            "were taken; say how many a second with --rate HZ (or, if they are milliseconds, --unit time=ms)."
        )


class TooShortError(RecordingError):
    """Less data than any gait measure needs."""

    def __init__(self, duration_s: float, rows: int) -> None:
        self.duration_s = duration_s
        self.rows = rows
        super().__init__(f"holds only {duration_s:.1f} s ({rows} readings); at least 2 s are needed, better a minute.")


class ColumnsSwappedError(RecordingError):
    """Accelerometer and gyroscope columns are swapped."""

    def __init__(self) -> None:
        super().__init__(
            "the acc_ and gyr_ columns look swapped (gravity is in gyr_, not in acc_); exchange their names in the "
            "first line."
        )


class AccelerationUnitUnknownError(RecordingError):
    """The level of acceleration fits no supported unit."""

    def __init__(self, level: float) -> None:
        self.level = level
        super().__init__(
            f"acceleration is typically {level:.4g}, which is neither m/s², g nor mg for a foot under gravity; "
            "say the unit with --unit acc=UNIT, of counts as acc=8g/32768."
        )


class GravityUnlikelyError(RecordingError):
    """Acceleration in g or mg, as it seems to be, does not show gravity."""

    def __init__(self, level_mps2: float) -> None:
        self.level_mps2 = level_mps2
        super().__init__(
            f"acceleration seems to be in g or mg, but then gravity reads {level_mps2:.1f} m/s² instead of 9.8, so it "
            "may be in counts of the sensor; say the range with --unit acc=8g/32768, with your sensor's numbers."
        )

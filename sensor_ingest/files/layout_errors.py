"""Errors of files whose layout leaves something open, one sentence each, with how to say it."""

from __future__ import annotations

from collections.abc import Sequence

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.files.errors import RecordingError
from surefoot.sensor_ingest.formatting import join_names


class FolderGivenError(RecordingError):
    """A folder stands where a file should."""

    def __init__(self) -> None:
        super().__init__(
            "is a folder; surefoot analyze FOLDER measures the files in it, surefoot inspect FILE shows one of them."
        )


class SeveralFilesError(RecordingError):
    """An archive has several files, or none, that may be the recording."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        found = f"several text files ({join_names(names)})" if names else "no text file"
        super().__init__(f"is an archive with {found}; unpack it and hand over the recording.")


class SensorRepeatedError(RecordingError):
    """Several sensors of one kind are in the file."""

    def __init__(self, sensor: str, columns: Sequence[str]) -> None:
        self.columns = tuple(columns)
        super().__init__(
            f"has several sensors of one kind ({join_names(columns)}); say which to read with --columns "
            f"{sensor}_x=NAME,{sensor}_y=NAME,{sensor}_z=NAME."
        )


class UnitMissingError(RecordingError):
    """The unit of a column is none that a sensor has."""

    def __init__(self, column: str, unit: str, sensor: str) -> None:
        self.column = column
        self.unit = unit
        super().__init__(
            f"has the column {column} in {unit}, which is not known; say the unit with --unit {sensor}=UNIT."
        )


class RawCountsError(RecordingError):
    """Readings are counts of a sensor whose range is not known."""

    def __init__(self, column: str) -> None:
        self.column = column
        super().__init__(
            f"has {column} in counts of the sensor; say its range with --unit acc=8g/32768,gyr=1000dps/32768, with "
            "your sensor's numbers."
        )


class DeviceUnclearError(RecordingError):
    """Several devices are in one file, and which is this foot's is not known."""

    def __init__(self, column: str, devices: Sequence[str]) -> None:
        self.column = column
        self.devices = tuple(devices)
        names = list(devices)
        example = f"left={names[0]},right={names[1]}" if len(names) > 1 else names[0]
        super().__init__(
            f"has readings of several devices in {column} ({join_names(names)}); say which is whose with "
            f"--device {example}."
        )


class DeviceAbsentError(RecordingError):
    """The device that was said is not in the file."""

    def __init__(self, device: str, devices: Sequence[str]) -> None:
        self.device = device
        super().__init__(f"has no device {device} (but {join_names(devices)}); name one of them with --device.")


class WorkbookReaderMissingError(RecordingError):
    """The library that reads Excel workbooks is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "is an Excel workbook, and openpyxl is not installed; pip install 'surefoot[xlsx]', or save it as CSV."
        )


class FootUntoldError(RecordingError):
    """Neither name, folder nor device says which foot a file is of; `devices` are those in it or in its name."""

    def __init__(self, devices: Sequence[str] = ()) -> None:
        self.devices = tuple(devices)
        names = [*devices[:2], *["NAME"] * (2 - len(devices))]
        super().__init__(
            "does not say which foot it is of; put left or right in its name or its folder's, or say whose each device "
            f"is with --device left={names[0]},right={names[1]}, as it stands in the file or its name."
        )


class FootTwiceError(RecordingError):
    """Several files are of the same foot in the same run."""

    def __init__(self, foot: Foot, names: Sequence[str]) -> None:
        self.foot = foot
        super().__init__(
            f"has several recordings of the {foot} foot ({join_names(names)}); put each run in a folder of its own."
        )


class TimeUnreadableError(RecordingError):
    """The time column holds neither numbers nor times that are known."""

    def __init__(self, column: str, example: str) -> None:
        self.column = column
        super().__init__(
            f"has times in {column} that cannot be read ({example}); name another column with --time, or say the "
            "readings per second with --rate."
        )


class NumberAmbiguousError(RecordingError):
    """A comma in a number may be a decimal mark or part thousands."""

    def __init__(self, column: str, example: str) -> None:
        self.column = column
        super().__init__(
            f"has numbers in {column} whose comma may be a decimal mark or part thousands ({example}); export them "
            "with a decimal point."
        )


class NoAccelerationError(RecordingError):
    """Only a gyroscope was handed over."""

    def __init__(self, columns: Sequence[str]) -> None:
        super().__init__(
            f"has a gyroscope only ({join_names(columns)}); hand over the accelerometer's file too, as "
            "--left accelerometer.csv,gyroscope.csv."
        )


class NotOverlappingError(RecordingError):
    """The files of two sensors have no moment in common."""

    def __init__(self) -> None:
        super().__init__("accelerometer and gyroscope have no moment in common; hand over two files of one recording.")


class StatementError(RecordingError):
    """An option about a file says nothing that can be true."""

    def __init__(self, option: str, given: str, wanted: str) -> None:
        super().__init__(f"{option} {given} is not understood; it takes {wanted}.")

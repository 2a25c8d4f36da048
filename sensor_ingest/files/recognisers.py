"""Exports of devices and apps whose layout is known, as declarations; every other file is read by its names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from surefoot.sensor_ingest.files.column_names import ColumnName
from surefoot.sensor_ingest.files.layout import Channel, Layout, channel
from surefoot.sensor_ingest.files.layout_errors import RawCountsError
from surefoot.sensor_ingest.files.statements import Statements
from surefoot.sensor_ingest.files.units import plain


@dataclass(frozen=True, slots=True)
class Recogniser:
    """A known layout. Patterns are matched with whole names, in lower case and without spaces.

    Parameters
    ----------
    source : device or app.
    header : names that this layout has, and no other.
    time, acc, gyr : pattern of the time column and, with {} for the axis, of the sensors; "" without one. Of several
        accelerometers the first that is there is read.
    units : of time, acceleration and angular rate; "" if they stand in the names or in a row of units.
    device : pattern of the column that tells devices apart.
    file : pattern of the file's name where only this tells the sensor; "" for any.
    wrap : number at which the time counter begins again.
    counts : whether readings are counts, whose range must be said.
    """

    source: str
    header: tuple[str, ...]
    time: str
    acc: tuple[str, ...] = ()
    gyr: str = ""
    units: tuple[str, str, str] = ("", "", "")
    device: str = ""
    file: str = ""
    wrap: float = 0.0
    counts: bool = False

    def claims(self, names: Sequence[str], file: str) -> bool:
        """Whether a file of these column names is of this layout."""
        found = [plain(name) for name in names]
        known = all(any(re.fullmatch(wanted, name) for name in found) for wanted in self.header)
        return known and (not self.file or re.fullmatch(self.file, file.lower()) is not None)

    def layout(self, columns: Sequence[ColumnName], said: Statements) -> Layout:
        """The layout of a file that is claimed."""
        if self.counts and not {"acc"} <= set(said.units):
            raise RawCountsError(self._axes(self.acc[0], columns)[0].written)
        acc = next((found for pattern in self.acc if (found := self._axes(pattern, columns))), [])
        gyr = self._axes(self.gyr, columns) if self.gyr and not (self.counts and "gyr" not in said.units) else []
        time = [] if said.rate_hz is not None else self._like(self.time, columns)[:1]
        device = self._like(self.device, columns)[:1] if self.device else []
        return Layout(
            self.source,
            tuple(column.written for column in columns),
            self._channel("time", time, said),
            self._channel("acc", acc, said),
            self._channel("gyr", gyr, said),
            device[0].index if device else None,
            wrap=self.wrap,
        )

    def _channel(self, sensor: str, columns: Sequence[ColumnName], said: Statements) -> Channel | None:
        """The channel of these columns in this layout's unit, if there are any."""
        unit = self.units[("time", "acc", "gyr").index(sensor)]
        return channel(sensor, [replace(each, unit=unit or each.unit) for each in columns], said) if columns else None

    @staticmethod
    def _like(pattern: str, columns: Sequence[ColumnName]) -> list[ColumnName]:
        return [column for column in columns if re.fullmatch(pattern, plain(column.written))]

    def _axes(self, pattern: str, columns: Sequence[ColumnName]) -> list[ColumnName]:
        found = [self._like(pattern.replace("{}", axis), columns)[:1] for axis in "xyz"]
        return [column for each in found for column in each] if all(found) else []


RECOGNISERS = (
    Recogniser(
        "x-io NGIMU",
        (r"time\(s\)", r"gyroscopex\(deg/s\)", r"accelerometerx\(g\)"),
        r"time\(s\)",
        (r"accelerometer{}\(g\)",),
        r"gyroscope{}\(deg/s\)",
    ),
    Recogniser(
        "x-io x-IMU3",
        (r"timestamp\(us\)", r"gyroscopex\(deg/s\)", r"accelerometerx\(g\)"),
        r"timestamp\(us\)",
        (r"accelerometer{}\(g\)",),
        r"gyroscope{}\(deg/s\)",
    ),
    Recogniser(
        "MbientLab MetaWear",
        (r"epoc\(ms\)", r"elapsed\(s\)", r"x-axis\((g|deg/s)\)"),
        r"epoc\(ms\)",
        (r"{}-axis\(g\)",),
        r"{}-axis\(deg/s\)",
    ),
    Recogniser(
        "Sensor Logger",
        ("time", "seconds_elapsed", "z", "y", "x"),
        "time",
        ("{}",),
        units=("ns", "m/s^2", ""),
        file=r"(total)?acceler(ometer|ation)(uncalibrated)?\.csv",
    ),
    Recogniser(
        "Sensor Logger",
        ("time", "seconds_elapsed", "z", "y", "x"),
        "time",
        gyr="{}",
        units=("ns", "", "rad/s"),
        file=r"gyroscope(uncalibrated)?\.csv",
    ),
    Recogniser(
        "phyphox",
        (r"time\(s\)", r"x\((m/s\^2|rad/s)\)"),
        r"time\(s\)",
        (r"{}\(m/s\^2\)",),
        r"{}\(rad/s\)",
    ),
    Recogniser(
        "Shimmer Consensys",
        (r"(.+_)?timestamp(sync)?_(formatted)?unix_cal", r"(.+_)?(accel_(ln|wr)|gyro)_x_cal"),
        r"(.+_)?timestamp(sync)?_(formatted)?unix_cal",
        (r"(.+_)?accel_wr_{}_cal", r"(.+_)?accel_ln_{}_cal"),
        r"(.+_)?gyro_{}_cal",
    ),
    Recogniser(
        "Movella DOT",
        ("packetcounter", "sampletimefine", "acc_x"),
        "sampletimefine",
        ("acc_{}",),
        "gyr_{}",
        units=("us", "m/s^2", "dps"),
        wrap=2.0**32,
    ),
    Recogniser(
        "WitMotion",
        ("时间", "设备名称", r"加速度x\(g\)"),
        "时间",
        (r"加速度{}\(g\)",),
        r"角速度{}\(deg/s\)",
        device="设备名称",
    ),
    Recogniser(
        "MicroStrain SensorConnect",
        ("time", r"inertial-[\d.]+:scaledaccelx"),
        "time",
        (r"inertial-[\d.]+:scaledaccel{}",),
        r"inertial-[\d.]+:scaledgyro{}",
        units=("s", "g", "rad/s"),
    ),
    Recogniser(
        "a two-channel logger",
        ("time", "timespan", "canal", "sample", "rawaccx", "rawgirx"),
        "time",
        ("rawacc{}",),
        "rawgir{}",
        units=("", "g", "dps"),
        device="canal",
    ),
    Recogniser(
        "StepApp", ("timestamp", "milliseconds", "x", "y", "z"), "milliseconds", ("{}",), units=("ms", "m/s^2", "")
    ),
    Recogniser(
        "a board that writes counts",
        ("t_ms", "ax_raw", "gx_raw"),
        "t_ms",
        ("a{}_raw",),
        "g{}_raw",
        units=("ms", "", ""),
        counts=True,
    ),
)


def recognise(names: Sequence[str], file: str) -> Recogniser | None:
    """The known layout that a file of these column names has."""
    return next((each for each in RECOGNISERS if each.claims(names, file)), None)

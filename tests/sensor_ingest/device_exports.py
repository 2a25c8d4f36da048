"""Files of known devices, made as their descriptions say, with numbers of our own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Floats
from surefoot.sensor_ingest.files.statements import NOTHING_SAID, Statements
from tests.sensor_ingest.synthetic import walk

G, DEG = STANDARD_GRAVITY_MPS2, 180 / np.pi
EPOCH_S = 1_790_000_000.0
Line = Callable[[Floats], str]
"""A line of a file from time_s, acceleration in m/s² and angular rate in rad/s."""


def csv(*columns: Callable[[Floats], object], mark: str = ",") -> Line:
    return lambda row: mark.join(str(column(row)) for column in columns)


def acc(unit: float = 1.0, order: str = "xyz") -> tuple[Callable[[Floats], object], ...]:
    return tuple(lambda row, k=k: round(row[1 + k] / unit, 6) for k in map("xyz".index, order))


def gyr(unit: float = 1.0, order: str = "xyz") -> tuple[Callable[[Floats], object], ...]:
    return tuple(lambda row, k=k: round(row[4 + k] * unit, 6) for k in map("xyz".index, order))


@dataclass(frozen=True)
class Export:
    """A file of a device: name, lines before the readings, a reading's line, encoding, and what it lacks."""

    source: str
    name: str
    head: str
    line: Line
    encoding: str = "utf-8"
    gyroscope: bool = True

    def text(self, rows: Floats | None = None) -> str:
        lines = map(self.line, walk() if rows is None else rows)
        return "\n".join([self.head, *lines]) + "\n"

    def written(self, folder: Path, rows: Floats | None = None) -> Path:
        (folder / self.name).write_bytes(self.text(rows).encode(self.encoding))
        return folder / self.name


def seconds(row: Floats) -> object:
    return float(row[0])


def counted(row: Floats) -> int:
    """A counter of µs that begins again at 2³², 4 s into the recording."""
    return (2**32 - 4_000_000 + round(1e6 * row[0])) % 2**32


def clock(row: Floats) -> str:
    return f"12:{int(row[0] // 60):02d}:{row[0] % 60:06.3f}"


X_IO = ",".join(
    f"{name} {axis} ({unit})" for name, unit in (("Gyroscope", "deg/s"), ("Accelerometer", "g")) for axis in "XYZ"
)
SHIMMER = [f"Shimmer_8665_{name}_{axis}_CAL" for name in ("Accel_LN", "Accel_WR", "Gyro") for axis in "XYZ"]
MICROSTRAIN = [f"inertial-6253.76535:scaled{name}{axis}" for name in ("Accel", "Gyro") for axis in "XYZ"]
LOGGER = [f"{name}{axis}" for name in ("acc", "rawAcc", "rawGir") for axis in "XYZ"]
DOT = "sep=,\nDeviceTag:,7\nFirmwareVersion:,2.4.0\n\n"


def zero(_: Floats) -> object:
    return 0


EXPORTS = (
    Export("x-io NGIMU", "a.csv", f"Time (s),{X_IO}", csv(seconds, *gyr(DEG), *acc(G))),
    Export(
        "x-io x-IMU3", "Inertial.csv", f"Timestamp (us),{X_IO}", csv(lambda r: round(1e6 * r[0]), *gyr(DEG), *acc(G))
    ),
    Export(
        "MbientLab MetaWear",
        "a.csv",
        "epoc (ms),timestamp (-0500),elapsed (s),x-axis (g),y-axis (g),z-axis (g)",
        csv(lambda r: round(1e3 * (EPOCH_S + r[0])), lambda _: "2022-08-05T15.26.13.153", seconds, *acc(G)),
        gyroscope=False,
    ),
    Export(
        "Sensor Logger",
        "TotalAcceleration.csv",
        "time,seconds_elapsed,z,y,x",
        csv(lambda r: round(1e9 * (EPOCH_S + r[0])), seconds, *acc(order="zyx")),
        gyroscope=False,
    ),
    Export(
        "phyphox",
        "Accelerometer.csv",
        '"Time (s)";"X (m/s^2)";"Y (m/s^2)";"Z (m/s^2)"',
        lambda row: csv(seconds, *acc(), mark=";")(row).replace(".", ","),
        gyroscope=False,
    ),
    Export(
        "Shimmer Consensys",
        "a.csv",
        '"sep=\\t"\n'
        + "\t".join(["Shimmer_8665_Timestamp_Unix_CAL", *SHIMMER])
        + "\n"
        + "\t".join(["ms", *["m/(s^2)"] * 6, *["deg/s"] * 3]),
        csv(lambda r: 1e3 * (EPOCH_S + r[0]), *[zero] * 3, *acc(), *gyr(DEG), mark="\t"),
    ),
    Export(
        "Movella DOT",
        "a.csv",
        DOT + "PacketCounter,SampleTimeFine,FreeAcc_X,FreeAcc_Y,FreeAcc_Z,Acc_X,Acc_Y,Acc_Z,Gyr_X,Gyr_Y,Gyr_Z",
        csv(lambda r: round(200 * r[0]), counted, *[zero] * 3, *acc(), *gyr(DEG)),
    ),
    Export(
        "WitMotion",
        "a.txt",
        "\t".join(
            ["时间", "设备名称", *(f"加速度{a}(g)" for a in "XYZ"), *(f"角速度{a}(°/s)" for a in "XYZ"), "角度X(°)"]
        ),
        csv(clock, lambda _: "WT-1(左)", *acc(G), *gyr(DEG), zero, mark="\t"),
        encoding="gbk",
    ),
    Export(
        "MicroStrain SensorConnect",
        "a.csv",
        ",".join(["Time", *MICROSTRAIN]),
        csv(lambda r: EPOCH_S + r[0], *acc(G), *gyr()),
    ),
    Export(
        "a two-channel logger",
        "a.csv",
        "Frecuencia (Hz);100\n" + ";".join(["time", "timespan", "canal", "id", "sample", "gap", *LOGGER]),
        lambda row: (
            f"{clock(row)};0;Wrist;1;{round(200 * row[0]) % 65536};12,5;0;0;0;"
            + csv(*acc(G), *gyr(DEG), mark=";")(row).replace(".", ",")
        ),
    ),
    Export(
        "StepApp",
        "a.csv",
        "Timestamp,Milliseconds,X,Y,Z",
        csv(lambda _: "2022-05-19 23:33:19", lambda r: round(1e3 * r[0]), *acc()),
        gyroscope=False,
    ),
    Export(
        "a board that writes counts",
        "a.csv",
        "sample_index,t_ms,ax_raw,ay_raw,az_raw,gx_raw,gy_raw,gz_raw",
        csv(lambda r: round(200 * r[0]), lambda r: round(1e3 * r[0]), *acc(16 * G / 32768), *gyr(DEG * 32768 / 2000)),
    ),
)


def movesense(rows: Floats, size: int = 8) -> bytes:
    """Movesense's JSON: batches with the time of the last reading."""
    batches = [rows[k : k + size] for k in range(0, len(rows) - size + 1, size)]
    measured = [
        {
            "Timestamp": round(1e3 * batch[-1, 0]),
            "ArrayAcc": [dict(zip("xyz", row, strict=True)) for row in batch[:, 1:4].tolist()],
            "ArrayGyro": [dict(zip("xyz", row, strict=True)) for row in np.degrees(batch[:, 4:7]).tolist()],
        }
        for batch in batches
    ]
    return json.dumps({"Meas": {"IMU6": measured}}).encode()


RANGES = Statements.parse(unit="acc=16g/32768,gyr=2000dps/32768")


def said_of(export: Export) -> Statements:
    return RANGES if "counts" in export.source else NOTHING_SAID


METAWEAR_GYROSCOPE = Export(
    "MbientLab MetaWear",
    "g.csv",
    "epoc (ms),timestamp (-0500),elapsed (s),x-axis (deg/s),y-axis (deg/s),z-axis (deg/s)",
    csv(lambda r: round(1e3 * (EPOCH_S + r[0])), lambda _: "2022-08-05T15.26.13.153", seconds, *gyr(DEG)),
)
SENSOR_LOGGER_GYROSCOPE = Export(
    "Sensor Logger",
    "Gyroscope.csv",
    "time,seconds_elapsed,z,y,x",
    csv(lambda r: round(1e9 * (EPOCH_S + r[0])), seconds, *gyr(order="zyx")),
)
PHYPHOX_GYROSCOPE = Export(
    "phyphox",
    "Gyroscope.csv",
    '"Time (s)";"X (rad/s)";"Y (rad/s)";"Z (rad/s)"',
    lambda row: csv(seconds, *gyr(), mark=";")(row).replace(".", ","),
)
GYROSCOPES = {each.source: each for each in (METAWEAR_GYROSCOPE, SENSOR_LOGGER_GYROSCOPE, PHYPHOX_GYROSCOPE)}
"""What the app writes beside the accelerometer."""

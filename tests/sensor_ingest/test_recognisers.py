"""Known layouts, from files made as their descriptions say, with numbers of our own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Floats, Foot
from surefoot.sensor_ingest.files.csv_header import encoding_of, find_header
from surefoot.sensor_ingest.files.csv_reader import read_csv
from surefoot.sensor_ingest.files.errors import RecordingError
from surefoot.sensor_ingest.files.recognisers import RECOGNISERS
from surefoot.sensor_ingest.files.statements import NOTHING_SAID, Statements
from tests.sensor_ingest.synthetic import RATE_HZ, walk

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

    def text(self) -> str:
        return "\n".join([self.head, *(self.line(row) for row in walk())]) + "\n"

    def written(self, folder: Path) -> Path:
        (folder / self.name).write_bytes(self.text().encode(self.encoding))
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
RANGES = Statements.parse(unit="acc=16g/32768,gyr=2000dps/32768")


def said_of(export: Export) -> Statements:
    return RANGES if "counts" in export.source else NOTHING_SAID


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.source)
def test_known_layout_is_read_as_what_was_measured(tmp_path: Path, export: Export) -> None:
    recording = read_csv(export.written(tmp_path), Foot.LEFT, said=said_of(export))
    assert recording.notes[0] == f"Read as a recording of {export.source}."
    np.testing.assert_allclose(recording.samples.acc_mps2, walk()[:, 1:4], atol=2e-4)
    assert recording.has_gyroscope == export.gyroscope
    if export.gyroscope:
        np.testing.assert_allclose(recording.samples.gyr_radps, walk()[:, 4:7], atol=2e-5)
    np.testing.assert_allclose(np.diff(recording.samples.time_s), 1 / RATE_HZ, atol=2e-6)


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.source)
def test_each_layout_is_claimed_by_its_own_recogniser_alone(export: Export) -> None:
    head = export.text().encode(export.encoding)
    lines = head.decode(encoding_of(head)).split("\n")
    layout = find_header(lines, Foot.LEFT, export.name, said_of(export)).layout
    assert [each.source for each in RECOGNISERS if each.claims(layout.names, export.name)] == [export.source]


def test_every_recogniser_has_its_file() -> None:
    assert {each.source for each in RECOGNISERS} == {each.source for each in EXPORTS}


def test_own_columns_are_claimed_by_none() -> None:
    names = ["time_s", "acc_x_mps2", "acc_y_mps2", "acc_z_mps2", "gyr_x_radps", "gyr_y_radps", "gyr_z_radps"]
    assert not any(each.claims(names, "left.csv") for each in RECOGNISERS)


def test_sensor_logger_has_its_sensor_in_the_name_of_the_file(tmp_path: Path) -> None:
    accelerometer = next(each for each in EXPORTS if each.source == "Sensor Logger")
    gyroscope = Export(
        "",
        "Gyroscope.csv",
        accelerometer.head,
        csv(lambda r: round(1e9 * (EPOCH_S + r[0])), seconds, *gyr(order="zyx")),
    )
    both = Path(f"{accelerometer.written(tmp_path)},{gyroscope.written(tmp_path)}")
    np.testing.assert_allclose(read_csv(both, Foot.LEFT).samples.gyr_radps, walk()[:, 4:7], atol=1e-3)


def test_counts_without_their_range_are_refused(tmp_path: Path) -> None:
    with pytest.raises(
        RecordingError, match=r"has ax_raw in counts of the sensor; say its range with --unit acc=8g/32768"
    ):
        read_csv(EXPORTS[-1].written(tmp_path), Foot.LEFT)


def test_wide_range_accelerometer_is_read_where_there_are_two(tmp_path: Path) -> None:
    shimmer = next(each for each in EXPORTS if each.source.startswith("Shimmer"))
    assert "_Accel_LN_X_CAL" in " ".join(read_csv(shimmer.written(tmp_path), Foot.LEFT).notes)

"""Files of other devices by the names of their columns, and what a person says of them."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Floats, Foot
from surefoot.sensor_ingest.files.cleaning import Recording
from surefoot.sensor_ingest.files.csv_reader import read_csv
from surefoot.sensor_ingest.files.errors import RecordingError
from surefoot.sensor_ingest.files.statements import Statements
from tests.sensor_ingest.synthetic import HEADER, RATE_HZ, walk, write

PLAIN = "t,ax,ay,az,gx,gy,gz"
NAMED = "Time (s),Accel X [g],Accel Y [g],Accel Z [g],Gyro X (°/s),Gyro Y (°/s),Gyro Z (°/s)"


def in_g_and_degrees() -> Floats:
    rows = walk()
    return np.column_stack((rows[:, 0], rows[:, 1:4] / STANDARD_GRAVITY_MPS2, np.degrees(rows[:, 4:7])))


def same(recording: Recording, rows: Floats) -> None:
    np.testing.assert_allclose(recording.samples.acc_mps2, rows[:, 1:4], atol=1e-9)
    np.testing.assert_allclose(recording.samples.gyr_radps, rows[:, 4:7], atol=1e-9)
    np.testing.assert_allclose(np.diff(recording.samples.time_s), np.diff(rows[:, 0]), atol=1e-6)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_units_in_the_names_are_converted(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path / "a.csv", in_g_and_degrees(), NAMED)
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))
    recording = read_csv(path, Foot.LEFT)
    same(recording, walk())
    assert recording.notes == ("Units: g, °/s.",)


@pytest.mark.parametrize("header", [PLAIN, "timestamp,accX,accY,accZ,gyroX,gyroY,gyroZ"])
def test_names_without_units_leave_them_to_the_values(tmp_path: Path, header: str) -> None:
    same(read_csv(write(tmp_path / "a.csv", walk(), header), Foot.LEFT), walk())


def test_row_of_units_and_lines_before_the_header_are_passed_over(tmp_path: Path) -> None:
    head = f"sep=;\nTag:;pod 3\nStarted: ;2026-03-14\n\n{PLAIN.replace(',', ';')}\ns;g;g;g;deg/s;deg/s;deg/s"
    recording = read_csv(write(tmp_path / "a.csv", in_g_and_degrees(), head, ";"), Foot.LEFT)
    same(recording, walk())
    assert len(recording.samples) == len(walk())


def clock(zone: timezone | None, form: str) -> Callable[[float], str]:
    begin = datetime(2026, 3, 14, 23, 59, 56, tzinfo=zone)
    return lambda time_s: (begin + timedelta(seconds=time_s)).strftime(form) + ("+01:00" if zone else "")


@pytest.mark.parametrize(
    "write_time",
    [clock(timezone(timedelta(hours=1)), "%Y-%m-%dT%H:%M:%S.%f"), clock(None, "%H:%M:%S.%f")],
    ids=["ISO 8601 with zone", "time of day over midnight"],
)
def test_times_written_as_text_are_read(tmp_path: Path, write_time: Callable[[float], str]) -> None:
    lines = [",".join([write_time(row[0]), *map(repr, row[1:].tolist())]) for row in walk()]
    (tmp_path / "a.csv").write_text("\n".join([HEADER, *lines]))
    same(read_csv(tmp_path / "a.csv", Foot.LEFT), walk())


def test_time_with_zone_is_since_1970(tmp_path: Path) -> None:
    write_time = clock(timezone(timedelta(hours=1)), "%Y-%m-%dT%H:%M:%S.%f")
    lines = [",".join([write_time(row[0]), *map(repr, row[1:].tolist())]) for row in walk()]
    (tmp_path / "a.csv").write_text("\n".join([HEADER, *lines]))
    first_s = read_csv(tmp_path / "a.csv", Foot.LEFT).samples.time_s[0]
    assert first_s == datetime(2026, 3, 14, 22, 59, 56, tzinfo=UTC).timestamp()


def test_decimal_comma_stands_beside_a_clock_with_points(tmp_path: Path) -> None:
    rows = [";".join(["09:26:53.004", *(repr(v).replace(".", ",") for v in row.tolist())]) for row in walk()]
    (tmp_path / "a.csv").write_text("\n".join(["clock;" + HEADER.replace(",", ";"), *rows]))
    same(read_csv(tmp_path / "a.csv", Foot.LEFT), walk())


def test_comma_that_may_part_thousands_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("time_s;ax;ay;az\n" + "\n".join(f"{k};1,024;2,048;9,806" for k in range(99)))
    with pytest.raises(RecordingError, match=r"numbers in ax whose comma may be a decimal mark .* \(1,024\); export"):
        read_csv(tmp_path / "a.csv", Foot.LEFT)


def test_quoted_numbers_with_comma_are_read(tmp_path: Path) -> None:
    rows = [",".join(f'"{repr(v).replace(".", ",")}"' for v in row) for row in walk().tolist()]
    (tmp_path / "a.csv").write_text("\n".join([HEADER, *rows]))
    same(read_csv(tmp_path / "a.csv", Foot.LEFT), walk())


def test_column_that_is_not_needed_never_fails_a_file(tmp_path: Path) -> None:
    lines = write(tmp_path / "a.csv", walk()).read_text(encoding="utf-8").splitlines()
    text = "\n".join([f"{lines[0]},note (µT)", *(f"{line},ça va?" for line in lines[1:])])
    (tmp_path / "a.csv").write_bytes(text.encode("cp1252"))
    same(read_csv(tmp_path / "a.csv", Foot.LEFT), walk())


def test_packed_files_are_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", walk())
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(path.read_bytes()))
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(path, "run/a.csv")
    same(read_csv(tmp_path / "a.csv.gz", Foot.LEFT), walk())
    same(read_csv(tmp_path / "a.zip", Foot.LEFT), walk())


def test_archive_of_several_recordings_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("one.csv", HEADER)
        archive.writestr("two.csv", HEADER)
    with pytest.raises(RecordingError, match=r"archive with several text files \(one.csv, two.csv\); unpack it"):
        read_csv(tmp_path / "a.zip", Foot.LEFT)


def both_feet() -> tuple[Floats, Floats]:
    return walk(seed=1), walk(seed=2)


def test_feet_side_by_side_are_told_apart(tmp_path: Path) -> None:
    names = HEADER.split(",")[1:]
    left, right = both_feet()
    header = ",".join(["time_s", *(f"left_{name}" for name in names), *(f"right_{name}" for name in names)])
    path = write(tmp_path / "a.csv", np.column_stack((left, right[:, 1:])), header)
    same(read_csv(path, Foot.LEFT), left)
    same(read_csv(path, Foot.RIGHT), right)


def test_names_in_two_rows_and_no_time_are_read_with_the_rate(tmp_path: Path) -> None:
    left, right = both_feet()
    axes = [f"{sensor}_{axis}" for sensor in ("acc", "gyr") for axis in "xyz"]
    header = ",".join(["sensor", *["left_sensor"] * 6, *["right_sensor"] * 6]) + "\n" + ",".join(["axis", *axes, *axes])
    rows = np.column_stack((np.arange(float(len(left))), left[:, 1:], right[:, 1:]))
    path = write(tmp_path / "a.csv", rows, header)
    with pytest.raises(RecordingError, match=r"has no column time_s .* or say them with --columns or --rate"):
        read_csv(path, Foot.RIGHT)
    same(read_csv(path, Foot.RIGHT, said=Statements.parse(rate_hz=RATE_HZ)), right)


def alternating(path: Path, tags: tuple[str, str]) -> Path:
    rows = [
        f"{tag},{','.join(map(repr, row.tolist()))}"
        for pair in zip(*both_feet(), strict=True)
        for tag, row in zip(tags, pair, strict=True)
    ]
    path.write_text("\n".join([f"device,{HEADER}", *rows]))
    return path


def test_devices_in_turn_are_told_apart_by_a_tag_that_says_the_side(tmp_path: Path) -> None:
    path = alternating(tmp_path / "a.csv", ("7F-L", "7F-R"))
    same(read_csv(path, Foot.RIGHT), both_feet()[1])


def test_devices_whose_tags_say_no_side_are_asked_for(tmp_path: Path) -> None:
    path = alternating(tmp_path / "a.csv", ("31", "54"))
    with pytest.raises(
        RecordingError, match=r"several devices in device \(31, 54\); say .* --device left=31,right=54."
    ):
        read_csv(path, Foot.RIGHT)
    same(read_csv(path, Foot.RIGHT, said=Statements.parse(device="left=31,right=54")), both_feet()[1])
    with pytest.raises(RecordingError, match=r"has no device 7 \(but 31, 54\)"):
        read_csv(path, Foot.RIGHT, said=Statements.parse(device="7"))


def test_what_is_said_of_columns_units_and_rate_holds(tmp_path: Path) -> None:
    rows = in_g_and_degrees()
    rows[:, 0] = np.arange(len(rows))
    path = write(tmp_path / "a.csv", rows, "n,c1,c2,c3,c4,c5,c6")
    columns = ",".join(
        f"{channel}=c{k}" for k, channel in enumerate(("acc_x", "acc_y", "acc_z", "gyr_x", "gyr_y", "gyr_z"), 1)
    )
    same(read_csv(path, Foot.LEFT, said=Statements.parse(columns, "acc=g,gyr=dps", RATE_HZ)), walk())


def test_counts_are_read_with_their_range(tmp_path: Path) -> None:
    rows = walk()
    rows[:, 1:4] *= 32768 / (16 * STANDARD_GRAVITY_MPS2)
    recording = read_csv(write(tmp_path / "a.csv", rows), Foot.LEFT, said=Statements.parse(unit="acc=16g/32768"))
    np.testing.assert_allclose(recording.samples.acc_mps2, walk()[:, 1:4], atol=1e-6)


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("time_s,chest_acc_x,chest_acc_y,chest_acc_z,arm_acc_x,arm_acc_y,arm_acc_z", "several sensors of one kind"),
        (
            "time_s,acc_x (furlong),acc_y (furlong),acc_z (furlong),a,b,c",
            "column acc_x .* in furlong, which is not known; say",
        ),
        ("count,ax,ay,az,gx,gy,gz", r"has no column time_s .* or say them with --columns or --rate"),
        ("time_s,gx,gy,gz,d,e,f", r"has a gyroscope only .* hand over the accelerometer's file too"),
    ],
)
def test_what_names_leave_open_is_refused_with_the_way_out(tmp_path: Path, header: str, sentence: str) -> None:
    with pytest.raises(RecordingError, match=sentence):
        read_csv(write(tmp_path / "a.csv", walk(), header), Foot.LEFT)


def test_times_that_are_no_times_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEADER + "\n" + "noon,1,2,3,4,5,6\n" * 99)
    with pytest.raises(RecordingError, match=r"has times in time_s that cannot be read \(noon\); name another column"):
        read_csv(tmp_path / "a.csv", Foot.LEFT)


@pytest.mark.parametrize(
    "options",
    [{"columns": "acc_x"}, {"unit": "acc=stone"}, {"rate_hz": -1.0}, {"columns": "heel=a"}, {"device": "up=3"}],
)
def test_option_that_says_nothing_is_refused(options: dict[str, str]) -> None:
    with pytest.raises(RecordingError, match="is not understood; it takes"):
        Statements.parse(**options)  # type: ignore[arg-type]

"""What a file may look like, and the one sentence it gets otherwise."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.files import csv_reader as csv_file
from surefoot.sensor_ingest.files import csv_rows
from surefoot.sensor_ingest.files.cleaning import Recording
from surefoot.sensor_ingest.files.csv_reader import read_csv
from surefoot.sensor_ingest.files.errors import (
    ColumnsMissingError,
    NotTextError,
    RecordingError,
    RowsRaggedError,
    RowsUnreadableError,
    TooManyFieldsError,
)
from tests.sensor_ingest.synthetic import HEADER, RATE_HZ, walk, write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "left.csv"


def read_text(path: Path, text: str) -> Recording:
    path.write_text(text, encoding="utf-8")
    return read_csv(path, Foot.LEFT)


def test_clean_file_comes_back_number_for_number(path: Path) -> None:
    rows = walk()
    recording = read_csv(write(path, rows), Foot.RIGHT)
    assert recording.samples.foot is Foot.RIGHT
    np.testing.assert_array_equal(recording.samples.time_s, rows[:, 0])
    np.testing.assert_array_equal(recording.samples.acc_mps2, rows[:, 1:4])
    np.testing.assert_array_equal(recording.samples.gyr_radps, rows[:, 4:7])
    assert recording.sampling_rate_hz == pytest.approx(RATE_HZ)
    assert recording.loss_pct == 0
    assert recording.has_gyroscope
    assert recording.has_gravity is True
    assert not recording.samples.clipped.any()
    assert recording.notes == ()


def test_columns_may_stand_in_any_order_among_others(path: Path) -> None:
    rows = walk()
    names = HEADER.split(",")
    order = [3, 6, 0, 1, 5, 2, 4]
    mixed = np.column_stack((rows[:, order], np.arange(float(len(rows)))))
    recording = read_csv(write(path, mixed, ",".join([*(names[k] for k in order), "marker"])), Foot.LEFT)
    np.testing.assert_array_equal(recording.samples.gyr_radps, rows[:, 4:7])
    assert recording.notes == ("1 other column ignored: marker.",)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_header_may_have_mark_quotes_spaces_and_upper_case(path: Path, delimiter: str) -> None:
    header = "\ufeff" + delimiter.join(f' "{name.upper()}" ' for name in HEADER.split(","))
    assert read_csv(write(path, walk(), header, delimiter), Foot.LEFT).notes == ()


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_other_line_endings_comments_and_blank_lines_are_passed_over(path: Path, ending: str) -> None:
    write(path, walk())
    text = "# pod 7\n\n" + path.read_text(encoding="utf-8").replace("\n", "\n\n", 5)
    path.write_bytes(text.replace("\n", ending).encode())
    assert len(read_csv(path, Foot.LEFT).samples) == len(walk())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_utf_16_is_read_as_any_text(path: Path, encoding: str) -> None:
    plain = read_csv(write(path, walk()), Foot.LEFT)
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    path.write_bytes((mark + path.read_text()).encode(encoding))
    np.testing.assert_array_equal(read_csv(path, Foot.LEFT).samples.acc_mps2, plain.samples.acc_mps2)


def test_decimal_comma_with_semicolons_is_read(path: Path) -> None:
    write(path, walk(), HEADER.replace(",", ";"), ";")
    recording = read_text(path, path.read_text(encoding="utf-8").replace(".", ","))
    np.testing.assert_array_equal(recording.samples.acc_mps2, walk()[:, 1:4])
    assert recording.notes == ("Numbers have a decimal comma: read accordingly.",)


def test_decimal_comma_with_commas_is_refused(path: Path) -> None:
    with pytest.raises(TooManyFieldsError, match="line 2 has 14 fields but the first line names 7 columns"):
        read_text(path, HEADER + "\n" + "0,0,1,0,2,0,9,8,0,0,0,0,0,0\n" * 900)


def test_blocks_give_the_same_as_one_piece(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(path, walk())
    whole = read_csv(path, Foot.LEFT)
    monkeypatch.setattr(csv_file, "_BLOCK_BYTES", 5000)
    fractions: list[float] = []
    pieces = read_csv(path, Foot.LEFT, progress=fractions.append)
    np.testing.assert_array_equal(pieces.samples.acc_mps2, whole.samples.acc_mps2)
    assert len(fractions) > 10
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_rows_with_empty_or_unreadable_numbers_are_dropped(path: Path) -> None:
    rows = walk()
    rows[[10, 400], [2, 5]] = np.nan
    write(path, rows)
    recording = read_text(path, path.read_text(encoding="utf-8").replace(repr(float(rows[20, 3])), "error", 1))
    assert len(recording.samples) == len(rows) - 3
    assert "3 of 2000 rows with an empty or unreadable number left out, the first is line 12." in recording.notes
    assert recording.loss_pct == pytest.approx(100 * 3 / 2000)


def test_mostly_unreadable_rows_are_refused(path: Path) -> None:
    rows = walk()
    rows[7:1800, 1] = np.nan
    with pytest.raises(RowsUnreadableError, match="1793 of 2000 rows have an empty or unreadable number, the first is"):
        read_csv(write(path, rows), Foot.LEFT)


def test_incomplete_last_line_is_left_out(path: Path) -> None:
    write(path, walk())
    recording = read_text(path, path.read_text(encoding="utf-8")[:-25])
    assert len(recording.samples) == len(walk()) - 1
    assert recording.notes == ("The last line (2001) is incomplete and was left out.",)


def test_one_reading_at_a_whole_second_is_refused(path: Path) -> None:
    path.write_text("time_s,acc_x_mps2,acc_y_mps2,acc_z_mps2\n1,0,0,9.8\n")
    with pytest.raises(RecordingError, match="readings are typically 0 apart in time_s"):
        read_csv(path, Foot.LEFT)


def test_few_short_lines_are_left_out(path: Path) -> None:
    lines = write(path, walk()).read_text(encoding="utf-8").splitlines()
    lines[50] = "0.3,1.0"
    recording = read_text(path, "\n".join(lines))
    assert "1 line with too few fields left out, the first is line 51." in recording.notes


def test_many_short_lines_are_refused(path: Path) -> None:
    lines = write(path, walk()).read_text(encoding="utf-8").splitlines()
    lines[50:100] = ["0.3,1.0"] * 50
    with pytest.raises(RowsRaggedError, match="50 of 2000 lines have too few fields, the first is line 51; export"):
        read_text(path, "\n".join(lines))


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        (HEADER.replace("time_s", "marker"), "time_s"),
        (HEADER.replace("acc_y_mps2", "marker"), "acc_y_mps2"),
        (HEADER.replace("gyr_z_radps", "marker"), "gyr_z_radps"),
    ],
)
def test_missing_column_is_named(path: Path, header: str, missing: str) -> None:
    with pytest.raises(ColumnsMissingError, match=rf"has no column {missing} \(its first line has ") as caught:
        read_csv(write(path, walk(), header), Foot.LEFT)
    assert caught.value.missing == (missing,)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "the file is empty; record again"),
        (b"\n \n", "the file is empty; record again"),
        (HEADER.encode() + b"\n", "the file has a header but no readings"),
        ((HEADER + ",time_s\n").encode(), "has more than one column named time_s; keep only the right one"),
        (gzip.compress(HEADER.encode(), mtime=0)[:-9], "cannot be opened (it is damaged)"),
        (b"PK\x03\x04rest", "cannot be opened (it is damaged)"),
        (b"time_s\0\0", "but binary data; export"),
        (
            "größe".encode("latin-1"),
            "has no column time_s, acc_x_mps2, acc_y_mps2, acc_z_mps2 (its first line has größe)",
        ),
        (b"hello world\n1\n", "has no column time_s, acc_x_mps2, acc_y_mps2, acc_z_mps2"),
    ],
)
def test_what_is_no_recording_is_refused_in_one_sentence(path: Path, content: bytes, sentence: str) -> None:
    path.write_bytes(content)
    with pytest.raises(RecordingError) as caught:
        read_csv(path, Foot.LEFT)
    assert sentence in str(caught.value)
    assert str(caught.value).startswith(f"{path}: ")
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"cannot be opened \(No such file or directory\); check the name"):
        read_csv(tmp_path / "absent.csv", Foot.LEFT)
    with pytest.raises(RecordingError, match=r"is a folder; surefoot analyze FOLDER measures the files in it"):
        read_csv(tmp_path, Foot.LEFT)


def test_endless_line_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "_BLOCK_BYTES", 1000)
    with pytest.raises(NotTextError, match="is not a CSV text file but data without line breaks"):
        read_text(path, "x" * 5000)


def test_too_many_rows_are_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_rows, "MAX_ROWS", 1000)
    with pytest.raises(RecordingError, match="million rows; split it into one file per run"):
        read_csv(write(path, walk()), Foot.LEFT)

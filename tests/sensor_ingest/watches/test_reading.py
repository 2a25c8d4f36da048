"""A watch's file is read as what it says, in whatever form; bad ones are refused in a sentence."""

from __future__ import annotations

import gzip
import random
import struct
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from fit_tool.profile.profile_type import Sport

from surefoot.sensor_ingest.files.errors import RecordingError
from surefoot.sensor_ingest.watches.fit_crc import crc16
from surefoot.sensor_ingest.watches.reading import read_activity
from tests.sensor_ingest.watches.watch_files import START_UNIX_S, fit_file, gpx_file, points, tcx_file

FORMS: dict[str, Callable[..., bytes]] = {"fit": fit_file, "tcx": tcx_file, "gpx": gpx_file}
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b"<gpx><trk><name>&b;</name></trk></gpx>"
)


def written(folder: Path, data: bytes, name: str = "run.bin") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("form", FORMS)
def test_every_form_tells_the_same_run(tmp_path: Path, form: str) -> None:
    kept = points()
    found = read_activity(written(tmp_path, FORMS[form](kept)))
    assert (found.form, found.sport) == (form, "running")
    assert found.started_utc == datetime.fromtimestamp(START_UNIX_S, UTC)
    assert found.utc_offset_s == (3600.0 if form == "fit" else None)
    assert found.duration_s == 120.0
    assert found.distance_m == pytest.approx(360.0, abs=0.5)
    assert found.ascent_m == pytest.approx(12.0, abs=0.21)
    assert found.cadence_spm == 170.0
    assert found.heart_rate_bpm == pytest.approx(np.mean([each.heart_rate_bpm for each in kept]))
    np.testing.assert_array_equal(found.track.time_s, np.arange(121.0))
    np.testing.assert_allclose(found.track.latitude_deg, [each.latitude_deg for each in kept], atol=1e-7)
    np.testing.assert_allclose(found.track.altitude_m, [each.altitude_m for each in kept], atol=0.11)
    np.testing.assert_allclose(found.track.distance_m, [each.distance_m for each in kept], atol=0.5)


def test_a_cadence_that_counts_both_feet_is_not_doubled(tmp_path: Path) -> None:
    assert read_activity(written(tmp_path, gpx_file(points(), steps_per_cycle=2))).cadence_spm == 170.0


def test_files_may_come_packed(tmp_path: Path) -> None:
    data = fit_file(points())
    packed = tmp_path / "run.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("12345_ACTIVITY.fit", data)
    for path in (written(tmp_path, gzip.compress(data), "run.fit.gz"), packed):
        assert read_activity(path).duration_s == 120.0


def big_endian_with_compressed_times() -> bytes:
    """A file as an old watch writes it, typed from the protocol: one record with a time, four with five bits of it."""
    definition = struct.pack(">BBBHB3B3B", 0x40, 0, 1, 20, 2, 253, 4, 0x86, 3, 1, 0x02)
    short = struct.pack(">BBBHB3B", 0x41, 0, 1, 20, 1, 3, 1, 0x02)
    first = struct.pack(">BIB", 0, 1_000_000_030, 120)
    later = b"".join(bytes([0x80 | 1 << 5 | second % 32, 121]) for second in (30 + k for k in range(1, 5)))
    records = definition + first + short + later
    whole = struct.pack("<BBHI4s", 12, 0x10, 100, len(records), b".FIT") + records
    return whole + struct.pack("<H", crc16(whole))


def test_times_in_the_heads_of_records_go_on_behind_the_last_whole_one(tmp_path: Path) -> None:
    lowest = 1_000_000_030 % 32
    data = big_endian_with_compressed_times()
    found = read_activity(written(tmp_path, data))
    later = [(30 + k - lowest) % 32 for k in range(1, 5)]
    assert found.track.time_s.tolist() == sorted({0.0, *map(float, later)})


def test_a_ride_is_no_run(tmp_path: Path) -> None:
    for data in (fit_file(points(), sport=Sport.CYCLING), tcx_file(points(), sport="Biking"),
                 gpx_file(points(), kind="cycling")):  # fmt: skip
        with pytest.raises(RecordingError, match=r"has no run in it: it is of another sport \(cycling\)\."):
            read_activity(written(tmp_path, data))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is no file of a watch but an empty file; export the run as FIT, TCX or GPX."),
        (b"time,acc\n1,2\n", "is no file of a watch but something else"),
        (b"<html><body>Sign in</body></html>", "is no file of a watch but XML of another kind"),
        (b"<gpx><trk>", "is damaged (it is no XML from line 1 on); export the run once more."),
        (b"<gpx><trk></trk></gpx>", "has no run in it: it has no points with a time."),
        (b"<TrainingCenterDatabase/>", "has no run in it: it has no activity."),
        (BOMB, "is not read, as it declares a document type, which no watch writes"),
        (b"<gpx>" + b"<a>" * 100, "is not read, as it has elements 60 deep"),
        (fit_file(points())[:-400], "is damaged (its end is missing)"),
        (fit_file(points())[:-1] + b"\0", "is damaged (its checksum is wrong)"),
        (fit_file(points()) + b"more", "is damaged (there is something else behind the run)"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_in_a_sentence(tmp_path: Path, data: bytes, said: str) -> None:
    path = written(tmp_path, data)
    with pytest.raises(RecordingError) as told:
        read_activity(path)
    assert str(told.value).startswith(f"{path}: {said}")
    assert "\n" not in str(told.value)


def test_folders_and_missing_files_are_told(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.fit"):
        with pytest.raises(RecordingError, match="cannot be opened"):
            read_activity(path)


def test_impossible_values_are_left_out_one_by_one(tmp_path: Path) -> None:
    kept = points()
    text = gpx_file(kept).decode()
    text = text.replace(f'lat="{kept[3].latitude_deg!r}"', 'lat="123"').replace("<gpxtpx:hr>124<", "<gpxtpx:hr>1e999<")
    found = read_activity(written(tmp_path, text.encode()))
    assert np.flatnonzero(~found.track.located).tolist() == [3]
    assert np.flatnonzero(np.isnan(found.track.heart_rate_bpm)).tolist() == [4, 44, 84]


@pytest.mark.parametrize("form", FORMS)
def test_mangled_files_are_read_or_refused(tmp_path: Path, form: str) -> None:
    rng, good, refused = random.Random(1), FORMS[form](points(20)), 0
    for _ in range(300):
        refused += not is_read(written(tmp_path, mangled(rng, good)))
    assert refused


def is_read(path: Path) -> bool:
    try:
        return len(read_activity(path).track) > 0
    except RecordingError:
        return False


def mangled(rng: random.Random, good: bytes) -> bytes:
    """With some bytes changed, and of FIT the checksum made right again, so that what is behind it is reached."""
    data = bytearray(good)
    for _ in range(rng.randint(1, 6)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    if bytes(data[8:12]) == b".FIT":
        data[-2:] = struct.pack("<H", crc16(bytes(data[:-2])))
    return bytes(data)

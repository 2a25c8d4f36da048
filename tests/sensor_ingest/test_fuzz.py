"""Whatever the bytes, the answer is a recording or a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.files.cleaning import Recording
from surefoot.sensor_ingest.files.csv_reader import read_csv
from surefoot.sensor_ingest.files.errors import RecordingError
from tests.sensor_ingest.synthetic import HEADER, walk, write

ANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def check(path: Path) -> None:
    recording = read(path)
    if isinstance(recording, RecordingError):
        assert str(recording).startswith(f"{path}: ")
        assert "\n" not in str(recording)
    else:
        check_clean(recording)


def read(path: Path) -> Recording | RecordingError:
    try:
        return read_csv(path, Foot.LEFT)
    except RecordingError as error:
        return error


def check_clean(recording: Recording) -> None:
    samples = recording.samples
    assert (np.diff(samples.time_s) > 0).all()
    assert np.isfinite(samples.acc_mps2).all()
    assert np.isfinite(samples.gyr_radps).all() == recording.has_gyroscope
    assert 0 <= recording.loss_pct <= 100
    assert 0 < recording.sampling_rate_hz < 1e5


@ANY
@given(content=st.binary(max_size=300))
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    check(path)


@ANY
@given(content=st.text(max_size=300))
def test_any_text_under_a_right_header(tmp_path: Path, content: str) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes((HEADER + "\n" + content).encode("utf-8", "surrogatepass"))
    check(path)


@ANY
@given(
    changes=st.lists(
        st.tuples(st.integers(0, 599), st.integers(0, 6), st.floats() | st.sampled_from([0.0, 1.5, 1e300])), max_size=8
    ),
    factors=st.tuples(*[st.sampled_from([0.0, 1e-6, 1.0, -1.0, 57.3, 1e3, 1e6])] * 7),
)
def test_any_numbers(tmp_path: Path, changes: list[tuple[int, int, float]], factors: tuple[float, ...]) -> None:
    rows = walk(3.0) * np.array(factors)
    for row, column, value in changes:
        rows[row, column] = value
    check(write(tmp_path / "any.csv", rows))


@ANY
@given(data=st.data())
def test_any_damage_to_a_good_file(tmp_path: Path, data: st.DataObject) -> None:
    good = write(tmp_path / "any.csv", walk(2.5)).read_bytes()
    start = data.draw(st.integers(0, len(good)))
    end = min(len(good), start + data.draw(st.integers(0, 3000)))
    (tmp_path / "any.csv").write_bytes(good[:start] + data.draw(st.binary(max_size=20)) + good[end:])
    check(tmp_path / "any.csv")


def test_unwritable_extremes_end_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "any.csv").write_text(HEADER + "\n" + "1e999,1e400,-1e400,0,0,0,0\n" * 500, encoding="utf-8")
    with pytest.raises(RecordingError, match="unreadable number"):
        read_csv(tmp_path / "any.csv", Foot.LEFT)

"""Time stamps: unit, order, repeats, gaps."""

from __future__ import annotations

import numpy as np
import pytest

from surefoot.analysis.model import Floats, Foot
from surefoot.sensor_ingest.files.cleaning import Recording, clean
from surefoot.sensor_ingest.files.columns import LineNumbers, Table
from surefoot.sensor_ingest.files.errors import (
    ClockWentBackError,
    RateOutOfRangeError,
    ReadingsCountedError,
    TooShortError,
)
from tests.sensor_ingest.synthetic import RATE_HZ, walk


def read(rows: Floats) -> Recording:
    return clean(Table(rows[:, 0], rows[:, 1:4], rows[:, 4:7], lines=LineNumbers((0,), (2,))), Foot.LEFT)


def test_jittered_stamps_stay_as_they_are() -> None:
    rows = walk()
    rows[:, 0] += np.random.default_rng(2).uniform(0, 0.4 / RATE_HZ, len(rows))
    recording = read(rows)
    np.testing.assert_array_equal(recording.samples.time_s, rows[:, 0])
    assert recording.sampling_rate_hz == pytest.approx(RATE_HZ, rel=0.01)
    assert recording.loss_pct == 0
    assert recording.notes == ()


def test_gaps_are_counted_and_left() -> None:
    rows = np.delete(walk(), np.r_[100:120, 900:901], axis=0)
    recording = read(rows)
    np.testing.assert_array_equal(recording.samples.time_s, rows[:, 0])
    assert recording.loss_pct == pytest.approx(100 * 21 / 2000)
    assert recording.notes == (
        "2 gaps, the longest 0.105 s, 1.05 % of the readings missing: nothing is measured where one hides a landing or "
        "lift-off.",
    )


def test_one_late_stamp_is_no_gap() -> None:
    rows = walk()
    rows[500, 0] += 0.8 / RATE_HZ
    assert read(rows).loss_pct == 0


@pytest.mark.parametrize(("factor", "unit"), [(1e3, "ms"), (1e6, "µs"), (1e9, "ns")])
def test_times_in_smaller_units_become_seconds(factor: float, unit: str) -> None:
    rows = walk()
    rows[:, 0] *= factor
    recording = read(rows)
    np.testing.assert_allclose(recording.samples.time_s, walk()[:, 0], atol=1e-9)
    assert recording.notes == (f"time_s is in {unit} ({factor / RATE_HZ:g} between readings): converted to seconds.",)


def test_seconds_since_1970_stay_the_files_own_clock() -> None:
    rows = walk()
    rows[:, 0] += 1.75e9
    recording = read(rows)
    assert recording.samples.time_s[0] == 1.75e9
    assert recording.sampling_rate_hz == pytest.approx(RATE_HZ)
    assert recording.notes == ()


@pytest.mark.parametrize("rate_hz", [26.0, 48.0, 104.0, 204.8, 480.0, 833.0, 900.0, 1000.0, 1125.0, 1600.0])
def test_rate_survives_stamps_rounded_to_milliseconds(rate_hz: float) -> None:
    rows = walk(rate_hz=rate_hz)
    rows[:, 0] = np.round(rows[:, 0], 3)
    recording = read(rows)
    assert recording.sampling_rate_hz == pytest.approx(rate_hz, rel=0.01)
    assert recording.loss_pct < 0.1


def test_few_late_rows_are_sorted() -> None:
    rows = walk()
    swapped = rows.copy()
    swapped[[300, 301]] = swapped[[301, 300]]
    recording = read(swapped)
    np.testing.assert_array_equal(recording.samples.acc_mps2, rows[:, 1:4])
    assert recording.notes == ("1 reading out of time order, by at most 0.005 s, the first at line 303: sorted.",)


def test_restarted_clock_is_refused_with_the_line_to_split_at() -> None:
    rows = np.concatenate((walk(), walk(seed=2)))
    with pytest.raises(
        ClockWentBackError, match=r"goes back by 10.0 s at line 2002, .* split the file before line 2002"
    ):
        read(rows)


@pytest.mark.parametrize("missing", [0, 30])
def test_readings_sent_twice_count_once(missing: int) -> None:
    rows = walk()
    lost = np.random.default_rng(4).choice(np.arange(600, 1200), missing, replace=False)
    recording = read(np.concatenate((np.delete(rows[:1200], lost, axis=0), rows[600:])))
    np.testing.assert_array_equal(recording.samples.time_s, rows[:, 0])
    np.testing.assert_array_equal(recording.samples.acc_mps2, rows[:, 1:4])
    (note,) = recording.notes
    assert note.startswith(
        f"{600 - missing} readings sent a second time, the first at line {1202 - missing}: the second"
    )


@pytest.mark.parametrize("set_by_s", [1.75e9, -1.75e9, 2 * 86400.0])
def test_a_clock_set_in_mid_run_leaves_one_pause_of_unknown_length(set_by_s: float) -> None:
    rows = walk()
    rows[:, 0] += 1.75e9 if set_by_s < 0 else 0.0
    rows[800:, 0] += set_by_s
    recording = read(rows)
    assert len(recording.samples) == len(rows)
    assert recording.loss_pct == 0
    assert recording.samples.time_s[800] - recording.samples.time_s[799] == pytest.approx(5.0)
    (note,) = recording.notes
    assert note.startswith(f"The clock was set by {set_by_s:+.0f} s at line 802: the pause there is of unknown length")


@pytest.mark.parametrize("set_by_s", [-0.3, -4.0, -3600.0])
def test_a_clock_set_back_in_mid_run_costs_no_reading(set_by_s: float) -> None:
    rows = walk()
    rows[:, 0] += 7200.0
    rows[1200:, 0] += set_by_s
    recording = read(rows)
    assert len(recording.samples) == len(rows)
    assert recording.loss_pct == 0
    step_s = np.diff(recording.samples.time_s)
    assert np.delete(step_s, 1199) == pytest.approx(1 / RATE_HZ)
    assert step_s[1199] == pytest.approx(5.0 if set_by_s < -1 else 1 / RATE_HZ)
    (note,) = recording.notes
    assert note.startswith(f"The clock was set back by {-set_by_s:.{1 if set_by_s < -1 else 2}f} s at line 1202")


@pytest.mark.parametrize("after", [1300, 2000])
def test_readings_delivered_late_are_put_where_they_belong(after: int) -> None:
    rows = walk()
    recording = read(np.concatenate((rows[:400], rows[1000:after], rows[400:1000], rows[after:])))
    np.testing.assert_array_equal(recording.samples.time_s, rows[:, 0])
    np.testing.assert_array_equal(recording.samples.acc_mps2, rows[:, 1:4])
    assert recording.notes[0].startswith("600 readings delivered up to")


@pytest.mark.parametrize(
    ("unit_s", "period", "begin"),
    [(1.0, 60.0, 55.0), (1e-3, 2.0**16, 60e3), (1e-6, 2.0**32, 4.29e9), (1e-6, 2.0**24, 0)],
)
def test_counters_that_begin_again_are_read_on(unit_s: float, period: float, begin: float) -> None:
    rows = walk(20.0)
    rows[:, 0] = (begin + rows[:, 0] / unit_s) % period
    recording = read(rows)
    np.testing.assert_allclose(np.diff(recording.samples.time_s), 1 / RATE_HZ, rtol=1e-6)
    assert recording.notes[0].startswith(f"The time begins again at {period:.0f}, ")


@pytest.mark.parametrize("first", [0, 1, 7000])
def test_a_count_of_readings_is_no_time(first: int) -> None:
    rows = np.delete(walk(rate_hz=800.0), np.r_[300:310], axis=0)
    rows[:, 0] = first + np.round(rows[:, 0] * 800.0)
    with pytest.raises(
        ReadingsCountedError, match=r"counts the readings \(\d+, \d+, \d+ …\) .* say how many a second with --rate HZ"
    ):
        read(rows)


def test_repeated_rows_are_dropped() -> None:
    rows = np.repeat(walk(), np.where(np.arange(2000) % 5 == 0, 2, 1), axis=0)
    recording = read(rows)
    np.testing.assert_array_equal(recording.samples.time_s, walk()[:, 0])
    assert recording.notes == ("400 rows left out that only repeat the reading before, sooner than a new one is due.",)


def test_readings_repeated_by_a_faster_logger_are_dropped() -> None:
    rows = walk()
    held = np.repeat(rows[500:540], 4, axis=0)
    held[:, 0] += np.tile(np.arange(4) / (4 * RATE_HZ), 40)
    recording = read(np.concatenate((rows[:500], held, rows[540:])))
    np.testing.assert_array_equal(recording.samples.time_s, rows[:, 0])


def test_equal_readings_a_full_interval_apart_are_kept() -> None:
    rows = walk()
    rows[600:640, 1:] = rows[600, 1:]
    assert len(read(rows).samples) == len(rows)


def test_different_readings_with_one_stamp_are_spread() -> None:
    rows = walk()
    rows[1::10, 0] = rows[0::10, 0]
    recording = read(rows)
    np.testing.assert_allclose(recording.samples.time_s, walk()[:, 0], atol=1e-9)
    assert recording.notes == ("200 readings with the same time as the one before: spread evenly up to the next time.",)


def test_stamps_of_whole_packets_are_spread() -> None:
    rows = walk()
    rows[:, 0] = np.repeat(rows[::8, 0], 8)
    recording = read(rows)
    np.testing.assert_allclose(recording.samples.time_s, walk()[:, 0], atol=1e-9)
    assert recording.sampling_rate_hz == pytest.approx(RATE_HZ)


def test_too_short_recording_is_refused() -> None:
    with pytest.raises(TooShortError, match=r"holds only 1.5 s \(300 readings\); at least 2 s are needed"):
        read(walk(1.5))


@pytest.mark.parametrize("rate_hz", [20.0, 5000.0])
def test_unusual_rate_is_refused(rate_hz: float) -> None:
    with pytest.raises(
        RateOutOfRangeError, match="apart in time_s, which is no sampling rate of 25 to 4000 Hz in s, ms"
    ):
        read(walk(rate_hz=rate_hz))


def test_constant_time_is_refused() -> None:
    rows = walk()
    rows[:, 0] = 3.0
    with pytest.raises(RateOutOfRangeError):
        read(rows)

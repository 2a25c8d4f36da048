"""Readings of fast sensors are thinned, without moving what they show."""

from __future__ import annotations

import numpy as np
import pytest

from surefoot.analysis.model import Floats, Foot, Samples
from surefoot.sensor_ingest.files.thinning import thin


def samples(time_s: Floats, acc: Floats, clipped: slice = slice(0)) -> Samples:
    marks = np.zeros(len(time_s), bool)
    marks[clipped] = True
    readings = np.column_stack((acc, acc, acc))
    return Samples(Foot.LEFT, time_s, readings, 0.1 * readings, marks, marks)


@pytest.mark.parametrize(("rate_hz", "thinned_hz"), [(1600.0, 533.3), (2000.0, 500.0), (4000.0, 500.0)])
def test_what_gait_has_stays_where_it_was(rate_hz: float, thinned_hz: float) -> None:
    time_s = np.arange(round(4 * rate_hz)) / rate_hz
    found, told = thin(samples(time_s, np.sin(2 * np.pi * 60.0 * time_s)), rate_hz)
    assert 1 / np.median(np.diff(found.time_s)) == pytest.approx(thinned_hz, rel=1e-3)
    inner = slice(20, -20)
    np.testing.assert_allclose(found.acc_mps2[inner, 1], np.sin(2 * np.pi * 60.0 * found.time_s[inner]), atol=0.01)
    assert "are thinned to" in told[0]


def test_what_would_fold_back_is_gone() -> None:
    time_s = np.arange(16_000) / 4000.0
    found, _ = thin(samples(time_s, np.sin(2 * np.pi * 480.0 * time_s)), 4000.0)
    assert np.abs(found.acc_mps2[20:-20]).max() < 0.01


def test_gaps_stay_and_nothing_is_smoothed_across_them() -> None:
    time_s = np.concatenate((np.arange(4000) / 4000.0, 3.0 + np.arange(4000) / 4000.0))
    acc = np.where(time_s < 2.0, 1.0, 9.0)
    found, _ = thin(samples(time_s, acc), 4000.0)
    assert np.diff(found.time_s).max() == pytest.approx(2.0, abs=0.01)
    np.testing.assert_allclose(found.acc_mps2[:, 0], np.where(found.time_s < 2.0, 1.0, 9.0), atol=1e-9)


def test_one_clipped_reading_marks_what_it_weighs_in() -> None:
    time_s = np.arange(8000) / 4000.0
    found, _ = thin(samples(time_s, np.ones(8000), slice(4003, 4004)), 4000.0)
    assert 1 <= found.clipped.sum() <= 3
    assert np.abs(found.time_s[found.clipped] - time_s[4003]).max() <= 0.002
    assert (found.gyr_clipped == found.clipped).all()


def test_slower_readings_are_left_as_they_are() -> None:
    given = samples(np.arange(2000) / 1000.0, np.ones(2000))
    assert thin(given, 1000.4) == (given, ())

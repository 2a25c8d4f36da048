"""Stamps that scatter about a steady rate: readings are timed evenly, and missing only where packets were lost."""

from __future__ import annotations

import numpy as np
import pytest

from surefoot.analysis.model import Floats, Foot, Ints
from surefoot.sensor_ingest.files.cleaning import Recording, clean
from surefoot.sensor_ingest.files.columns import LineNumbers, Table
from tests.sensor_ingest.synthetic import walk

DURATION_S = 40.0


def read(rows: Floats) -> Recording:
    return clean(Table(rows[:, 0], rows[:, 1:4], rows[:, 4:7], lines=LineNumbers((0,), (2,))), Foot.LEFT)


def arrived(rows: Floats, packet: Ints, late_s: float, seed: int) -> Floats:
    """Rows stamped 20 ms and an exponential delay after the last reading of their packet, rounded as a file has it."""
    last = np.flatnonzero(np.diff(packet, append=packet[-1] + 1))
    arrival_s = rows[last, 0] + 0.02 + np.random.default_rng(seed).exponential(late_s, len(last))
    stamped = rows.copy()
    stamped[:, 0] = np.round(np.maximum.accumulate(arrival_s)[packet], 4)
    return stamped


@pytest.mark.parametrize("rate_hz", [52.0, 208.0])
@pytest.mark.parametrize("size", [3, 8, 25])
@pytest.mark.parametrize("late_s", [0.006, 0.02])
def test_readings_of_packets_are_timed_evenly(rate_hz: float, size: int, late_s: float) -> None:
    rows = walk(DURATION_S, rate_hz=rate_hz)
    recording = read(arrived(rows, np.arange(len(rows)) // size, late_s, size))
    error_s = recording.samples.time_s - rows[:, 0] - 0.02
    assert np.abs(error_s).max() < 0.005 + late_s / 10
    assert recording.sampling_rate_hz == pytest.approx(rate_hz, rel=1e-3)
    assert recording.loss_pct == 0
    assert recording.notes[0].startswith(
        f"Readings came in packets of {size} that carry the time of their arrival, up to"
    )


def test_packets_may_differ_in_size() -> None:
    rows = walk(DURATION_S, rate_hz=104.0)
    sizes = np.random.default_rng(1).integers(3, 9, len(rows))
    recording = read(arrived(rows, np.repeat(np.arange(len(sizes)), sizes)[: len(rows)], 0.012, 1))
    assert np.abs(recording.samples.time_s - rows[:, 0] - 0.02).max() < 0.005


@pytest.mark.parametrize(("lost_share", "right_share"), [(0.02, 0.99), (0.1, 0.9)])
@pytest.mark.parametrize(("rate_hz", "size"), [(52.0, 6), (104.0, 8), (208.0, 14)])
def test_lost_packets_are_missing_where_they_were_lost(
    rate_hz: float, size: int, lost_share: float, right_share: float
) -> None:
    rows = walk(DURATION_S, rate_hz=rate_hz)
    packet = np.arange(len(rows)) // size
    kept = (np.random.default_rng(5).random(packet[-1] + 1) >= lost_share)[packet]
    recording = read(arrived(rows, packet, 0.012, 3)[kept])
    assert recording.sampling_rate_hz == pytest.approx(rate_hz, rel=2e-3)
    assert recording.loss_pct == pytest.approx(100.0 * np.mean(~kept), abs=1.0)
    assert np.mean(np.abs(recording.samples.time_s - rows[kept, 0] - 0.02) < 0.005) > right_share


def test_a_second_of_congestion_is_not_lost() -> None:
    rows = walk(DURATION_S, rate_hz=104.0)
    stamped = arrived(rows, np.arange(len(rows)) // 6, 0.012, 3)
    held = (stamped[:, 0] > 12.0) & (stamped[:, 0] < 13.5)
    stamped[held, 0] += 0.15
    stamped[:, 0] = np.maximum.accumulate(stamped[:, 0])
    recording = read(stamped)
    assert recording.loss_pct == 0
    assert np.abs(recording.samples.time_s - rows[:, 0] - 0.02).max() < 0.005


def stamped_backwards(time_s: Floats, size: int, nominal: float) -> Floats:
    """Each packet's arrival less the readings that follow in it, at a rate that is `nominal` times the sensor's."""
    packet = np.arange(len(time_s)) // size
    last = np.minimum((packet + 1) * size, len(time_s)) - 1
    late_s = 0.02 + np.random.default_rng(2).exponential(0.012, packet[-1] + 1)
    arrival_s = np.maximum.accumulate(time_s[last] + late_s[packet])
    return arrival_s - (last - np.arange(len(time_s))) * (time_s[1] - time_s[0]) / nominal


@pytest.mark.parametrize("nominal", [1.0, 0.97])
@pytest.mark.parametrize("size", [2, 6, 25])
def test_packets_stamped_backwards_from_their_arrival_are_timed_evenly(size: int, nominal: float) -> None:
    rows = walk(DURATION_S, rate_hz=104.0)
    true_s = rows[:, 0].copy()
    rows[:, 0] = np.round(stamped_backwards(true_s, size, nominal), 4)
    recording = read(rows)
    assert recording.loss_pct == 0
    assert np.abs(recording.samples.time_s - true_s - 0.02).max() < 0.005


@pytest.mark.parametrize("rate_hz", [52.0, 104.0, 208.0, 1000.0])
def test_stamps_in_ticks_of_the_host_are_timed_evenly(rate_hz: float) -> None:
    rows = walk(DURATION_S, rate_hz=rate_hz)
    true_s = rows[:, 0].copy()
    rows[:, 0] = np.floor(true_s / 0.015625) * 0.015625
    recording = read(rows)
    assert recording.sampling_rate_hz == pytest.approx(rate_hz, rel=1e-3)
    assert recording.loss_pct == 0
    assert np.ptp(recording.samples.time_s - true_s) < 0.004


@pytest.mark.parametrize("rate_hz", [52.0, 104.0, 400.0])
@pytest.mark.parametrize("jitter_s", [0.006, 0.012])
def test_stamps_that_scatter_by_about_an_interval_are_timed_evenly(rate_hz: float, jitter_s: float) -> None:
    rows = walk(DURATION_S, rate_hz=rate_hz)
    true_s = rows[:, 0].copy()
    rows[:, 0] += np.random.default_rng(3).normal(0.0, jitter_s, len(rows))
    recording = read(rows)
    assert recording.sampling_rate_hz == pytest.approx(rate_hz, rel=2e-3)
    assert recording.loss_pct < 0.1
    assert np.ptp(recording.samples.time_s - true_s) < jitter_s

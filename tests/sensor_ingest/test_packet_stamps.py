"""Packets stamped on arrival: their readings are timed evenly, or left as they are where packets were lost."""

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


@pytest.mark.parametrize("lost_share", [0.02, 0.1])
def test_where_packets_were_lost_their_gaps_stay(lost_share: float) -> None:
    rows = walk(DURATION_S, rate_hz=104.0)
    packet = np.arange(len(rows)) // 8
    stamped = arrived(rows, packet, 0.012, 3)
    kept = np.random.default_rng(5).random(packet[-1] + 1) >= lost_share
    recording = read(stamped[kept[packet]])
    assert recording.loss_pct > 0
    assert not any("timed evenly" in note for note in recording.notes)

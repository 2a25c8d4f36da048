"""A pair of pods with clocks of their own, timed live from nothing but when their packets arrive."""

from __future__ import annotations

import numpy as np

from surefoot.analysis.model import Floats
from surefoot.sensor_ingest.recording.clock_fit import ClockFit, ClockMapping
from surefoot.sensor_ingest.recording.clock_steering import FIRST_MAPPING_AFTER_S, session_times, steer
from tests.sensor_ingest.wire import arrivals

LINKS = [(0.015, 0.02), (0.03, 0.15), (0.05, 0.02), (0.05, 0.30)]
PUBLISH_S = 2.0


def live_times(ticks_us: Floats, arrivals_s: Floats, boot: int = 1) -> Floats:
    """(n,) session times of the last samples as a run gives them: each by the mapping in force when it arrives."""
    fit, published_s = ClockFit(boot), 0.0
    mappings: list[ClockMapping] = []
    times_s = np.full(len(ticks_us), np.nan)
    given = 0
    for row, (tick_us, arrival_s) in enumerate(zip(ticks_us, arrivals_s, strict=True)):
        fit.add_arrival(int(tick_us), arrival_s)
        if fit.span_s >= (published_s + PUBLISH_S if mappings else FIRST_MAPPING_AFTER_S):
            estimate = fit.estimate()
            assert estimate is not None
            join_us = int(ticks_us[given - 1]) if given else 0
            steered = steer(mappings, estimate, join_us)
            mappings = [old for old in mappings if old.tick0_us < steered[0].tick0_us][-2:] + list(steered)
            published_s = fit.span_s
        if mappings:
            times_s[given : row + 1] = session_times(mappings, ticks_us[given : row + 1])
            given = row + 1
    return times_s


def pair_errors_s(
    seed: int, duration_s: float, link: tuple[float, float], drifts_ppm: tuple[float, float]
) -> tuple[Floats, Floats]:
    """Pod time and left minus right error of a pair of pods that start up to 200 ms apart."""
    rng = np.random.default_rng(seed)
    errors = []
    for side, drift_ppm in enumerate(drifts_ppm):
        ticks_us, arrivals_s, true_s = arrivals(
            2 * seed + side,
            duration_s,
            interval_s=link[0],
            retransmitted=link[1],
            drift_ppm=drift_ppm,
            start_s=float(rng.uniform(0.0, 0.2)),
        )
        errors.append(live_times(ticks_us, arrivals_s) - true_s)
    return (ticks_us - ticks_us[0]) * 1e-6, errors[0] - errors[1]

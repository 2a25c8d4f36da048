"""What a watch would have kept of a simulated run, from the simulator's truth."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from surefoot.analysis.model import Floats, Foot
from surefoot.firmware_sim.body.truth import TrueStrides
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from tests.sensor_ingest.watches.watch_files import START_UNIX_S, Kept, fit_file

SMOOTHED_S = 6
"""A watch shows the mean rhythm of so many seconds."""
LAP_M, CLIMB_M = 600.0, 8.0
CENTRE_DEG = (48.1, 11.5)
BAD_GPS_M = 1.5


def kept_by_watch(truth: Mapping[Foot, TrueStrides], seed: int = 1) -> list[Kept]:
    """A point per second of the session clock, on a round course with a hill."""
    end_s = int(max(strides.next_initial_contact_s[-1] for strides in truth.values()))
    seconds = np.arange(1.0, end_s + 1.0)
    rhythm, speed_mps = (_recent(truth, seconds, name) for name in ("rhythm", "speed"))
    covered_m = np.cumsum(speed_mps)
    noise_m = np.random.default_rng(seed).normal(0.0, BAD_GPS_M, (2, len(seconds)))
    angle = 2.0 * math.pi * covered_m / LAP_M
    north_m = LAP_M / (2.0 * math.pi) * np.sin(angle) + noise_m[0]
    east_m = LAP_M / (2.0 * math.pi) * np.cos(angle) + noise_m[1]
    metres_per_deg = 111_195.0
    return [
        Kept(
            int(seconds[k]),
            CENTRE_DEG[0] + north_m[k] / metres_per_deg,
            CENTRE_DEG[1] + east_m[k] / metres_per_deg / math.cos(math.radians(CENTRE_DEG[0])),
            520.0 + 0.5 * CLIMB_M * (1.0 - math.cos(angle[k])),
            min(100 + k // 4, 165),
            round(rhythm[k]),
            float(covered_m[k]),
        )
        for k in range(len(seconds))
    ]


def _recent(truth: Mapping[Foot, TrueStrides], seconds: Floats, name: str) -> Floats:
    """(n,) mean over both feet of the strides that ended in the last seconds; 0 without one."""
    ends_s = np.concatenate([strides.next_initial_contact_s for strides in truth.values()])
    values = np.concatenate(
        [60.0 / strides.stride_time_s if name == "rhythm" else strides.speed_mps for strides in truth.values()]
    )
    within = [(ends_s > second - SMOOTHED_S) & (ends_s <= second) for second in seconds]
    return np.array([values[each].mean() if each.any() else 0.0 for each in within])


def watch_fit(run: RunFolder, kept: list[Kept], *, ahead_s: int = 0) -> bytes:
    """The FIT file of a run's watch, whose clock is ahead."""
    return fit_file(kept, late_s=round(run.manifest.created_utc.timestamp()) - START_UNIX_S + ahead_s)

"""Strides written down by hand, for the units that come after measuring."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from surefoot.analysis.metrics import STRIDE_METRICS
from surefoot.analysis.model import Floats, Foot, Strides


def contacts(start_s: float, count: int, stride_s: float) -> Floats:
    """(count + 1,) evenly spaced initial contacts."""
    return start_s + stride_s * np.arange(count + 1, dtype=np.float64)


def strides(
    foot: Foot,
    contact_times_s: Floats | Sequence[float],
    *,
    contact_s: Floats | float = 0.25,
    running: Sequence[bool] | bool = True,
) -> Strides:
    """The strides between consecutive initial contacts."""
    begin_s, end_s = np.asarray(contact_times_s[:-1], float), np.asarray(contact_times_s[1:], float)
    count, stride_s = len(begin_s), end_s - begin_s
    on_ground_s = np.broadcast_to(np.asarray(contact_s, float), count).copy()
    metrics = {key: np.ones(count) for key in STRIDE_METRICS} | {
        "stride_time_s": stride_s,
        "step_time_s": 0.5 * stride_s,
        "ground_contact_time_s": on_ground_s,
        "swing_time_s": stride_s - on_ground_s,
        "flight_time_s": 0.5 * stride_s - on_ground_s,
        "duty_factor": on_ground_s / stride_s,
    }
    return Strides(
        foot,
        begin_s,
        begin_s + on_ground_s,
        end_s,
        np.broadcast_to(np.asarray(running, bool), count).copy(),
        np.ones(count),
        np.zeros(count, np.int64),
        metrics,
    )

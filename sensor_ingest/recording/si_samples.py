"""Packets' counts as samples in SI units on the session clock."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Bools, Floats, Foot, Samples
from surefoot.sensor_ingest.protocol import Packet, PodInfo
from surefoot.sensor_ingest.recording.clock_fit import ClockMapping
from surefoot.sensor_ingest.recording.clock_steering import session_times

_FULL_SCALE_COUNTS = 32768.0
_CLIPPED_COUNTS = 32767


def to_si_samples(
    foot: Foot,
    info: PodInfo,
    packets: Sequence[Packet],
    mappings: Sequence[ClockMapping],
    ticks_us: Floats,
) -> Samples:
    """Packets of one boot as samples in SI units on the session clock; `ticks_us` has shape (samples,)."""
    counts = np.concatenate([packet.counts for packet in packets]).astype(np.float64)
    clipped: Bools = np.any(np.abs(counts) >= _CLIPPED_COUNTS, axis=1)
    gyr_clipped: Bools = np.any(np.abs(counts[:, 3:]) >= _CLIPPED_COUNTS, axis=1)
    return Samples(
        foot,
        session_times(mappings, ticks_us),
        counts[:, :3] * (info.acc_range_g * STANDARD_GRAVITY_MPS2 / _FULL_SCALE_COUNTS),
        counts[:, 3:] * (math.radians(info.gyr_range_dps) / _FULL_SCALE_COUNTS),
        clipped,
        gyr_clipped,
    )

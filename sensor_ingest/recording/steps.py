"""Whether a foot walks or runs, from its turning alone: light enough for whole recordings, blunt enough for any gait.

It only serves the rule for the end of a run; strides are measured by the analysis.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from surefoot.analysis.companions import CompanionReading
from surefoot.analysis.foot_pod_run import is_moving
from surefoot.analysis.model import Floats, Ints, Samples
from surefoot.sensor_ingest.protocol import Packet

SWING_DPS, STANCE_DPS = 200.0, 120.0
"""A foot that turns faster swings, one that turns more slowly stands or is between both; slow walking swings at 250."""
GAIT_SWINGS, GAIT_HALF_WINDOW_S = 4, 4.0
"""So many swings around one, within this time before and after it, are gait; fewer are shuffling about."""


class StepsSeen:
    """Follows one foot as its samples come; how they are cut does not matter.

    `last_s` is the time of its last step, on the clock of the samples, None before there is one; `newest_s` that of its
    last sample.
    """

    def __init__(self) -> None:
        self.last_s: float | None = None
        self.newest_s = 0.0
        self._decided_dps = SWING_DPS + 1.0
        self._swings_us: Floats = np.empty(0)

    def push(self, samples: Samples) -> None:
        """Take the samples that follow."""
        rates_dps = np.concatenate(([self._decided_dps], np.degrees(np.linalg.norm(samples.gyr_radps, axis=1))))
        self._decided_dps = float(rates_dps[_decided(rates_dps)[-1]])
        swings_us = 1e6 * samples.time_s[_swings(rates_dps) - 1]
        self.newest_s = float(samples.time_s[-1])
        if len(swings_us):
            known_us = np.concatenate((self._swings_us, swings_us))
            steps_us = _in_gait(known_us)
            self.last_s = float(steps_us[-1]) * 1e-6 if len(steps_us) else self.last_s
            self._swings_us = known_us[known_us > known_us[-1] - 2e6 * GAIT_HALF_WINDOW_S]


class FootPodSteps:
    """Follows a foot pod of another maker, as `StepsSeen` does a foot."""

    def __init__(self) -> None:
        self.last_s: float | None = None
        self.newest_s = 0.0

    def push(self, reading: CompanionReading) -> None:
        """Take what it says next."""
        self.newest_s = reading.time_s
        self.last_s = reading.time_s if is_moving(reading) else self.last_s


def step_ticks_us(packets: Sequence[Packet], gyr_range_dps: int) -> Ints:
    """(n,) ticks at which a foot swings while it walks or runs.

    Parameters
    ----------
    packets : of one boot, in order; some may be missing.
    """
    if not packets:
        return np.empty(0, dtype=np.int64)
    ticks_us = np.concatenate([packet.ticks_us for packet in packets])
    counts = np.concatenate([packet.counts[:, 3:] for packet in packets]).astype(np.float64)
    swings_us = ticks_us[_swings(np.linalg.norm(counts, axis=1) * (gyr_range_dps / 32768.0))]
    return _in_gait(swings_us).astype(np.int64)


def _swings(rates_dps: Floats) -> Ints:
    """Indices at which a swing begins: the first fast sample after a slow one."""
    decided = _decided(rates_dps)
    fast = rates_dps[decided] > SWING_DPS
    begins: Ints = decided[1:][fast[1:] & ~fast[:-1]]
    return begins


def _decided(rates_dps: Floats) -> Ints:
    """Indices at which a foot surely swings, or does not."""
    return np.flatnonzero((rates_dps > SWING_DPS) | (rates_dps < STANCE_DPS))


def _in_gait(swings_us: Floats) -> Floats:
    half_us = 1e6 * GAIT_HALF_WINDOW_S
    around = np.searchsorted(swings_us, swings_us + half_us) - np.searchsorted(swings_us, swings_us - half_us)
    return swings_us[around >= GAIT_SWINGS]

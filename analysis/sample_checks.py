"""What is checked of one foot's samples before they are analysed."""

from __future__ import annotations

from typing import Literal

import numpy as np

from surefoot.analysis.model import Bools, Foot, Samples

GyrUnit = Literal["rad/s", "deg/s"]
"""Unit of angular rate."""
MAX_HUMAN_RATE_RADPS = 60.0
"""√3 × 2000 °/s. The root-mean-square rate of a sprinter's foot is a quarter of it; of a foot that walks at 0.5 m/s,
taken in °/s, more than it."""
MIN_MOVING_SECONDS = 5
"""Seconds of movement from which the unit of angular rate is judged."""


class SampleGate:
    """Checks and converts one foot's samples; knows what came before.

    Attributes
    ----------
    last_s : time of the last sample that was admitted.
    dropped : readings left out so far because a number was missing.
    """

    def __init__(self, foot: Foot, unit: GyrUnit | None) -> None:
        self.foot = foot
        self.last_s = -np.inf
        self.dropped = 0
        self._unit = unit
        self._has_gyroscope: bool | None = None

    def admit(self, samples: Samples) -> Samples:
        """The samples in rad/s, without the rows that hold no number; ValueError if their times are out of order."""
        samples = self._drop_rows(samples)
        if not len(samples):
            return samples
        self._check_order(samples)
        self.last_s = float(samples.time_s[-1])
        return samples.in_radps() if self._unit == "deg/s" else samples

    def check_unit(self, moving_rates_radps: list[float]) -> None:
        """ValueError if the root-mean-square rates of moving seconds are no foot's in rad/s."""
        if self._unit is not None or len(moving_rates_radps) < MIN_MOVING_SECONDS:
            return
        rate = float(np.median(moving_rates_radps))
        if rate > MAX_HUMAN_RATE_RADPS:
            raise ValueError(
                f"push: gyr_radps of the {self.foot} foot is {rate:.0f} while it moves, more than a foot can do in "
                'rad/s: it seems to be °/s. Give unit="deg/s", or unit="rad/s" if it is right.'
            )

    def _drop_rows(self, samples: Samples) -> Samples:
        if self._has_gyroscope is None and len(samples):
            self._has_gyroscope = bool(np.isfinite(samples.gyr_radps).all(axis=1).any())
        complete = complete_rows(samples, gyroscope=bool(self._has_gyroscope))
        if complete.all():
            return samples
        self.dropped += int((~complete).sum())
        return samples.at(complete)

    def _check_order(self, samples: Samples) -> None:
        time_s = samples.time_s
        if time_s[0] <= self.last_s:
            raise ValueError(f"push: {self.foot} samples begin at {time_s[0]} s, not after those before")
        back = np.flatnonzero(np.diff(time_s) <= 0.0)
        if len(back):
            first, then = time_s[back[0]], time_s[back[0] + 1]
            raise ValueError(f"push: time_s of the {self.foot} samples goes from {first} to {then} s; it must increase")


def complete_rows(samples: Samples, *, gyroscope: bool) -> Bools:
    """(n,) whether all numbers of a row are known, angular rate only of a pod with a gyroscope."""
    complete: Bools = np.isfinite(samples.time_s) & np.isfinite(samples.acc_mps2).all(axis=1)
    return complete & np.isfinite(samples.gyr_radps).all(axis=1) if gyroscope else complete

"""Vibration of shoe and pod after each landing, in rotation and position."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surefoot.analysis.model import Floats

MAX_DURATION_S = 0.25
"""Ringing is cut off after this time."""
ONSET_S = 0.008
DECAY_S = 2.0 * ONSET_S
ENVELOPE_PEAK = (1.0 / 3.0) * (8.0 / 9.0) ** 4
"""Peak of exp(-t / DECAY_S) (1 - exp(-t / ONSET_S))⁴, by which the envelope is normalised."""


@dataclass(frozen=True, slots=True)
class ImpactRinging:
    """A damped oscillation of every pose channel after each landing.

    Parameters
    ----------
    landing_s : (r,) start of each oscillation.
    rate_radps : (r,) angular frequency.
    amplitude : (r, 7) complex amplitude of each channel (rad, m).
    """

    landing_s: Floats
    rate_radps: Floats
    amplitude: NDArray[np.complex128]

    def on_loose_pod(self, times: float, rate_hz: float) -> ImpactRinging:
        """Ringing of a loose pod at `rate_hz`, with `times` the angular-rate amplitude of a tight one."""
        rate_radps = np.full_like(self.rate_radps, 2.0 * np.pi * rate_hz)
        return ImpactRinging(
            self.landing_s, rate_radps, self.amplitude * (times * self.rate_radps / rate_radps)[:, None]
        )

    def at(self, time_s: Floats) -> Floats:
        """Displacement of each channel with two derivatives, (n, 7, 3)."""
        out = np.zeros((len(time_s), 7, 3))
        row = np.searchsorted(self.landing_s, time_s, side="right") - 1
        since = time_s - self.landing_s[np.maximum(row, 0)]
        near = np.flatnonzero((row >= 0) & (since < MAX_DURATION_S))
        wave = _onset_wave(since[near], self.rate_radps[row[near]])
        out[near] = (self.amplitude[row[near], :, None] * wave[:, None, :]).real
        return out


def _onset_wave(since_s: Floats, rate_radps: Floats) -> NDArray[np.complex128]:
    """Wave exp(st) (1 - exp(-t / ONSET_S))⁴ with two derivatives, (n, 3); its envelope has peak 1."""
    wave = np.zeros((len(since_s), 3), dtype=np.complex128)
    for order, weight in enumerate((1.0, -4.0, 6.0, -4.0, 1.0)):
        pole = -1.0 / DECAY_S + 1j * rate_radps - order / ONSET_S
        term = weight / ENVELOPE_PEAK * np.exp(pole * since_s)
        for d in range(3):
            wave[:, d] += term * pole**d
    return wave

"""Typical stride and contact times at a speed, and the pitch-rate curve of walking and running strides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Floats, Ints

STILL, WALK, RUN = 0, 1, 2
GAIT_NAMES = np.array(["still", "walk", "run"])
STANDING_STEP_MPS = 1.0
"""Walking speed by which the first and last step of a stand are shaped."""


@dataclass(frozen=True, slots=True)
class StrideShape:
    """Knots of the pitch rate over a stride; every gait has the same number of knots.

    Parameters
    ----------
    landing_s : (8,) after initial contact; the last is foot flat.
    landing_pulse : (8,) shape of the toes-down rate after landing; scaled so that the foot ends flat.
    impact_s : duration of the impact, in which the landing velocity is stopped.
    push_off_fraction : duration of push-off relative to contact time.
    peak_lead_s : from the pitch-rate peak of push-off to terminal contact. In running on force plates the toes still
        bear load about 20 ms after the rear of the shoe turns fastest.
    push_at : (6,) before terminal contact, as fractions of the push-off.
    push : (7,) rate relative to its peak, at `push_at` and at terminal contact.
    swing_at : (14,) after terminal contact, as fractions of the swing; the last is the next initial contact.
    follow : (14,) rate relative to the push-off peak.
    late_follow : (14,) added to `follow` per m/s of `StrideVariation.shoulder_mps`.
    brake_s : time before landing in which the forward swing is stopped.
    swing_lobe : (14,) shape of the toes-up rate in swing; scaled so that the foot meets its landing angle.
    """

    landing_s: Floats
    landing_pulse: Floats
    impact_s: float
    push_off_fraction: float
    peak_lead_s: float
    push_at: Floats
    push: Floats
    swing_at: Floats
    follow: Floats
    late_follow: Floats
    brake_s: float
    swing_lobe: Floats


RUNNING = StrideShape(
    landing_s=np.array([0, 7, 14, 21, 28, 36, 45, 54]) * 1e-3,
    landing_pulse=np.array([0, 0.25, 0.65, 0.95, 1, 0.68, 0.2, 0]),
    impact_s=0.031,
    push_off_fraction=0.40,
    peak_lead_s=0.020,
    push_at=np.array([1, 0.78, 0.58, 0.40, 0.24, 0.10]),
    push=np.array([0, 0.2, 0.46, 0.69, 0.87, 0.985, 1]),
    swing_at=np.array([0.05, 0.10, 0.135, 0.17, 0.21, 0.29, 0.36, 0.46, 0.58, 0.68, 0.77, 0.86, 0.93, 1]),
    follow=np.array([0.94, 0.8, 0.58, 0.2, 0.1, 0.11, 0.03, 0, 0, 0, 0, 0, 0, 0]),
    late_follow=np.array([0, -0.04, -0.04, 0.01, 0.05, 0.24, 0.14, 0, 0, 0, 0, 0, 0, 0]),
    brake_s=0.12,
    swing_lobe=np.array([0, 0, 0, 0, 0, 0, 0.06, 0.5, 0.95, 0.93, 0.99, 0.97, 0.62, 0]),
)
WALKING = StrideShape(
    landing_s=np.array([0, 12, 25, 45, 70, 95, 120, 145]) * 1e-3,
    landing_pulse=np.array([0, 0.3, 0.6, 0.95, 1, 0.62, 0.14, 0]),
    impact_s=0.038,
    push_off_fraction=0.33,
    peak_lead_s=0.010,
    push_at=np.array([1, 0.78, 0.58, 0.40, 0.24, 0.10]),
    push=np.array([0, 0.12, 0.3, 0.48, 0.68, 0.9, 1]),
    swing_at=np.array([0.05, 0.095, 0.13, 0.165, 0.2, 0.27, 0.35, 0.45, 0.58, 0.68, 0.77, 0.86, 0.93, 1]),
    follow=np.array([0.97, 0.75, 0.1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    late_follow=np.zeros(14),
    brake_s=0.15,
    swing_lobe=np.array([0, 0, 0, 0.6, 0.8, 0.7, 0.9, 0.98, 0.95, 0.85, 0.95, 1, 0.62, 0]),
)
STRIDE_SHAPES = (WALKING, WALKING, RUNNING)
LANDING_KNOTS, PUSH_KNOTS, SWING_KNOTS = 8, 7, 14


def per_stride(name: str, gait: Ints) -> Floats:
    """One field of `StrideShape` for each stride's gait, (strides, …)."""
    return np.stack([np.asarray(getattr(shape, name), dtype=np.float64) for shape in STRIDE_SHAPES])[gait]


def by_gait(gait: Ints, walk: Floats | float, run: Floats | float) -> Floats:
    """The running value for running strides, otherwise the walking value, (strides,)."""
    return np.where(gait == RUN, run, walk)


def stride_time_s(gait: Ints, speed_mps: Floats) -> Floats:
    """Typical stride time, (strides,): 160–190 steps/min running, 1.4–0.95 s walking."""
    return by_gait(gait, 1.4 - 0.346 * (speed_mps - 0.6), 0.745 - 0.018 * speed_mps)


def contact_time_s(gait: Ints, speed_mps: Floats, stride_s: Floats) -> Floats:
    """Typical contact time, (strides,): a duty factor in walking, a power law of speed in running."""
    duty = np.clip(0.68 - 0.0615 * (speed_mps - 0.6), 0.58, 0.7)
    return by_gait(gait, duty * stride_s, 0.465 * np.clip(speed_mps, 1.0, 7.5) ** -0.6)

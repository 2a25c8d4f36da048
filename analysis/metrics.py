"""The vocabulary: every metric's key, unit, name, meaning and usual range, once, for the tables, the boards and the
report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Metric:
    """One thing that is measured per stride.

    Parameters
    ----------
    key : name in every table and message; ends in the unit.
    unit : symbol for people; `scale` leads from the stored value to it.
    description : one sentence in a runner's words.
    definition : one sentence for someone who wants to compute it.
    typical_run, typical_walk : range (in the stored unit) in which most healthy adults lie, with its source.
    compared : whether left and right are compared in percent, which makes no sense where a value may cross zero.
    """

    key: str
    label: str
    unit: str
    scale: float
    decimals: int
    description: str
    definition: str
    typical_run: tuple[float, float] | None
    typical_walk: tuple[float, float] | None
    source: str
    compared: bool = True


_NOVACHECK = "Novacheck 1998, The biomechanics of running"
_PERRY = "Perry and Burnfield 2010, Gait Analysis"

_METRICS = (
    Metric(
        "stride_time_s", "Stride time", "s", 1.0, 3,
        "How long one full cycle of the same foot takes.",
        "Initial contact to the next initial contact of the same foot.",
        (0.60, 0.80), (0.95, 1.25), _NOVACHECK,
    ),
    Metric(
        "step_time_s", "Step time", "ms", 1000.0, 0,
        "How long it takes from this foot landing to the other foot landing.",
        "Initial contact to the next initial contact of the other foot.",
        (0.30, 0.40), (0.47, 0.63), _NOVACHECK,
    ),
    Metric(
        "ground_contact_time_s", "Ground contact", "ms", 1000.0, 0,
        "How long the foot stays on the ground in one step; it shortens as you run faster.",
        "Initial contact to terminal contact, where the foot bears more than about 50 N.",
        (0.18, 0.32), (0.57, 0.80), _NOVACHECK,
    ),
    Metric(
        "swing_time_s", "Swing", "ms", 1000.0, 0,
        "How long the foot is off the ground in one stride.",
        "Terminal contact to the next initial contact of the same foot.",
        (0.38, 0.55), (0.36, 0.48), _NOVACHECK,
    ),
    Metric(
        "flight_time_s", "Flight", "ms", 1000.0, 0,
        "How long both feet are in the air after this foot leaves the ground; below zero both are on it.",
        "Terminal contact to the next initial contact of the other foot, negative in double support.",
        (0.03, 0.16), (-0.16, -0.08), _NOVACHECK, compared=False,
    ),
    Metric(
        "duty_factor", "Duty factor", "%", 100.0, 1,
        "The share of the stride that the foot is on the ground; running is below a half.",
        "Ground contact time divided by stride time.",
        (0.25, 0.45), (0.58, 0.66), _PERRY,
    ),
)  # fmt: skip

STRIDE_METRICS: Mapping[str, Metric] = MappingProxyType({metric.key: metric for metric in _METRICS})
"""Registry key → metric, in the order in which people read them."""

CADENCE = Metric(
    "cadence_spm", "Cadence", "steps/min", 1.0, 1,
    "How many steps you take in a minute, both feet together.",
    "120 divided by the mean stride time in seconds.",
    (155.0, 190.0), (95.0, 125.0), _NOVACHECK, compared=False,
)  # fmt: skip
"""The one number of both feet together."""

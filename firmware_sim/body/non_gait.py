"""Non-gait activities: fidgeting, jumping, lacing a shoe, tapping a pod, lifting a foot, what is done on one leg."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from surefoot.analysis.model import Floats, Foot
from surefoot.firmware_sim.body.monotone_spline import monotone_nodes
from surefoot.firmware_sim.body.one_leg import TrueBalance, TrueRaise, one_leg
from surefoot.firmware_sim.body.pose import MIRROR_TO_RIGHT, quintic_hermite
from surefoot.firmware_sim.body.runner_profile import NonGaitActivity, PlannedBout

SETTLE_S, LEAD_OUT_S = 1.8, 0.4
"""Time left free after the start and before the end of a bout, in which the foot comes to rest or sets off."""
CHANNEL_UNITS = np.array([*np.radians([-1.0, 1.0, 1.0, 1.0]), 0.01, 0.01, 0.01])
"""Units of the keyframe columns: degrees of inversion, toes down, toe-out and veer; cm forward, outward and up."""


@dataclass(frozen=True, slots=True)
class Gesture:
    """One movement that starts and ends in standing.

    Parameters
    ----------
    length_s, pause_s : range of the duration, and of the pause before it.
    keyframes : fraction of the duration, then the seven channels of a left foot in `CHANNEL_UNITS`.
    both_feet : both feet move at once; otherwise one foot, drawn at random.
    """

    length_s: tuple[float, float]
    pause_s: tuple[float, float]
    keyframes: tuple[tuple[float, ...], ...]
    both_feet: bool = False


GESTURES: Mapping[NonGaitActivity, tuple[Gesture, ...]] = {
    "fidget": (
        Gesture((0.8, 2.5), (0.1, 1.0), ((0.3, 24, 0, 3, 0, 0, 2.5, 0.6), (0.7, 22, 2, 4, 0, 0, 2.4, 0.6))),
        Gesture((0.6, 1.5), (0.1, 1.0), ((0.3, 3, 35, 0, 0, 2, 0, 8), (0.6, 5, 38, -8, 0, 2, 0, 9))),
        Gesture((0.3, 0.6), (0.1, 0.5), ((0.5, -4, -16, 0, 0, 0, 0, 0.5),)),
        Gesture((0.5, 1.0), (0.2, 1.0), ((0.35, 8, 12, -10, 0, 5, 4, 4), (0.7, 2, 4, -6, 0, 6, 3, 0.5))),
    ),
    "jump": (
        Gesture(
            (0.62, 0.75),
            (0.2, 1.0),
            (
                (0.22, 2, 30, 0, 0, 4, 0, 8),
                (0.5, 5, 42, 0, 0, 6, 0, 24),
                (0.76, 6, 18, 0, 0, 3, 0, 4),
                (0.82, 1, 2, 0, 0, 0.6, 0, 0.4),
                (0.86, -2, -1, 0, 0, 0, 0, -0.3),
            ),
            both_feet=True,
        ),
    ),
    "lace": (
        Gesture(
            (6.0, 9.0),
            (0.5, 1.5),
            (
                (0.10, 5, -22, 3, 0, 20, 0, 34),
                (0.30, 5, -22, 3, 0, 20, 0, 34),
                (0.315, -4, -24, 8, 0, 20, 0.8, 34.5),
                (0.34, 6, -21, 2, 0, 20, 0, 34),
                (0.50, 6, -21, 2, 0, 20, 0, 34),
                (0.515, 14, -19, -5, 0, 20, -1, 34.6),
                (0.54, 5, -22, 3, 0, 20, 0, 34),
                (0.90, 5, -22, 3, 0, 20, 0, 34),
            ),
        ),
    ),
    "shuffle": (Gesture((0.35, 0.6), (0.05, 0.3), ((0.4, 3, 16, 3, 0, 5, 1, 4), (0.7, -2, -4, 2, 0, 8, 1, 1))),),
    "side_step": (
        Gesture(
            (1.0, 1.5),
            (0.0, 0.3),
            (
                (0.14, -6, 12, 2, 0, 0, 16, 6),
                (0.28, 9, 0, 4, 0, 0, 32, 0),
                (0.32, 0, 0, 4, 0, 0, 32, 0),
                (0.60, 0, 0, 4, 0, 0, 32, 0),
                (0.76, 10, 10, 2, 0, 0, 16, 6),
                (0.92, -4, 0, 0, 0, 0, 0.5, 0.3),
            ),
        ),
    ),
    "backward": (
        Gesture(
            (1.1, 1.5),
            (0.0, 0.2),
            (
                (0.2, 6, 28, -4, 0, -22, 1, 10),
                (0.4, 4, 12, 0, 0, -44, 0, 1.5),
                (0.46, 0, 0, 0, 0, -45, 0, 0),
                (0.62, 0, 0, 0, 0, -45, 0, 0),
                (0.8, 4, 22, 3, 0, -20, 0, 9),
                (0.94, 5, -14, 0, 0, -1, 0, 1),
            ),
        ),
    ),
    "stumble": (
        Gesture(
            (0.45, 0.8),
            (0.4, 2.0),
            (
                (0.15, 10, 26, -8, 0, 10, 2, 6),
                (0.35, -6, 5, 6, 0, 26, 3, 5),
                (0.45, 14, -4, 2, 0, 28, 3, 0.5),
                (0.55, 2, 0, 0, 0, 28, 3, 0),
                (0.75, 2, 18, 0, 0, 14, 1, 4),
            ),
        ),
    ),
    "tap": (
        Gesture((0.020, 0.035), (0.15, 0.6), ((0.45, 1.2, 0.5, 0.4, 0, 0.02, -0.03, -0.08),)),
        Gesture((0.020, 0.035), (0.15, 0.6), ((0.45, -1.6, -0.8, 0.5, 0, -0.03, 0.05, -0.06),)),
    ),
    "lift": (Gesture((1.5, 3.0), (1.2, 2.0), ((0.25, 3, 25, 0, 0, -5, 1, 18), (0.7, 4, 20, 2, 0, -4, 1, 16))),),
}


@dataclass(frozen=True, slots=True)
class NonGaitMotion:
    """Displacement of one foot by its gestures, added to its strides.

    Parameters
    ----------
    knot_s : (m,)
    nodes : (m, 7, 3) displacement of the pose channels with two derivatives, zero at both ends.
    raises, balances : what was done on this leg alone.
    """

    knot_s: Floats
    nodes: Floats
    raises: Sequence[TrueRaise] = ()
    balances: Sequence[TrueBalance] = ()

    def at(self, time_s: Floats) -> Floats:
        """Displacement of the channels with two derivatives, (n, 7, 3)."""
        if not len(self.knot_s):
            return np.zeros((len(time_s), 7, 3))
        return quintic_hermite(self.knot_s, self.nodes, np.clip(time_s, self.knot_s[0], self.knot_s[-1]))


def non_gait_motion(plan: Sequence[PlannedBout], ball_m: float, rng: np.random.Generator) -> dict[Foot, NonGaitMotion]:
    """Draw the gestures of both feet for the non-gait bouts of a plan.

    Parameters
    ----------
    ball_m : distance of the ball from the heel.
    """
    keyframes: dict[Foot, list[tuple[float, Floats]]] = {foot: [] for foot in Foot}
    raises: list[TrueRaise] = []
    balances: list[TrueBalance] = []
    end_s = 0.0
    for bout in plan:
        begin_s, end_s = end_s, end_s + bout.duration_s
        for gestures in [gestures for activity, gestures in GESTURES.items() if activity == bout.activity]:
            _append_gestures(keyframes, gestures, begin_s + SETTLE_S, end_s - LEAD_OUT_S, bout.foot, rng)
        if bout.activity in ("calf_raises", "balance"):
            drawn = one_leg(bout.activity, begin_s + SETTLE_S, end_s - LEAD_OUT_S, bout.foot, ball_m, rng)
            raises, balances = raises + drawn.raises, balances + drawn.balances
            for foot, rows in drawn.keyframes.items():
                keyframes[foot] += rows
    return {
        foot: replace(
            _foot_motion(rows, foot),
            raises=[each for each in raises if each.foot is foot],
            balances=[each for each in balances if each.foot is foot],
        )
        for foot, rows in keyframes.items()
    }


def _append_gestures(
    keyframes: dict[Foot, list[tuple[float, Floats]]],
    gestures: Sequence[Gesture],
    now_s: float,
    end_s: float,
    only: Foot | None,
    rng: np.random.Generator,
) -> None:
    """Append gestures of random size to the keyframes of the feet until the bout is full."""
    while True:
        gesture = gestures[int(rng.integers(len(gestures)))]
        now_s += rng.uniform(*gesture.pause_s) + 0.01
        length_s = rng.uniform(*gesture.length_s)
        if now_s + length_s > end_s:
            return
        feet = list(Foot) if gesture.both_feet else [only or list(Foot)[int(rng.integers(2))]]
        size = rng.uniform(0.6, 1.2)
        for foot in feet:
            scale = size * rng.uniform(0.9, 1.1, 7)
            scaled = [
                (fraction, scale * np.array(channels) * CHANNEL_UNITS) for fraction, *channels in gesture.keyframes
            ]
            for fraction, channels in [(0.0, np.zeros(7)), *scaled, (1.0, np.zeros(7))]:
                keyframes[foot].append((now_s + fraction * length_s, channels))
        now_s += length_s


def _foot_motion(rows: Sequence[tuple[float, Floats]], foot: Foot) -> NonGaitMotion:
    if not rows:
        return NonGaitMotion(np.empty(0), np.empty((0, 7, 3)))
    knot_s = np.array([time_s for time_s, _ in rows])
    nodes = monotone_nodes(knot_s, np.stack([channels for _, channels in rows]))
    return NonGaitMotion(knot_s, nodes * (MIRROR_TO_RIGHT if foot is Foot.RIGHT else np.ones(7))[:, None])

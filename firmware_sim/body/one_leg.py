"""Calf raises and balance on one leg: the standing foot rises on its ball or wavers, the other is held up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from surefoot.analysis.model import Floats, Foot
from surefoot.firmware_sim.body.monotone_spline import minimum_jerk
from surefoot.firmware_sim.body.stance import ANKLE_M

CHANNELS = 7
ROLL, PITCH, FORWARD, UP = 0, 1, 4, 6
LIFT_S, SETTLED_S = 1.2, 1.0
HELD = np.array([0.0, np.radians(35.0), 0.0, 0.0, -0.12, 0.0, 0.20])
"""Channels of the lifted foot of a left leg: the knee bent, the toes down, behind the body."""
RISE_NODES = np.linspace(0.0, 1.0, 9)
ANGLE_DEG, UP_S, TOP_S, DOWN_S, PAUSE_S = (20.0, 36.0), (0.5, 1.2), (0.15, 0.6), (0.6, 1.5), (0.15, 0.6)
WAVER_S, WAVER_DEG = (0.12, 0.45), (0.4, 2.0)
Rows = list[tuple[float, Floats]]
"""Time, and the seven channels of a left foot."""


@dataclass(frozen=True, slots=True)
class TrueRaise:
    """A calf raise of one leg.

    Parameters
    ----------
    top_s : when the heel is highest first.
    angle_rad : by which the foot tilts.
    """

    foot: Foot
    start_s: float
    top_s: float
    end_s: float
    angle_rad: float


@dataclass(frozen=True, slots=True)
class TrueBalance:
    """Standing on one leg, the other foot held still off the ground."""

    foot: Foot
    start_s: float
    end_s: float


@dataclass(slots=True)
class OneLeg:
    """What was drawn of one bout: both feet's keyframes, and the truth."""

    keyframes: dict[Foot, Rows] = field(default_factory=lambda: {foot: [] for foot in Foot})
    raises: list[TrueRaise] = field(default_factory=list)
    balances: list[TrueBalance] = field(default_factory=list)


def one_leg(
    activity: str, begin_s: float, end_s: float, only: Foot | None, ball_m: float, rng: np.random.Generator
) -> OneLeg:
    """Draw one bout, on one leg or first on the left and then on the right.

    Parameters
    ----------
    ball_m : distance of the ball from the heel.
    """
    found = OneLeg()
    feet: Sequence[Foot] = tuple(Foot) if only is None else (only,)
    each_s = (end_s - begin_s) / len(feet)
    for number, foot in enumerate(feet):
        first_s = begin_s + number * each_s + 0.1
        last_s = first_s + each_s - 0.2
        _hold(found.keyframes[foot.other], first_s, last_s)
        span_s = first_s + LIFT_S + SETTLED_S, last_s - LIFT_S - SETTLED_S
        if activity == "balance":
            _waver(found.keyframes[foot], *span_s, np.radians(rng.uniform(*WAVER_DEG)), rng)
            found.balances.append(TrueBalance(foot, first_s + LIFT_S, last_s - LIFT_S))
        else:
            found.raises += _raises(found.keyframes[foot], foot, *span_s, ball_m, rng)
    return found


def _hold(rows: Rows, first_s: float, last_s: float) -> None:
    """Lift a foot, hold it, and put it down."""
    share = minimum_jerk(RISE_NODES)[:, 0]
    rows += [(first_s + LIFT_S * at, HELD * part) for at, part in zip(RISE_NODES, share, strict=True)]
    rows += [(last_s - LIFT_S * (1.0 - at), HELD * (1.0 - part)) for at, part in zip(RISE_NODES, share, strict=True)]


def _waver(rows: Rows, now_s: float, end_s: float, size_rad: float, rng: np.random.Generator) -> None:
    """Tilt to and fro about the sole."""
    rows.append((now_s, np.zeros(CHANNELS)))
    while (now_s := now_s + rng.uniform(*WAVER_S)) < end_s - WAVER_S[1]:
        tilt = np.zeros(CHANNELS)
        tilt[ROLL], tilt[PITCH] = rng.normal(0.0, size_rad), rng.normal(0.0, 0.3 * size_rad)
        rows.append((now_s, tilt))
    rows.append((end_s, np.zeros(CHANNELS)))


def _raises(
    rows: Rows, foot: Foot, now_s: float, end_s: float, ball_m: float, rng: np.random.Generator
) -> list[TrueRaise]:
    """Rise on the ball and come down, again and again."""
    found: list[TrueRaise] = []
    while True:
        up_s, hold_s, down_s, pause_s = (rng.uniform(*each) for each in (UP_S, TOP_S, DOWN_S, PAUSE_S))
        if now_s + up_s + hold_s + down_s > end_s:
            return found
        angle_rad = float(np.radians(rng.uniform(*ANGLE_DEG)))
        share = minimum_jerk(RISE_NODES)[:, 0]
        top_s, done_s = now_s + up_s, now_s + up_s + hold_s + down_s
        risen = [_on_the_ball(angle_rad * part, ball_m) for part in share]
        rows += [(now_s + up_s * at, each) for at, each in zip(RISE_NODES, risen, strict=True)]
        rows += [(top_s + hold_s + down_s * at, each) for at, each in zip(RISE_NODES, reversed(risen), strict=True)]
        found.append(TrueRaise(foot, now_s, top_s, done_s, angle_rad))
        now_s = done_s + pause_s


def _on_the_ball(angle_rad: float, ball_m: float) -> Floats:
    """Channels of a foot that is tilted about its ball."""
    behind_m, above_m = ball_m - ANKLE_M[0], ANKLE_M[2]
    channels = np.zeros(CHANNELS)
    channels[PITCH] = angle_rad
    channels[FORWARD] = behind_m * (1.0 - np.cos(angle_rad)) + above_m * np.sin(angle_rad)
    channels[UP] = behind_m * np.sin(angle_rad) - above_m * (1.0 - np.cos(angle_rad))
    return channels

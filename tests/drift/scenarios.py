"""What happens on the runs: what must be found, and what must not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from surefoot.analysis.findings import Kind
from surefoot.analysis.model import Floats, Foot
from tests.drift.runs import CONTACT, EVERSION, IMPACT, Curve, RunProfile

START_MIN, END_MIN = 20.0, 40.0
"""A drift begins after twenty minutes and takes twenty."""
SUDDEN_MIN = 30.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """A run profile, and the finding that is expected: none, or a kind on a foot.

    Parameters
    ----------
    due_s : when the change becomes large enough to be found.
    target_pct : of the runs that must be found, or may at most have an alarm; NaN where nothing is asked.
    within_min : most minutes from `due_s` until it is known, median; a drift is known when a minute ends.
    times : as many runs as of others.
    inversion_event : whether the analysis is given an inversion event of that foot at `SUDDEN_MIN`.
    """

    name: str
    profile: RunProfile
    kinds: tuple[Kind, ...] = ()
    foot: Foot | None = None
    due_s: float = np.nan
    inversion_event: bool = False
    times: int = 1
    target_pct: float = 0.0
    within_min: float = np.nan


def ramp(percent: float, start_min: float = START_MIN, end_min: float = END_MIN) -> Curve:
    """A change that grows evenly and stays."""

    def grown(time_s: Floats) -> Floats:
        pct: Floats = np.interp(time_s, [60.0 * start_min, 60.0 * end_min], [0.0, percent])
        return pct

    return grown


def sudden(percent: float) -> Curve:
    """A change from one stride to the next."""
    return lambda time_s: np.where(time_s >= 60.0 * SUDDEN_MIN, percent, 0.0)


def _ground(percent: float, curve: Curve, camber_deg: float = 0.0) -> RunProfile:
    """What ground that acts on left against right does to contact, and two to four times as much to the rest."""
    shares = {CONTACT: 1.0, IMPACT: 2.0, EVERSION: 4.0}
    shift_pct = {key: _scaled(curve, share * percent) for key, share in shares.items()}
    return RunProfile(shift_pct=shift_pct, camber_deg=_scaled(curve, camber_deg))


def _high_side_rolls_in(percent: float, camber_deg: float) -> RunProfile:
    """A road out and back that does nothing else."""
    shift_pct = {EVERSION: _scaled(_out_and_back, -percent)}
    return RunProfile(shift_pct=shift_pct, camber_deg=_scaled(_out_and_back, camber_deg))


def _scaled(curve: Curve, percent: float) -> Curve:
    def scaled(time_s: Floats) -> Floats:
        pct: Floats = percent * curve(time_s)
        return pct

    return scaled


def _lap(time_s: Floats) -> Floats:
    """Half of each lap of two minutes is turned, always the same way."""
    return np.where(time_s % 60.0 < 30.0, 1.0, 0.0)


def _out_and_back(time_s: Floats) -> Floats:
    """A tilted road to one side until the run's half, and to the other on the way back."""
    return np.where(time_s < 1800.0, 0.5, -0.5)


def _hills(time_s: Floats) -> Floats:
    slope_pct: Floats = 4.0 * np.sin(time_s / 240.0)
    return slope_pct


def _paces(time_s: Floats) -> Floats:
    return np.select(
        [time_s < edge for edge in (600.0, 1200.0, 1500.0, 2100.0, 2400.0)], [0.0, 15.0, -10.0, 20.0, 0.0], 10.0
    )


def _tired(profile: RunProfile) -> RunProfile:
    for foot in Foot:
        profile = profile.with_change(
            foot, contact=ramp(6.0), impact=ramp(8.0), push_off=ramp(-8.0), eversion=ramp(10.0)
        )
    return profile


PLAIN = RunProfile()
STOPS_S = tuple((300.0 * k, 300.0 * k + 40.0) for k in range(1, 12))
QUIET: tuple[Scenario, ...] = (
    Scenario("steady", PLAIN, times=3),
    Scenario("both sides tire alike", _tired(PLAIN), times=3),
    Scenario("ground wanders 0.1 % per half minute", replace(PLAIN, wander_pct=0.1), target_pct=5.0),
    Scenario("track, all turns one way, 1.5 %", _ground(1.5, _lap)),
    Scenario("camber of 1.1° out and back, moves contact by 1 %", _ground(1.0, _out_and_back, 2.3)),
    Scenario("camber of 1.1° out and back, moves contact by 2 %", _ground(2.0, _out_and_back, 2.3)),
    Scenario("camber of 1.7° out and back, moves contact by 4 %", _ground(4.0, _out_and_back, 3.4)),
    Scenario("camber of 1.7° out and back, contact the other way", _ground(-4.0, _out_and_back, 3.4)),
    Scenario("camber of 1.7° out and back, moves nothing", _ground(0.0, _out_and_back, 3.4)),
    Scenario("camber of 1.7° out and back, high side rolls in 25 % faster", _high_side_rolls_in(25.0, 3.4)),
    Scenario("tilted by 2 % of contact, pods do not see it", _ground(2.0, _out_and_back), target_pct=np.nan),
    Scenario("speed changes of 10 to 35 %", replace(PLAIN, speed_pct=_paces)),
    Scenario("hills of ±4 %", replace(PLAIN, slope_pct=_hills, speed_pct=lambda time_s: -3.0 * _hills(time_s))),
    Scenario("a stop every five minutes", replace(PLAIN, stops_s=STOPS_S)),
    Scenario("right pod late by 3 min, left loses 30 %", replace(PLAIN, lost={Foot.LEFT: 0.3}, late_s=200.0)),
    Scenario("left pod moved on its shoe", replace(PLAIN, moved_s=1500.0)),
    Scenario("strides very alike (0.5)", replace(PLAIN, correlation=0.5)),
    Scenario("an ankle roll that changes nothing", PLAIN, foot=Foot.LEFT, inversion_event=True, target_pct=5.0),
)  # fmt: skip


def _both(
    name: str,
    kinds: Iterable[Kind],
    due_s: float,
    within_min: float,
    *,
    inversion_event: bool = False,
    on: RunProfile = PLAIN,
    target_pct: float = 90.0,
    **curves: Curve,
) -> list[Scenario]:
    """The same truth on either foot."""
    return [
        Scenario(
            f"{name}, {foot}", on.with_change(foot, **curves), tuple(kinds), foot, due_s, inversion_event,
            target_pct=target_pct, within_min=within_min,
        )
        for foot in Foot
    ]  # fmt: skip


ASYMMETRY, OFFLOADED, FRONTAL = [Kind.ASYMMETRY_DRIFT], [Kind.OFFLOADING], [Kind.FRONTAL_INSTABILITY]
BEGINS_S, SUDDEN_S = 60.0 * START_MIN, 60.0 * SUDDEN_MIN
DUE_S = BEGINS_S + 2.5 / 3.0 * 60.0 * (END_MIN - START_MIN)
SHIFT = ramp(-5.0, 20.0, 25.0)
EVEN = replace(PLAIN, scatter_ratio=0.4)
CAMBERED = _ground(1.0, _out_and_back, 2.3)
REPORTED: tuple[Scenario, ...] = (
    *_both("contact +3 % over 20 min", ASYMMETRY, DUE_S, 4.0, contact=ramp(3.0)),
    *_both("contact −3 % over 20 min", ASYMMETRY, DUE_S, 4.0, contact=ramp(-3.0)),
    *_both("contact +3 %, contact scatters by 0.3 % a minute", ASYMMETRY, DUE_S, 2.5, on=EVEN, contact=ramp(3.0)),
    *_both("contact +3 %, camber of 1.1° out and back", ASYMMETRY, DUE_S, 9.0, on=CAMBERED, target_pct=35.0,
           contact=ramp(3.0)),
    *_both("contact +5 %, camber of 1.1° out and back", ASYMMETRY, DUE_S, 3.0, on=CAMBERED, contact=ramp(5.0)),
    *_both("impact +15 %, camber of 1.1° out and back", [Kind.IMPACT_DRIFT], BEGINS_S, 21.0, on=CAMBERED,
           impact=ramp(15.0)),
    *_both("contact −6 % after a roll", [Kind.ASYMMETRY_SPIKE], SUDDEN_S, 1.0, inversion_event=True,
           contact=sudden(-6.0)),
    *_both("contact −6 % at once", [Kind.ASYMMETRY_SPIKE, Kind.ASYMMETRY_DRIFT], SUDDEN_S, 2.0, contact=sudden(-6.0)),
    *_both("contact, impact −5 % over 5 min", OFFLOADED, BEGINS_S, 8.0, contact=SHIFT, impact=SHIFT),
    *_both("contact, impact −5 % at once", OFFLOADED, SUDDEN_S, 4.0, contact=sudden(-5.0), impact=sudden(-5.0)),
    *_both("impact +15 % over 20 min", [Kind.IMPACT_DRIFT], BEGINS_S, 21.0, impact=ramp(15.0)),
    *_both("eversion speed +25 % over 20 min", FRONTAL, BEGINS_S, 21.0, eversion=ramp(25.0)),
    *_both("landing wobble +50 % over 20 min", FRONTAL, BEGINS_S, 21.0, variability=ramp(50.0)),
)  # fmt: skip

"""Synthetic runs, stride by stride, without a sensor: what the measured strides of a runner look like over an hour.

Every stride has the scatter of a real one (contact 9 ms a step), correlated from one stride to the next. Speed, slope,
turns and camber act on both feet; what a scenario adds to one foot is its truth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.signal import lfilter

from surefoot.analysis.model import Flag, Floats, Foot, Strides

CONTACT, IMPACT, PUSH_OFF = "ground_contact_time_s", "impact_peak_30hz_g", "push_off_rate_dps"
EVERSION, VARIABILITY = "peak_eversion_velocity_dps", "roll_variability_deg"
USUAL = {CONTACT: 0.240, IMPACT: 5.0, PUSH_OFF: 700.0, EVERSION: 220.0, VARIABILITY: 1.6}
SCATTER = {CONTACT: 0.0375, IMPACT: 0.10, PUSH_OFF: 0.04, EVERSION: 0.14, VARIABILITY: 0.20}
"""Of single strides, as a part of the usual value; 9 ms of contact."""
OWN_PCT = {CONTACT: 2.0, IMPACT: 6.0, PUSH_OFF: 3.0, EVERSION: 12.0, VARIABILITY: 12.0}
"""How much left and right differ among runners (standard deviation)."""
WITH_SPEED = {CONTACT: -0.6, IMPACT: 0.8, PUSH_OFF: 0.7, EVERSION: 0.5, VARIABILITY: 0.1}
"""Powers of speed."""
WITH_SLOPE_PCT = {CONTACT: 0.6, IMPACT: -2.5, PUSH_OFF: 1.0, EVERSION: -0.5, VARIABILITY: 0.0}
"""Change of both feet per percent of slope."""
POD_MOVED_PCT = {IMPACT: 15.0, EVERSION: 30.0, VARIABILITY: 30.0}
"""What a pod that has slipped reads higher."""
NEIGHBOUR_CORRELATION, VARIABILITY_CORRELATION = 0.3, 0.9
"""Correlation of neighbouring strides of a foot; variability is itself taken over the last strides."""
SPEED_MPS, STRIDE_S = 3.0, 0.70
WANDER_S = 30.0
TILT, TILT_SCATTER_DEG, TILT_WANDER_DEG = "stance_tilt_deg", 2.0, 0.05
"""Single strides on treadmills scatter by 1.6 to 2.8°; each foot's standing tilt also wanders, by this much in half a
minute."""

Curve = Callable[[Floats], Floats]
"""Seconds (n,) → percent (n,)."""


@dataclass(frozen=True, slots=True)
class RunProfile:
    """Conditions of a run; all curves are over seconds from its start.

    Parameters
    ----------
    speed_pct, slope_pct : speed against its usual, and slope of the road.
    camber_deg : by how much the road falls off to the right.
    shift_pct : metric → what its asymmetry gains, split evenly between the feet: ground, turns, camber.
    change_pct : (foot, metric) → what one foot gains: the truth to be found.
    wander_pct : random walk of the contact asymmetry per half minute; other metrics wander in proportion.
    stops_s : start and end of stops, in which there are no strides.
    lost : foot → share of strides without contact, as a lossy pod leaves them.
    late_s : how much later than the left the right pod begins.
    moved_s : when the left pod slips on its shoe, which then reads impact 15 % and the frontal plane 30 % higher.
    correlation : of neighbouring strides of a foot.
    scatter_ratio : of single strides against `SCATTER`.
    """

    minutes: float = 60.0
    speed_pct: Curve = np.zeros_like
    slope_pct: Curve = np.zeros_like
    camber_deg: Curve = np.zeros_like
    shift_pct: Mapping[str, Curve] = field(default_factory=dict)
    change_pct: Mapping[tuple[Foot, str], Curve] = field(default_factory=dict)
    wander_pct: float = 0.0
    stops_s: tuple[tuple[float, float], ...] = ()
    lost: Mapping[Foot, float] = field(default_factory=dict)
    late_s: float = 0.0
    moved_s: float = np.nan
    correlation: float = NEIGHBOUR_CORRELATION
    scatter_ratio: float = 1.0

    def with_change(self, foot: Foot, **curves: Curve) -> RunProfile:
        """The profile with one more truth; keywords are `contact`, `impact`, `push_off`, `eversion`, `variability`."""
        names = {"contact": CONTACT, "impact": IMPACT, "push_off": PUSH_OFF, "eversion": EVERSION}
        names["variability"] = VARIABILITY
        more = {(foot, names[name]): curve for name, curve in curves.items()}
        return replace(self, change_pct={**self.change_pct, **more})


def strides_of(
    profile: RunProfile, rng: np.random.Generator, own_pct: dict[str, float] | None = None
) -> dict[Foot, Strides]:
    """Both feet's strides of a profile, by a newly drawn runner, whose asymmetry is added to `own_pct`."""
    own_pct = {} if own_pct is None else own_pct
    (apart,) = rng.spawn(1)
    own_pct |= {key: spread * float(rng.standard_normal()) for key, spread in OWN_PCT.items()}
    with_speed = {key: 2.0 * rng.standard_normal() for key in USUAL}  # % of asymmetry per doubling of speed, roughly
    step_s, walk = WANDER_S, profile.wander_pct * rng.standard_normal((len(USUAL), int(profile.minutes * 2) + 2))
    wander = dict(zip(USUAL, walk.cumsum(axis=1), strict=True))
    common = _scatter(rng, profile, profile.correlation, 0.3)
    feet = {}
    for foot, sign in ((Foot.LEFT, -0.5), (Foot.RIGHT, 0.5)):
        time_s = _landings(profile, foot, rng)
        speed, slope = 1.0 + 0.01 * profile.speed_pct(time_s), profile.slope_pct(time_s)
        metrics = {"stride_time_s": np.diff(time_s, append=time_s[-1] + STRIDE_S), "speed_mps": SPEED_MPS * speed}
        metrics["stride_time_s"] = np.where(metrics["stride_time_s"] < 1.0, metrics["stride_time_s"], np.nan)
        for key, usual in USUAL.items():
            ground = wander[key][(time_s // step_s).astype(int)] * OWN_PCT[key] / OWN_PCT[CONTACT]
            uneven = own_pct[key] + ground + with_speed[key] * np.log2(speed)
            uneven = uneven + profile.shift_pct.get(key, np.zeros_like)(time_s)
            level = usual * speed ** WITH_SPEED[key] * (1.0 + 0.01 * WITH_SLOPE_PCT[key] * slope)
            level *= 1.0 + 0.01 * (sign * uneven + profile.change_pct.get((foot, key), np.zeros_like)(time_s))
            if foot is Foot.LEFT:
                level *= 1.0 + 0.01 * POD_MOVED_PCT.get(key, 0.0) * (time_s >= profile.moved_s)
            correlation = VARIABILITY_CORRELATION if key == VARIABILITY else profile.correlation
            noise = _scatter(rng, profile, correlation, 1.0)[: len(time_s)] + common[: len(time_s)]
            noise *= profile.scatter_ratio * SCATTER[key]
            metrics[key] = level * (1.0 + noise)
        metrics[TILT] = np.sign(sign) * profile.camber_deg(time_s) + _tilt(profile, time_s, apart)
        lost = rng.random(len(time_s)) < profile.lost.get(foot, 0.0)
        metrics = {key: np.where(lost & (key != "stride_time_s"), np.nan, values) for key, values in metrics.items()}
        feet[foot] = _strides(foot, time_s, metrics)
    return feet


def _tilt(profile: RunProfile, time_s: Floats, rng: np.random.Generator) -> Floats:
    """What else the standing tilt of one foot does, in degrees."""
    walk = TILT_WANDER_DEG * rng.standard_normal(int(profile.minutes * 60.0 / WANDER_S) + 2).cumsum()
    scatter = TILT_SCATTER_DEG * _scatter(rng, profile, profile.correlation, 1.0)[: len(time_s)]
    tilt_deg: Floats = walk[(time_s // WANDER_S).astype(int)] + scatter
    return tilt_deg


def _scatter(rng: np.random.Generator, profile: RunProfile, correlation: float, size: float) -> Floats:
    """Normal scatter of which neighbours are correlated."""
    count = int(profile.minutes * 60.0 / STRIDE_S) + 200
    drawn = size * np.sqrt(1.0 - correlation**2) * rng.standard_normal(count)
    scatter: Floats = lfilter([1.0], [1.0, -correlation], drawn)
    return scatter


def _landings(profile: RunProfile, foot: Foot, rng: np.random.Generator) -> Floats:
    """Initial contacts, none in the stops."""
    count = int(profile.minutes * 60.0 / STRIDE_S)
    time_s = STRIDE_S * np.arange(count) + (0.0 if foot is Foot.LEFT else 0.5 * STRIDE_S)
    time_s = time_s + 0.006 * rng.standard_normal(count)
    kept = time_s >= (profile.late_s if foot is Foot.RIGHT else 0.0)
    for start_s, end_s in profile.stops_s:
        kept &= (time_s < start_s) | (time_s >= end_s)
    kept[0] &= time_s[0] > 0.0
    landings: Floats = time_s[kept]
    return landings


def _strides(foot: Foot, time_s: Floats, metrics: Mapping[str, Floats]) -> Strides:
    count = len(time_s)
    flags = np.where(np.isnan(metrics[CONTACT]), int(Flag.CONTACT_WITHHELD), 0)
    stride_s = np.where(np.isnan(metrics["stride_time_s"]), STRIDE_S, metrics["stride_time_s"])
    return Strides(
        foot, time_s, time_s + metrics[CONTACT], time_s + stride_s, np.ones(count, bool), np.ones(count), flags, metrics
    )

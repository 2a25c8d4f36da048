"""How a foot tilts against how it stands flat; the mounting of its pod need not be known."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import binary_erosion

from surefoot.analysis.gait.filters import cell_count, dot, smooth, squared_norm
from surefoot.analysis.gait.orientation import accumulate, conjugate, cross, increments, rotate
from surefoot.analysis.gait.resampling import Resampler, UniformSamples
from surefoot.analysis.gait.stillness import SECOND_CELLS, StillSeconds, still_seconds
from surefoot.analysis.model import Bools, Floats, Samples

GRAVITY_SIGMA_S = 1.5
"""What a foot accelerates by evens out over a movement up and down again; a gyroscope drifts by a degree or two."""
HELD_RAD = float(np.radians(15.0))
"""A foot that is off the ground hangs, as the knee is bent."""
QUIET_RADPS = float(np.radians(2.0))
"""A foot that stands with the other beside it turns by less for seconds; one that carries all the weight wavers."""
GAP_REACH_S = 3.0
"""Near a gap the direction of gravity is not known."""
ENDS_APART_S, STEP_S = 10.0, 0.1
"""Pods are taken off one after the other."""
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class FootTilt:
    """One foot on the analysis grid, n cells.

    Parameters
    ----------
    tilt_rad : (n,) between the sole and its flat stand, in any direction.
    up_mps2 : (n,) acceleration of the pod upwards.
    gyr_radps : (3, n)
    valid : (n,) False in gaps and near them.
    stood_dps : root mean square angular rate while it was taken to stand flat, about its mean, in degrees per second.
    """

    time_s: Floats
    tilt_rad: Floats
    up_mps2: Floats
    gyr_radps: Floats
    valid: Bools
    stood_dps: float

    def is_held_at(self, time_s: Floats) -> Bools:
        """Whether the foot is held off the ground, (m,) at times; not before its first reading and after its last."""
        return np.interp(time_s, self.time_s, self.tilt_rad, 0.0, 0.0) > HELD_RAD

    def is_known_at(self, time_s: Floats) -> Bools:
        """Whether the readings at times, (m,), and near them are all there."""
        return np.interp(time_s, self.time_s, self.valid, 0.0, 0.0) == 1.0


def foot_tilts(feet: Sequence[Samples]) -> Sequence[FootTilt]:
    """The feet's tilts against the first two seconds in which all stood still; empty where they never did.

    Parameters
    ----------
    feet : whole recordings on one clock, of pods with a gyroscope.
    """
    grids = [_grid(each) for each in feet]
    stood_s = _stood_s(grids)
    return () if stood_s is None else [_tilt(each, stood_s) for each in grids]


def unknown_s(feet: Collection[FootTilt], gait: Sequence[Span]) -> float:
    """How long of a recording cannot be told of, as readings of a foot are missing.

    Parameters
    ----------
    feet : from when on all of them are there; where one ends a little before the others, so does the recording.
    gait : begin and end of running and walking, in which nothing is asked.
    """
    ends_s = [each.time_s[-1] for each in feet]
    end_s = max(min(ends_s), max(ends_s) - ENDS_APART_S)
    at_s = np.arange(max(each.time_s[0] for each in feet) + STEP_S, end_s - STEP_S, STEP_S)
    known = np.all([each.is_known_at(at_s) for each in feet], axis=0)
    moves = np.any([np.zeros(len(at_s), bool), *((begin_s <= at_s) & (at_s < to_s) for begin_s, to_s in gait)], axis=0)
    return STEP_S * float(np.count_nonzero(~known & ~moves))


def _grid(samples: Samples) -> UniformSamples:
    resampler = Resampler()
    return UniformSamples.join([resampler.push(samples), resampler.flush()])


def _stood_s(grids: Sequence[UniformSamples]) -> float | None:
    """Begin of the first two seconds in which each foot was quiet; their seconds begin at different fractions."""
    calm = [start_s[:-1][quiet[:-1] & quiet[1:]] for start_s, quiet in map(_quiet_seconds, grids)]
    shared = (at_s for at_s in calm[0] if all(np.any(np.abs(other - at_s) < 0.5) for other in calm[1:]))
    return next((float(each) for each in shared), None)


def _quiet_seconds(grid: UniformSamples) -> StillSeconds:
    start_s, still = still_seconds(grid)
    rates = grid.gyr_radps[:, : len(still) * SECOND_CELLS].reshape(3, len(still), SECOND_CELLS)
    turns2 = squared_norm(rates - rates.mean(axis=2)[..., None]).mean(axis=1)
    return start_s, still & (turns2 < QUIET_RADPS**2)


def _tilt(grid: UniformSamples, stood_s: float) -> FootTilt:
    orientation = accumulate(increments(grid.gyr_radps)[:, None])[:, 0]
    gravity = rotate(conjugate(orientation), smooth(rotate(orientation, grid.acc_mps2), GRAVITY_SIGMA_S))
    size = np.sqrt(squared_norm(gravity))
    first = int(np.searchsorted(grid.time_s, stood_s))
    stood = slice(first, first + SECOND_CELLS)
    flat = grid.acc_mps2[:, stood].mean(axis=1)[:, None]
    tilt = np.arctan2(np.sqrt(squared_norm(cross(gravity, flat))), dot(gravity, flat))
    up = dot(grid.acc_mps2, gravity) / size - size
    reach = np.ones(2 * cell_count(GAP_REACH_S) + 1, bool)
    valid = grid.valid if grid.valid.all() else binary_erosion(grid.valid, reach, border_value=1)
    return FootTilt(grid.time_s, tilt, up, grid.gyr_radps, valid, wavering_dps(grid.gyr_radps[:, stood]))


def wavering_dps(gyr_radps: Floats) -> float:
    """Root mean square angular rate, (3, n), about its mean, in degrees per second."""
    apart = gyr_radps - gyr_radps.mean(axis=1, keepdims=True)
    return float(np.degrees(np.sqrt(squared_norm(apart).mean())))

"""Standing on one leg: for how long, and how much the foot sways. Tried on simulated feet only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.gait.filters import GRID_HZ, cell_count
from surefoot.analysis.legs.calf_raises import RISEN_RAD
from surefoot.analysis.legs.foot_tilt import FootTilt, wavering_dps
from surefoot.analysis.model import Foot

MIN_STAND_S, TRIM_S = 5.0, 1.0
"""Of a stand, and what is left out of it at both ends."""


@dataclass(frozen=True, slots=True)
class OneLegStand:
    """Standing on one leg.

    Parameters
    ----------
    sway_dps : root mean square angular rate of the foot, in degrees per second.
    """

    foot: Foot
    start_s: float
    end_s: float
    sway_dps: float

    @property
    def length_s(self) -> float:
        """From lifting the other foot to putting it down."""
        return self.end_s - self.start_s


def one_leg_stands(feet: Mapping[Foot, FootTilt]) -> tuple[OneLegStand, ...]:
    """Every stand without a raise in it, in order of time; none where one foot alone is known."""
    if set(feet) != set(Foot):
        return ()
    found = [each for foot in Foot for each in _stands(foot, feet[foot], feet[foot.other])]
    return tuple(sorted(found, key=lambda each: each.start_s))


def began_on_one_leg(feet: Mapping[Foot, FootTilt], stands: Iterable[OneLegStand]) -> bool:
    """Whether what was taken for standing on both feet was not, as nobody stands more quietly on one leg."""
    return any(each.sway_dps < feet[each.foot].stood_dps for each in stands)


def _stands(foot: Foot, standing: FootTilt, lifted: FootTilt) -> Iterator[OneLegStand]:
    edges = np.flatnonzero(np.diff(lifted.is_held_at(standing.time_s).astype(np.int8), prepend=0, append=0))
    trim = cell_count(TRIM_S)
    for begin, end in edges.reshape(-1, 2):
        inner = slice(begin + trim, end - trim)
        is_flat = standing.tilt_rad[begin:end].max() < RISEN_RAD
        if (end - begin) / GRID_HZ >= MIN_STAND_S and is_flat and standing.valid[begin:end].all():
            sway_dps = wavering_dps(standing.gyr_radps[:, inner])
            yield OneLegStand(foot, float(standing.time_s[begin]), float(standing.time_s[end - 1]), sway_dps)

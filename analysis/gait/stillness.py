"""Whole seconds in which a foot did not move."""

from __future__ import annotations

import numpy as np

from surefoot.analysis.gait.filters import cell_count, squared_norm
from surefoot.analysis.gait.resampling import UniformSamples
from surefoot.analysis.model import Bools, Floats
from surefoot.analysis.parameters import DEFAULTS, Parameters

SECOND_CELLS = cell_count(1.0)
MAX_RATE_SECONDS = 20
"""Moving seconds whose rates are kept, and still ones whose force is."""

StillSeconds = tuple[Floats, Bools]
"""Start times (n,) of whole seconds, and whether the foot was still in each."""


class StillnessDetector:
    """Grid cells of one foot in, whole seconds out, counted from the first cell.

    Attributes
    ----------
    moving_rates_radps : root-mean-square angular rates of the first seconds that were not still.
    rest_forces_mps2 : sizes of the mean specific force in the first seconds that were.
    """

    def __init__(self, parameters: Parameters = DEFAULTS) -> None:
        self._parameters = parameters
        self._cells = UniformSamples.empty()
        self.moving_rates_radps: list[float] = []
        self.rest_forces_mps2: list[float] = []

    def push(self, new: UniformSamples) -> StillSeconds:
        """The seconds completed by the new cells."""
        self._cells = UniformSamples.join([self._cells, new])
        if len(self._cells) < SECOND_CELLS:
            return join_seconds([])
        seconds = still_seconds(self._cells, self._parameters)
        if len(self.moving_rates_radps) < MAX_RATE_SECONDS:
            self._add_rates(seconds[1])
        if len(self.rest_forces_mps2) < MAX_RATE_SECONDS and seconds[1].any():
            self._add_forces(seconds[1])
        self._cells = self._cells[len(self._cells) // SECOND_CELLS * SECOND_CELLS :]
        return seconds

    def _add_rates(self, still: Bools) -> None:
        rate2 = mean_square_rates(self._cells)[~still][: MAX_RATE_SECONDS - len(self.moving_rates_radps)]
        self.moving_rates_radps += np.sqrt(rate2[np.isfinite(rate2)]).tolist()

    def _add_forces(self, still: Bools) -> None:
        rows = slice(0, len(still) * SECOND_CELLS)
        force = self._cells.acc_mps2[:, rows].reshape(3, len(still), SECOND_CELLS)[:, still].mean(axis=2)
        self.rest_forces_mps2 += np.sqrt(squared_norm(force)).tolist()[: MAX_RATE_SECONDS - len(self.rest_forces_mps2)]


def mean_square_rates(grid: UniformSamples) -> Floats:
    """(n,) mean square angular rate of the whole seconds of the grid, rad²/s²."""
    count = len(grid) // SECOND_CELLS
    rate2: Floats = squared_norm(grid.gyr_radps[:, : count * SECOND_CELLS]).reshape(count, SECOND_CELLS).mean(axis=1)
    return rate2


def still_seconds(grid: UniformSamples, parameters: Parameters = DEFAULTS) -> StillSeconds:
    """The whole seconds of the grid; a second with a gap is not still."""
    count = len(grid) // SECOND_CELLS
    rows = slice(0, count * SECOND_CELLS)
    rate2 = mean_square_rates(grid)
    force = grid.acc_mps2[:, rows].reshape(3, count, SECOND_CELLS)
    variance = squared_norm(force - force.mean(axis=2)[..., None]).mean(axis=1)
    whole = grid.valid[rows].reshape(count, SECOND_CELLS).all(axis=1)
    still = whole & (rate2 < parameters.max_still_rate_radps**2) & (variance < parameters.max_still_force_sd_mps2**2)
    return grid.time_s[rows][::SECOND_CELLS], still


def join_seconds(parts: list[StillSeconds]) -> StillSeconds:
    """Consecutive pieces as one."""
    start_s = np.concatenate([np.empty(0), *(start_s for start_s, _ in parts)])
    return start_s, np.concatenate([np.empty(0, bool), *(still for _, still in parts)])

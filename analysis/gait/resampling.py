"""From a pod's own sampling instants to the even grid that everything after it works on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.gait.filters import GRID_HZ, squared_norm
from surefoot.analysis.model import Bools, Floats, Samples

RATE_SAMPLES = 64
"""Intervals from which the sampling rate is taken, once, at the start."""
GAP_INTERVALS = 1.75
GAP_S = 0.015
"""An interval longer than both is a gap. Stamp jitter stays below the first; what is lost within the second lies under
every filter's kernel and hides no landmark."""
ROWS = 9
LONG_GAP_S = 3.0
"""Longer gaps are shortened to this on the grid: longer than any stride, so nothing reaches across."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Readings on the grid; `valid` is False inside gaps, whose values only bridge the filters.

    Parameters
    ----------
    time_s, valid, clipped : (n,)
    acc_mps2, gyr_radps : (3, n)
    peak_mps2 : (n,) specific force of the harder of the two readings around, which interpolation would blunt.
    """

    time_s: Floats
    acc_mps2: Floats
    gyr_radps: Floats
    valid: Bools
    clipped: Bools
    peak_mps2: Floats

    def __len__(self) -> int:
        return len(self.time_s)

    def __getitem__(self, rows: slice) -> Cells:
        return Cells(
            self.time_s[rows],
            self.acc_mps2[:, rows],
            self.gyr_radps[:, rows],
            self.valid[rows],
            self.clipped[rows],
            self.peak_mps2[rows],
        )

    def copy(self) -> Cells:
        """The same cells in memory of their own, so that a slice does not keep the whole alive."""
        return Cells(
            self.time_s.copy(),
            self.acc_mps2.copy(),
            self.gyr_radps.copy(),
            self.valid.copy(),
            self.clipped.copy(),
            self.peak_mps2.copy(),
        )

    def held(self, count: int) -> Cells:
        """The last reading held still for `count` cells, as a quiet run-up to a recording or after it."""
        still = np.repeat(self.acc_mps2[:, -1:], count, axis=1)
        nothing = np.zeros(count, bool)
        peak = np.repeat(self.peak_mps2[-1:], count)
        return Cells(np.repeat(self.time_s[-1:], count), still, np.zeros((3, count)), nothing, nothing, peak)

    @classmethod
    def none(cls) -> Cells:
        """No cells."""
        empty, flags = np.empty(0), np.empty(0, bool)
        return cls(empty, np.empty((3, 0)), np.empty((3, 0)), flags, flags, empty)

    @classmethod
    def join(cls, parts: list[Cells]) -> Cells:
        """Consecutive pieces as one."""
        full = [part for part in parts if len(part)]
        if len(full) < 2:
            return full[0] if full else cls.none()
        return cls(
            np.concatenate([part.time_s for part in full]),
            np.concatenate([part.acc_mps2 for part in full], axis=1),
            np.concatenate([part.gyr_radps for part in full], axis=1),
            np.concatenate([part.valid for part in full]),
            np.concatenate([part.clipped for part in full]),
            np.concatenate([part.peak_mps2 for part in full]),
        )


class Grid:
    """Lays samples of any rate and jitter onto the grid by linear interpolation, never by smoothing across a gap.

    Readings faster than twice the grid are averaged in whole blocks first. Linear interpolation commutes with any
    rotation of the sensor, and each cell depends on the two readings around it alone, so pieces give the same cells
    as the whole.
    """

    def __init__(self) -> None:
        self._held = np.empty((ROWS, 0))
        self._interval_s = 0.0
        self._block = 1
        self._origin_s = 0.0
        self._skipped_s = 0.0
        self._next_cell = 0

    def push(self, samples: Samples) -> Cells:
        """Cells that became known with these samples; the first come when the sampling rate is known."""
        self._held = np.concatenate([self._held, _columns(samples)], axis=1)
        if not self._interval_s:
            if self._held.shape[1] <= RATE_SAMPLES:
                return Cells.none()
            self._start()
        return self._lay()

    def flush(self) -> Cells:
        """The cells of a recording too short to have shown its rate."""
        if self._interval_s or self._held.shape[1] < 2:
            return Cells.none()
        self._start()
        return self._lay()

    def _start(self) -> None:
        """Take rate, block size and origin from the first readings; what is held afterwards has been averaged."""
        self._interval_s = float(np.median(np.diff(self._held[0, : RATE_SAMPLES + 1])))
        self._block = max(1, int(1.02 / (self._interval_s * GRID_HZ)))
        self._origin_s = float(self._held[0, : self._block].mean())
        self._anchor = np.empty((ROWS, 0))

    def _lay(self) -> Cells:
        whole = self._held.shape[1] // self._block * self._block
        new = _averaged(self._held[:, :whole], self._block, self._gap_s)
        readings = np.concatenate([self._anchor, new], axis=1)
        self._held, self._anchor = self._held[:, whole:], readings[:, -1:]
        return self._interpolated(readings) if readings.shape[1] > 1 else Cells.none()

    @property
    def _gap_s(self) -> float:
        return max((self._block - 1 + GAP_INTERVALS) * self._interval_s, GAP_S)

    def _interpolated(self, readings: Floats) -> Cells:
        step_s = np.diff(readings[0])
        skipped_s = np.cumsum(np.concatenate([[self._skipped_s], np.maximum(step_s - LONG_GAP_S, 0.0)]))
        clock_s = readings[0] - self._origin_s - skipped_s
        self._skipped_s = float(skipped_s[-1])
        cell = np.arange(self._next_cell, int(np.floor(clock_s[-1] * GRID_HZ)) + 2)
        cell = cell[cell / GRID_HZ <= clock_s[-1]]
        self._next_cell += len(cell)
        after = np.clip(np.searchsorted(clock_s, cell / GRID_HZ), 1, len(clock_s) - 1)
        before = after - 1
        weight = (cell / GRID_HZ - clock_s[before]) / (clock_s[after] - clock_s[before])
        low, high = readings.take(before, axis=1), readings.take(after, axis=1)
        laid = low * (1.0 - weight) + high * weight
        valid = step_s[before] <= self._gap_s
        return Cells(laid[0], laid[1:4], laid[4:7], valid, laid[7] > 0.0, np.maximum(low[8], high[8]))


def _columns(samples: Samples) -> Floats:
    """(9, n) time, six axes, clipping and the length of the force; a missing gyroscope reads zero."""
    columns = np.empty((ROWS, len(samples)))
    columns[0], columns[1:4], columns[7] = samples.time_s, samples.acc_mps2.T, samples.clipped
    columns[4:7] = np.where(np.isnan(samples.gyr_radps), 0.0, samples.gyr_radps).T
    columns[8] = np.sqrt(squared_norm(columns[1:4]))
    return columns


def _averaged(readings: Floats, block: int, gap_s: float) -> Floats:
    """Means of whole blocks; a block with a gap inside is dropped, so the gap stays one."""
    if block == 1:
        return readings
    blocks = readings.reshape(ROWS, -1, block)
    sound = (np.diff(blocks[0], axis=1) <= gap_s).all(axis=1)
    total = blocks[..., 0]
    for k in range(1, block):
        total = total + blocks[..., k]
    return total[:, sound] / block

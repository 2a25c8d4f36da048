"""Resampling of one pod's samples to the uniform analysis grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.gait.filters import GRID_HZ, squared_norm
from surefoot.analysis.model import Bools, Floats, Samples

RATE_INTERVALS = 64
"""Sampling intervals from which the rate is taken, once, at the start."""
MIN_GAP_INTERVALS = 1.75
MIN_GAP_S = 0.015
"""An interval longer than both is a gap. Timestamp jitter stays below the first; a loss shorter than the second lies
within every filter's kernel and hides no landmark."""
READING_ROWS = 10
"""Rows of the internal matrix: time, six axes, clipping, length of the specific force, clipping of the gyroscope."""
MAX_GAP_S = 3.0
"""Longer gaps are shortened to this on the grid: longer than any stride, so nothing reaches across."""


@dataclass(frozen=True, slots=True)
class UniformSamples:
    """Readings on the grid; a grid sample is called a cell. `valid` is False inside gaps, where values are interpolated
    only to keep filters finite.

    Parameters
    ----------
    time_s, valid, clipped, gyr_clipped : (n,)
    acc_mps2, gyr_radps : (3, n)
    peak_mps2 : (n,) specific force of the greater of the two readings around, which interpolation would blunt.
    """

    time_s: Floats
    acc_mps2: Floats
    gyr_radps: Floats
    valid: Bools
    clipped: Bools
    peak_mps2: Floats
    gyr_clipped: Bools

    def __len__(self) -> int:
        return len(self.time_s)

    def __getitem__(self, rows: slice) -> UniformSamples:
        return UniformSamples(
            self.time_s[rows],
            self.acc_mps2[:, rows],
            self.gyr_radps[:, rows],
            self.valid[rows],
            self.clipped[rows],
            self.peak_mps2[rows],
            self.gyr_clipped[rows],
        )

    def copy(self) -> UniformSamples:
        """A copy in memory of its own, so that a slice does not keep the whole alive."""
        return UniformSamples(
            self.time_s.copy(),
            self.acc_mps2.copy(),
            self.gyr_radps.copy(),
            self.valid.copy(),
            self.clipped.copy(),
            self.peak_mps2.copy(),
            self.gyr_clipped.copy(),
        )

    def hold_last(self, count: int) -> UniformSamples:
        """The last reading repeated for `count` cells at rest, to pad a recording."""
        still = np.repeat(self.acc_mps2[:, -1:], count, axis=1)
        nothing = np.zeros(count, bool)
        peak = np.repeat(self.peak_mps2[-1:], count)
        time_s, rest = np.repeat(self.time_s[-1:], count), np.zeros((3, count))
        return UniformSamples(time_s, still, rest, nothing, nothing, peak, nothing)

    @classmethod
    def empty(cls) -> UniformSamples:
        """No cells."""
        empty, flags = np.empty(0), np.empty(0, bool)
        return cls(empty, np.empty((3, 0)), np.empty((3, 0)), flags, flags, empty, flags)

    @classmethod
    def join(cls, parts: list[UniformSamples]) -> UniformSamples:
        """Consecutive pieces as one."""
        full = [part for part in parts if len(part)]
        if len(full) < 2:
            return full[0] if full else cls.empty()
        return cls(
            np.concatenate([part.time_s for part in full]),
            np.concatenate([part.acc_mps2 for part in full], axis=1),
            np.concatenate([part.gyr_radps for part in full], axis=1),
            np.concatenate([part.valid for part in full]),
            np.concatenate([part.clipped for part in full]),
            np.concatenate([part.peak_mps2 for part in full]),
            np.concatenate([part.gyr_clipped for part in full]),
        )


class Resampler:
    """Resamples any rate and jitter to the grid by linear interpolation; gaps are never smoothed across.

    Readings faster than twice the grid are first averaged in whole blocks. Linear interpolation commutes with any
    rotation of the sensor, and each cell depends only on the two readings around it, so pieces give the same cells as
    the whole.
    """

    def __init__(self) -> None:
        self._buffer = np.empty((READING_ROWS, 0))
        self._interval_s = 0.0
        self._block_size = 1
        self._origin_s = 0.0
        self._skipped_s = 0.0
        self._next_cell = 0

    @property
    def rate_hz(self) -> float:
        """Sampling rate; NaN until it is known."""
        return 1.0 / self._interval_s if self._interval_s else np.nan

    def push(self, samples: Samples) -> UniformSamples:
        """Cells completed by these samples; none until the sampling rate is known."""
        self._buffer = np.concatenate([self._buffer, _stack(samples)], axis=1)
        if not self._interval_s:
            if self._buffer.shape[1] <= RATE_INTERVALS:
                return UniformSamples.empty()
            self._initialise()
        return self._resample()

    def flush(self) -> UniformSamples:
        """Cells of a recording too short to show its rate."""
        if self._interval_s or self._buffer.shape[1] < 2:
            return UniformSamples.empty()
        self._initialise()
        return self._resample()

    def _initialise(self) -> None:
        """Take rate, block size and origin from the first readings."""
        self._interval_s = float(np.median(np.diff(self._buffer[0, : RATE_INTERVALS + 1])))
        self._block_size = max(1, int(1.02 / (self._interval_s * GRID_HZ)))
        self._origin_s = float(self._buffer[0, : self._block_size].mean())
        self._last_reading = np.empty((READING_ROWS, 0))

    def _resample(self) -> UniformSamples:
        complete = self._buffer.shape[1] // self._block_size * self._block_size
        new = _block_means(self._buffer[:, :complete], self._block_size, self._gap_s)
        readings = np.concatenate([self._last_reading, new], axis=1)
        self._buffer, self._last_reading = self._buffer[:, complete:], readings[:, -1:]
        return self._interpolate(readings) if readings.shape[1] > 1 else UniformSamples.empty()

    @property
    def _gap_s(self) -> float:
        return max((self._block_size - 1 + MIN_GAP_INTERVALS) * self._interval_s, MIN_GAP_S)

    def _interpolate(self, readings: Floats) -> UniformSamples:
        interval_s = np.diff(readings[0])
        skipped_s = np.cumsum(np.concatenate([[self._skipped_s], np.maximum(interval_s - MAX_GAP_S, 0.0)]))
        elapsed_s = readings[0] - self._origin_s - skipped_s
        self._skipped_s = float(skipped_s[-1])
        cell = np.arange(self._next_cell, int(np.floor(elapsed_s[-1] * GRID_HZ)) + 2)
        cell = cell[cell / GRID_HZ <= elapsed_s[-1]]
        self._next_cell += len(cell)
        after = np.clip(np.searchsorted(elapsed_s, cell / GRID_HZ), 1, len(elapsed_s) - 1)
        before = after - 1
        weight = (cell / GRID_HZ - elapsed_s[before]) / (elapsed_s[after] - elapsed_s[before])
        low, high = readings.take(before, axis=1), readings.take(after, axis=1)
        values = low * (1.0 - weight) + high * weight
        valid = interval_s[before] <= self._gap_s
        clipped, gyr_clipped, peak = values[7] > 0.0, values[9] > 0.0, np.maximum(low[8], high[8])
        return UniformSamples(values[0], values[1:4], values[4:7], valid, clipped, peak, gyr_clipped)


def _stack(samples: Samples) -> Floats:
    """(10, n) the rows of `READING_ROWS`; a missing gyroscope reads zero."""
    columns = np.empty((READING_ROWS, len(samples)))
    columns[0], columns[1:4], columns[7] = samples.time_s, samples.acc_mps2.T, samples.clipped
    columns[4:7] = np.where(np.isnan(samples.gyr_radps), 0.0, samples.gyr_radps).T
    columns[8] = np.sqrt(squared_norm(columns[1:4]))
    columns[9] = samples.gyr_clipped
    return columns


def _block_means(readings: Floats, block_size: int, gap_s: float) -> Floats:
    """Means of whole blocks; a block with a gap inside is dropped, so the gap remains one."""
    if block_size == 1:
        return readings
    blocks = readings.reshape(READING_ROWS, -1, block_size)
    gapless = (np.diff(blocks[0], axis=1) <= gap_s).all(axis=1)
    total = blocks[..., 0]
    for k in range(1, block_size):
        total = total + blocks[..., k]
    return total[:, gapless] / block_size

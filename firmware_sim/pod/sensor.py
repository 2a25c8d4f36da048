"""IMU chip of a pod: samples up to a given time, generated lazily in chunks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from surefoot.analysis.model import Floats, Foot
from surefoot.firmware_sim.body.motion import Motion
from surefoot.firmware_sim.pod.imu import Imu, count_chunks, counts_at_rest

CHUNK_S = 5.0


@dataclass(frozen=True, slots=True)
class RawSamples:
    """Consecutive samples: true times (n,), counts (n, 6)."""

    time_s: Floats
    counts: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.time_s)


class Sensor:
    """Sensor of one foot from `start_s` on; after the plan the shoe stands still."""

    def __init__(self, motion: Motion, foot: Foot, imu: Imu, *, seed: int = 0, start_s: float = 0.0) -> None:
        self._chunks = self._generate(motion, foot, imu, seed, start_s)
        self._times = np.empty(0)
        self._counts = np.empty((0, 6), np.int16)

    def sample_time_s(self, number: int) -> float:
        """True time of the `number`-th sample not yet taken, counted from 1."""
        self._fetch(number)
        return float(self._times[number - 1])

    def take_until(self, time_s: float) -> RawSamples:
        """Samples not yet taken, up to and including `time_s`."""
        self._fetch(1)
        while self._times[-1] <= time_s:
            self._fetch(len(self._times) + 1)
        return self._taken(int(np.searchsorted(self._times, time_s, side="right")))

    def _taken(self, count: int) -> RawSamples:
        taken = RawSamples(self._times[:count], self._counts[:count])
        self._times, self._counts = self._times[count:], self._counts[count:]
        return taken

    def take(self, count: int) -> RawSamples:
        """The next so many samples, however late."""
        self._fetch(count)
        return self._taken(count)

    def _fetch(self, count: int) -> None:
        while len(self._times) < count:
            chunk = next(self._chunks)
            self._times = np.concatenate([self._times, chunk.time_s])
            self._counts = np.concatenate([self._counts, chunk.counts])

    @staticmethod
    def _generate(motion: Motion, foot: Foot, imu: Imu, seed: int, start_s: float) -> Iterator[RawSamples]:
        for time_s, counts in count_chunks(motion, foot, imu, seed, CHUNK_S, start_s):
            yield RawSamples(time_s, counts.astype(np.int16))
        rng = np.random.default_rng([seed, list(Foot).index(foot), 1])
        chunk_size = int(CHUNK_S * imu.rate_hz)
        first = int(np.floor(max(motion.duration_s * imu.rate_hz, np.ceil(start_s * imu.rate_hz - 0.5))))
        while True:
            time_s = np.arange(first + 0.5, first + chunk_size) / imu.rate_hz
            first += chunk_size
            yield RawSamples(time_s, counts_at_rest(imu, time_s, rng.standard_normal((chunk_size, 6))).astype(np.int16))


def configured_imu(imu: Imu, rate_hz: int, acc_range_g: int, gyr_range_dps: int, rate_ppm: float) -> Imu:
    """The sensor set to a rate and ranges; its sampling rate is off by `rate_ppm`."""
    true_rate_hz = rate_hz * (1.0 + 1e-6 * rate_ppm)
    return replace(imu, rate_hz=true_rate_hz, acc_range_g=float(acc_range_g), gyr_range_dps=float(gyr_range_dps))

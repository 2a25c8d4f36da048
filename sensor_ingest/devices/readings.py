"""Readings of other makers' sensors, told as packets of the pod profile."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from surefoot.analysis.model import Bools, Floats
from surefoot.sensor_ingest.protocol import MAX_SAMPLES, Packet, PacketFlag, PodInfo

_MAX_COUNTS = 32767
_FULL_SCALE_COUNTS = 32768.0
FULL_SCALE_SHARE = 0.999
"""A reading of so much of the range is clipped: where makers round what a count stands for, none is higher."""


class PacketMaker:
    """Makes packets with consecutive numbers; what was lost before is counted as dropped by the pod."""

    def __init__(self, info: PodInfo) -> None:
        self._info = info
        self._sequence = self.dropped = 0

    def packets(self, time_us: Floats, acc_g: Floats, gyr_dps: Floats, known: Bools) -> Iterator[Packet]:
        """Packets of (n,) consecutive readings, without those that are not known in full, which count as dropped."""
        counts = np.concatenate(
            [as_counts(acc_g, self._info.acc_range_g), as_counts(gyr_dps, self._info.gyr_range_dps)], axis=1
        )
        self.dropped += int(np.count_nonzero(~known))
        for rows in _runs(known):
            yield self._packet(time_us[rows], counts[rows])

    def _packet(self, time_us: Floats, counts: NDArray[np.int16]) -> Packet:
        first_us, last_us = round(time_us[0]), round(time_us[-1])
        sequence = self._sequence
        self._sequence += 1
        return Packet(
            sequence, self._info.boot, first_us, last_us - first_us, PacketFlag(0), self.dropped & 0xFFFF, counts
        )


def as_counts(readings: Floats, full_scale: float) -> NDArray[np.int16]:
    """Readings as 16-bit counts of a range, clipped at its ends."""
    share = readings / full_scale
    counts = np.where(np.abs(share) >= FULL_SCALE_SHARE, np.copysign(_MAX_COUNTS, share), share * _FULL_SCALE_COUNTS)
    return np.rint(counts).astype(np.int16)


def _runs(known: Bools) -> Iterator[slice]:
    """Consecutive known samples, at most a packet of them at a time, in about equal parts."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], known, [False]))))
    for first, end in edges.reshape(-1, 2):
        parts = -(-(end - first) // MAX_SAMPLES)
        bounds = np.linspace(first, end, parts + 1).astype(int)
        yield from (slice(int(low), int(high)) for low, high in pairwise(bounds))

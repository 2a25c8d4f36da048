"""Packets and records that tests share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.body.motion import simulate
from surefoot.firmware_sim.body.runner_profile import Activity, PlannedBout, RunnerProfile
from surefoot.firmware_sim.pod.imu import Imu, count_chunks, random_mounting
from surefoot.sensor_ingest.pod_store.packet_series import MAX_PACKETS
from surefoot.sensor_ingest.pod_store.records import SamplesRecord
from surefoot.sensor_ingest.protocol import MAX_SAMPLES, Packet, PacketFlag

BOOT_COUNT, BOOT = 300, 300 << 6 & 0xFFFF | 13


@lru_cache
def gait_counts(kind: Activity, speed_mps: float, duration_s: float = 30.0) -> NDArray[np.int16]:
    """What a pod reads on a simulated foot, (n, 6)."""
    motion = simulate(RunnerProfile(), (PlannedBout(kind, duration_s, speed_mps),), 1, ())
    chunks = count_chunks(motion, Foot.LEFT, Imu(mounting=random_mounting(1)), 1, 60.0, 0.0)
    return np.concatenate([counts.astype(np.int16) for _, counts in chunks])


def packets_of(counts: NDArray[np.int16], first: int = 40_000, rate_hz: float = 207.3) -> list[Packet]:
    """Full packets of these samples, made after five hours."""
    ticks_us = np.rint(18e9 + 1e6 * np.arange(len(counts)) / rate_hz).astype(np.int64)
    return [
        Packet(
            first + place,
            BOOT,
            int(ticks_us[begin]),
            int(ticks_us[begin + MAX_SAMPLES - 1] - ticks_us[begin]),
            PacketFlag(0),
            0,
            counts[begin : begin + MAX_SAMPLES],
        )
        for place, begin in enumerate(range(0, len(counts) - MAX_SAMPLES + 1, MAX_SAMPLES))
    ]


def records_of(packets: Sequence[Packet]) -> Iterator[SamplesRecord]:
    """Four packets a record."""
    for begin in range(0, len(packets), MAX_PACKETS):
        yield SamplesRecord(BOOT_COUNT, tuple(packets[begin : begin + MAX_PACKETS]))

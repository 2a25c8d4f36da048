"""Packets, infos and arrivals made up for tests."""

from __future__ import annotations

import math
import random

import numpy as np

from surefoot.analysis.model import Floats, Foot
from surefoot.sensor_ingest.protocol import VERSION, FootCode, Packet, PacketFlag, PodInfo
from surefoot.sensor_ingest.recording.clock_fit import ClockMapping
from surefoot.sensor_ingest.recording.entries import ClockEntry, PacketEntry, PodEntry

BOOT = 77
NO_FLAGS = PacketFlag(0)
RATE_HZ = 208.0
PER_PACKET = 18
PACKET_US = round(PER_PACKET * 1e6 / RATE_HZ)
SPAN_US = round((PER_PACKET - 1) * 1e6 / RATE_HZ)


def info(boot: int = BOOT, *, oldest: int = 1, newest: int = 0, ring_packets: int = 1024) -> PodInfo:
    """A pod that is as it should be."""
    return PodInfo(VERSION, boot, FootCode.LEFT, RATE_HZ, 16, 2000, ring_packets, oldest, newest, "TEST0001")


def pod_entry(pod: int = 0, boot: int = BOOT, *, first: int = 0, at_s: float = 0.0) -> PodEntry:
    """The pod is there."""
    return PodEntry(pod, at_s, first, Foot.LEFT, "runner-1", bytes(info(boot)))


def counts_of(sequence: int, boot: int = BOOT) -> np.ndarray[tuple[int, int], np.dtype[np.int16]]:
    """Readings that differ from packet to packet."""
    return np.random.default_rng([boot, sequence]).integers(-30000, 30000, (PER_PACKET, 6)).astype(np.int16)


def packet(sequence: int, boot: int = BOOT, flags: PacketFlag = NO_FLAGS, dropped: int = 0) -> Packet:
    """A packet of a pod that began at tick 1 s."""
    tick_us = 1_000_000 + sequence * PACKET_US
    return Packet(sequence, boot, tick_us, SPAN_US, flags, dropped, counts_of(sequence, boot))


def packet_entry(sequence: int, pod: int = 0, boot: int = BOOT, *, late_s: float = 0.01) -> PacketEntry:
    """The packet, so long after its last sample."""
    made = packet(sequence, boot)
    return PacketEntry(pod, (made.tick_us + made.span_us) * 1e-6 + late_s, bytes(made))


def clock_entry(pod: int = 0, boot: int = BOOT, *, session0_s: float = 5.0) -> ClockEntry:
    """Tick 1 s is at `session0_s`."""
    return ClockEntry(pod, ClockMapping(boot, 1_000_000, session0_s, 1.0))


def arrivals(
    seed: int, duration_s: float, *, interval_s: float, retransmitted: float, drift_ppm: float, start_s: float = 0.0
) -> tuple[Floats, Floats, Floats]:
    """When a pod's packets arrive: connection events, retransmissions, a host that sometimes is busy.

    Returns
    -------
    ticks_us, arrivals_s, true_s : (n,) pod clock at the last sample, arrival, and when that sample really was taken.
    """
    rng = random.Random(seed)
    phase_s, event_s, rate = rng.random() * interval_s, 0.0, 1.0 + 1e-6 * drift_ppm
    rows = []
    for number in range(1, int(duration_s * RATE_HZ / PER_PACKET)):
        pod_s = number * PER_PACKET / RATE_HZ
        true_s = start_s + pod_s / rate
        ready_s = max(true_s + rng.random() * 0.0005, event_s)
        event_s = math.ceil((ready_s - phase_s) / interval_s) * interval_s + phase_s
        while rng.random() < retransmitted:
            event_s += interval_s
        busy_s = rng.random() * 0.08 if rng.random() < 0.002 else 0.0
        rows.append((5e6 + pod_s * 1e6, event_s + 0.001 + rng.expovariate(2000.0) + busy_s, true_s))
    ticks_us, arrivals_s, true_s_all = np.array(rows).T
    return np.rint(ticks_us), arrivals_s, true_s_all

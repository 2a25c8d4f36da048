"""Bytes of flash that a sample takes with all framing: records, their CRC, heads of sectors.

The recordings are resampled to the rate of a pod, which leaves out what a faster sensor would have seen between half
of their rate and half of ours: their figures are a little too good.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Floats, Samples
from surefoot.firmware_sim.body.runner_profile import Activity
from surefoot.firmware_sim.pod.flash import SECTOR_BYTES, NorFlash
from surefoot.firmware_sim.pod.imu import MAX_COUNTS
from surefoot.firmware_sim.pod.keeper import Keeper
from surefoot.firmware_sim.pod.log_sector import PAYLOAD_BYTES
from surefoot.firmware_sim.pod.pod_settings import PodSettings
from surefoot.sensor_ingest.pod_store.block_codec import BLOCK_SAMPLES
from surefoot.sensor_ingest.pod_store.records import record_bytes
from tests.accuracy.recordings import DATA, samples_of
from tests.accuracy.report import Finding
from tests.sensor_ingest.pod_store.made import gait_counts, packets_of, records_of
from tests.sensor_ingest.pod_store.plain_encoder import encode

RATE_HZ = 208.0
TARGET_BYTES = 9.3
MAX_GAP_SAMPLES = 2.5
ACC_COUNTS_PER_MPS2 = 32768.0 / (16.0 * STANDARD_GRAVITY_MPS2)
GYR_COUNTS_PER_RADPS = 32768.0 / np.radians(2000.0)
SIMULATED: tuple[tuple[Activity, float], ...] = (
    ("run", 2.8),
    ("run", 3.3),
    ("run", 4.2),
    ("walk", 1.4),
    ("still", 0.0),
)
RUNNING = (
    *(f"treadmill/{speed_kmh}kmh.csv" for speed_kmh in range(7, 13)),
    *(f"vicon/run_{number:02}.csv" for number in range(1, 9)),
)
WALKING = (*(f"treadmill/{speed_kmh}kmh.csv" for speed_kmh in (2, 4, 6)), "two_feet_walk/left.csv")
Counts = NDArray[np.int16]


def bytes_per_sample(stretches: Sequence[Counts]) -> float:
    """Of gapless stretches of samples, (n, 6) each, numbered as late in a pod's life."""
    records = [record for counts in stretches for record in records_of(packets_of(counts, 400_000))]
    size = sum(len(record_bytes(place, record)) for place, record in enumerate(records, 1_000_000))
    samples = sum(len(packet.counts) for record in records for packet in record.packets)
    return size / samples * SECTOR_BYTES / PAYLOAD_BYTES


def stretches_of(samples: Samples) -> list[Counts]:
    """What a pod would have read: gapless stretches of at least one record, at its rate, in counts."""
    steps_s = np.diff(samples.time_s)
    breaks = np.flatnonzero(steps_s > MAX_GAP_SAMPLES * np.median(steps_s)) + 1
    parts = (slice(*ends) for ends in zip([0, *breaks], [*breaks, len(samples.time_s)], strict=True))
    found = (_resampled(samples.time_s[part], _counts(samples)[part]) for part in parts)
    return [counts for counts in found if len(counts) >= BLOCK_SAMPLES]


def _counts(samples: Samples) -> Floats:
    return np.hstack([samples.acc_mps2 * ACC_COUNTS_PER_MPS2, samples.gyr_radps * GYR_COUNTS_PER_RADPS])


def _resampled(time_s: Floats, counts: Floats) -> Counts:
    if len(time_s) < BLOCK_SAMPLES:
        return np.empty((0, 6), np.int16)
    at_s = np.arange(time_s[0], time_s[-1], 1.0 / RATE_HZ)
    return np.clip(np.rint(CubicSpline(time_s, counts)(at_s)), -MAX_COUNTS, MAX_COUNTS).astype(np.int16)


def rows() -> Iterator[Finding]:
    """Figures beside their targets: for running 9.3, of walking and rest it is told only."""
    for activity, speed_mps in SIMULATED:
        data = f"simulated, {activity} {speed_mps} m/s"
        yield _row(data, [gait_counts(activity, speed_mps, 60.0)], bound=activity == "run")
    for flash_mib, least_min in ((2, 0.0), (8, 0.0), (16, 140.0)):
        held_min = minutes_held(flash_mib)
        target = f"≥ {least_min:.0f} min" if least_min else "told only"
        yield Finding(
            f"{flash_mib} MiB of flash", "room at 208 Hz", f"{int(held_min)} min", target, held_min >= least_min
        )
    counted = f"{operations_per_sample():.0f} operations"
    yield Finding("simulated, run 3.3 m/s", "to encode a sample, counted", counted, "told only", True)
    if not DATA.exists():
        return
    for name, files, bound in (("running", RUNNING, True), ("walking", WALKING, False)):
        each = [stretches_of(samples_of(file)) for file in files]
        yield _row(f"{len(files)} recordings, {name}", [counts for found in each for counts in found], bound)
        worst = max(zip(map(bytes_per_sample, each), files, strict=True))[1]
        yield _row(f"the worst of them, {worst}", each[files.index(worst)], bound=False)


def minutes_held(flash_mib: int) -> float:
    """Minutes for which an empty flash has room, at 9.3 bytes a sample."""
    keeper = Keeper(NorFlash(flash_mib << 20), 1, PodSettings("SIM0001"), lambda: b"")
    return keeper.info.seconds_left / 60.0


def operations_per_sample() -> float:
    """Integer operations that a microcontroller takes to encode a sample of running."""
    counts = gait_counts("run", 3.3, 60.0)
    blocks = [counts[begin : begin + BLOCK_SAMPLES] for begin in range(0, 40 * BLOCK_SAMPLES, BLOCK_SAMPLES)]
    return sum(encode(block.tolist())[1] for block in blocks) / (BLOCK_SAMPLES * len(blocks))


def _row(data: str, stretches: Sequence[Counts], bound: bool) -> Finding:
    found = bytes_per_sample(stretches)
    target = f"≤ {TARGET_BYTES} bytes" if bound else "told only"
    return Finding(data, "flash for a sample", f"{found:.2f} bytes", target, found <= TARGET_BYTES or not bound)

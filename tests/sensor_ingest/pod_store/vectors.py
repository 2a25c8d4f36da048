"""The test vectors that the profile gives to makers of pods; run as a module it writes their files anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from surefoot.firmware_sim.body.runner_profile import Activity
from surefoot.sensor_ingest.pod_store.block_codec import BLOCK_SAMPLES, encode_block
from surefoot.sensor_ingest.pod_store.records import (
    BeaconRecord,
    BootRecord,
    SamplesRecord,
    StoreRecord,
    UtcRecord,
    record_bytes,
)
from surefoot.sensor_ingest.protocol import FootCode, Packet, PacketFlag, PodInfo
from tests.sensor_ingest.pod_store.made import BOOT, BOOT_COUNT, gait_counts, packets_of, records_of

FOLDER = Path(__file__).parents[2] / "firmware_sim" / "vectors"


def blocks() -> Iterator[NDArray[np.int16]]:
    """Counts of every kind and size: gait, rest, noise, extremes, short blocks."""
    rng = np.random.default_rng(7)
    gaits: tuple[tuple[Activity, float], ...] = (("run", 2.8), ("run", 4.2), ("walk", 1.4), ("still", 0.0))
    for kind, speed_mps in gaits:
        counts = gait_counts(kind, speed_mps)
        yield from (counts[begin : begin + BLOCK_SAMPLES] for begin in range(1000, 1000 + 3 * BLOCK_SAMPLES, 72))
    for size in (1, 2, 17, 18, 19, 36, 55, 71):
        yield gait_counts("run", 2.8)[2000 : 2000 + size]
    yield rng.integers(-32768, 32768, (BLOCK_SAMPLES, 6)).astype(np.int16)
    yield rng.choice(np.array([-32768, -32767, 0, 32767], np.int16), (BLOCK_SAMPLES, 6))
    yield from (np.full((BLOCK_SAMPLES, 6), value, np.int16) for value in (0, -1, 32767, -32768))


def records() -> Iterator[StoreRecord]:
    """A record of every kind, and packets that are short, flagged, late or after lost samples."""
    info = PodInfo(1, BOOT, FootCode.LEFT, 208.0, 16, 2000, 1024, 1, 0, "SIM010001")
    yield BootRecord(BOOT_COUNT, bytes(info))
    yield from records_of(packets_of(gait_counts("run", 2.8)[:360]))
    counts = gait_counts("walk", 1.4)
    yield SamplesRecord(BOOT_COUNT, (Packet(9, BOOT, 77, 0, PacketFlag.LOW_BATTERY, 0, counts[:1]),))
    yield SamplesRecord(
        2**32 - 1,
        (
            Packet(2**32 - 3, 0xFFFF, 2**63, 81_731, PacketFlag(0), 65_535, counts[:18]),
            Packet(2**32 - 2, 0xFFFF, 2**63 + 900_000, 2**32 - 1, PacketFlag.RESENT, 65_535, counts[18:25]),
            Packet(2**32 - 1, 0xFFFF, 5, 0, PacketFlag.LOW_BATTERY, 3, counts[25:26]),
        ),
    )
    yield UtcRecord(BOOT_COUNT, 5_400_000_000, 1_790_000_000_123_456)
    yield BeaconRecord(BOOT_COUNT, 5_400_000_000, "0002", 17, 4_800_000_321)


def block_lines() -> list[str]:
    """Content of `blocks.txt`."""
    return [
        line
        for counts in blocks()
        for line in (f"counts {counts.astype('<i2').tobytes().hex()}", f"block {encode_block(counts).hex()}")
    ]


def record_lines() -> list[str]:
    """Content of `records.txt`."""
    lines = []
    for number, record in enumerate(records(), 2**32 - 100):
        lines.append(f"record {record_bytes(number, record).hex()}")
        if isinstance(record, SamplesRecord):
            lines += [f"packet {bytes(packet).hex()}" for packet in record.packets]
    return lines


def kept(name: str) -> list[str]:
    """Lines of a file of vectors."""
    return (FOLDER / name).read_text("ascii").splitlines()


if __name__ == "__main__":
    for name, lines in (("blocks.txt", block_lines()), ("records.txt", record_lines())):
        (FOLDER / name).write_text("\n".join(lines) + "\n", "ascii")

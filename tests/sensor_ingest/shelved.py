"""What pods would have kept of a run that was also heard live, as records on a shelf."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

from surefoot.sensor_ingest.pod_store.records import BootRecord, SamplesRecord, StoreRecord, UtcRecord, record_bytes
from surefoot.sensor_ingest.protocol import Packet, PodInfo
from surefoot.sensor_ingest.recording.heard_boots import HeardBoot, read_heard
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.sensor_ingest.recording.shelf import Shelf

NOTES_US = 20_000_000
"""A client notes the time so often."""


def kept_records(run: RunFolder, pod: int, *, noted: bool = True) -> list[bytes]:
    """All records of a pod; without `noted`, nobody told it the time."""
    numbers = count()
    records = [
        record
        for boot_count, boot in enumerate(read_heard(run).boots[pod], 1)
        for record in _of_boot(boot_count, boot, run.manifest.created_utc.timestamp(), noted=noted)
    ]
    return [record_bytes(next(numbers), record) for record in records]


def shelve(folder: Path, serial: str, records: list[bytes]) -> Shelf:
    """Records as they were taken over."""
    shelf = Shelf(folder)
    with shelf.open(serial) as file:
        for record in records:
            file.append(record)
        file.sync()
    return shelf


def _of_boot(boot_count: int, boot: HeardBoot, created_s: float, *, noted: bool) -> Iterator[StoreRecord]:
    yield BootRecord(boot_count, bytes(_new(boot.info)))
    packets = [Packet.from_bytes(boot.packets[sequence].data) for sequence in sorted(boot.packets)]
    told_us = -NOTES_US
    for first in range(0, len(packets), 4):
        tick_us = packets[first].tick_us
        if noted and tick_us > told_us + NOTES_US:
            yield UtcRecord(boot_count, tick_us, round(1e6 * (created_s + boot.session_s(tick_us))))
            told_us = tick_us
        yield SamplesRecord(boot_count, tuple(packets[first : first + 4]))


def _new(info: PodInfo) -> PodInfo:
    return PodInfo(
        info.version,
        info.boot,
        info.foot,
        info.rate_hz,
        info.acc_range_g,
        info.gyr_range_dps,
        info.ring_packets,
        0,
        0,
        info.serial,
    )

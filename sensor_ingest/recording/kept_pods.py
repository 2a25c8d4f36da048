"""What a pod kept that tells time: its boots, what clients said was UTC, and its partner's beacons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from surefoot.sensor_ingest.pod_store.records import BeaconRecord, SamplesRecord, StoreRecord, UtcRecord

MAX_TICK_US = 1 << 53
"""285 years; a record with a later tick is not read."""


@dataclass(frozen=True, slots=True)
class KeptBoot:
    """A boot with samples.

    Parameters
    ----------
    boot_count : counts the starts in the pod's life.
    boot : number of the boot in the packets.
    first_us, last_us : ticks of the first and the last sample.
    """

    boot_count: int
    boot: int
    first_us: int
    last_us: int

    def joined(self, other: KeptBoot) -> KeptBoot:
        """This boot from the earlier first to the later last sample."""
        first_us, last_us = min(self.first_us, other.first_us), max(self.last_us, other.last_us)
        return KeptBoot(self.boot_count, self.boot, first_us, last_us)


@dataclass(frozen=True, slots=True)
class KeptPod:
    """One pod; `tag` is how its partner calls it, `boots` are in order."""

    tag: str
    boots: tuple[KeptBoot, ...]
    utc: tuple[UtcRecord, ...]
    beacons: tuple[BeaconRecord, ...]

    @classmethod
    def from_records(cls, tag: str, records: Iterable[StoreRecord]) -> Self:
        """From all records of a pod, in any order."""
        boots: dict[int, KeptBoot] = {}
        utc: list[UtcRecord] = []
        beacons: list[BeaconRecord] = []
        for record in records:
            match record:
                case SamplesRecord(packets=packets) if packets[-1].tick_us < MAX_TICK_US:
                    found = _boot_of(record)
                    known = boots.get(record.boot_count)
                    boots[record.boot_count] = found if known is None else known.joined(found)
                case UtcRecord(tick_us=tick_us) if tick_us < MAX_TICK_US:
                    utc.append(record)
                case BeaconRecord(tick_us=tick_us) if tick_us < MAX_TICK_US:
                    beacons.append(record)
        return cls(tag, tuple(boots[count] for count in sorted(boots)), tuple(utc), tuple(beacons))


def _boot_of(record: SamplesRecord) -> KeptBoot:
    first, last = record.packets[0], record.packets[-1]
    return KeptBoot(record.boot_count, first.boot, first.tick_us, last.tick_us + last.span_us)

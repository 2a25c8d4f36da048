"""Beacons by which two pods of a runner tell each other their clocks: firmware without its radio.

A beacon carries the tick at which the one before it went out: only then is that known to the microsecond, as
advertisements are delayed at random.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Self
from uuid import UUID

from surefoot.firmware_sim.pod.pod_settings import PodSettings
from surefoot.sensor_ingest.pod_store.records import BeaconRecord
from surefoot.sensor_ingest.protocol import profile_uuid

BEACON_PERIOD_S, MAX_PERIOD_S = 10.0, 30.0
"""Three of four are lost when half of the advertisements are, as each takes two: then one in 40 s remains."""
BEACON_UUID = profile_uuid(0x20)
"""Of its service data."""
NO_TICK = (1 << 48) - 1
_NUMBERS = 256


@dataclass(frozen=True, slots=True)
class Beacon:
    """Data of a beacon's advertisement, 31 bytes.

    Parameters
    ----------
    tag : last four characters of the sender's serial number.
    boot_count : the sender's, modulo 2¹⁶.
    number : one more than the beacon's before, modulo 2⁸.
    previous_tick_us : the sender's tick when the beacon before went out, modulo 2⁴⁸; `NO_TICK` in the first.
    """

    tag: str
    boot_count: int
    number: int
    previous_tick_us: int

    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<4sHBIH")
    HEAD: ClassVar[bytes] = bytes([17 + LAYOUT.size, 0x21]) + UUID(BEACON_UUID).bytes[::-1]

    def __bytes__(self) -> bytes:
        low, high = self.previous_tick_us & 0xFFFFFFFF, self.previous_tick_us >> 32
        return self.HEAD + self.LAYOUT.pack(self.tag.encode("ascii"), self.boot_count, self.number, low, high)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self | None:
        """Parse an advertisement; None if it is not a beacon."""
        if not data.startswith(cls.HEAD) or len(data) != len(cls.HEAD) + cls.LAYOUT.size:
            return None
        tag, boot_count, number, low, high = cls.LAYOUT.unpack_from(data, len(cls.HEAD))
        return cls(tag.decode("ascii", "replace"), boot_count, number, low | high << 32)


class Beacons:
    """One boot's beacons, sent and heard.

    Parameters
    ----------
    settings : with this pod's tag and its partner's.
    keep : takes what is learnt from the partner's beacons.
    """

    def __init__(self, settings: PodSettings, boot_count: int, keep: Callable[[BeaconRecord], None]) -> None:
        self._settings, self._boot_count = settings, boot_count
        self._keep = keep
        self._number, self._sent_us = 0, NO_TICK
        self._heard: tuple[Beacon, int] | None = None

    def send(self, tick_us: int) -> bytes:
        """The next beacon, which goes out at this tick."""
        beacon = Beacon(self._settings.tag, self._boot_count & 0xFFFF, self._number, self._sent_us)
        self._number, self._sent_us = (self._number + 1) % _NUMBERS, tick_us & NO_TICK
        return bytes(beacon)

    def hear(self, data: bytes, tick_us: int) -> None:
        """Take an advertisement that was heard at this tick."""
        beacon = Beacon.from_bytes(data)
        if beacon is None or not self._settings.partner_tag or beacon.tag != self._settings.partner_tag:
            return
        before, self._heard = self._heard, (beacon, tick_us)
        if before is None or not self._follows(*before, beacon, tick_us):
            return
        self._keep(BeaconRecord(self._boot_count, before[1], beacon.tag, beacon.boot_count, beacon.previous_tick_us))

    def _follows(self, before: Beacon, before_us: int, beacon: Beacon, tick_us: int) -> bool:
        """Whether a beacon is the next after another, and not one of the same number 256 beacons later."""
        next_number = (before.number + 1) % _NUMBERS
        return (
            beacon.boot_count == before.boot_count
            and beacon.number == next_number
            and beacon.previous_tick_us != NO_TICK
            and tick_us - before_us < 2e6 * MAX_PERIOD_S
        )

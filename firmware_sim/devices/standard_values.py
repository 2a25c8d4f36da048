"""What heart-rate straps, treadmills and foot pods notify, as the Bluetooth SIG lays it out; all little-endian."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

KMH_PER_MPS = 3.6


@dataclass(frozen=True, slots=True)
class HeartRateValue:
    """Value of the heart-rate measurement 0x2A37.

    Parameters
    ----------
    wide : sent as 16 bits, as some straps always do.
    contact : whether it touches the skin; None for a strap that does not know.
    rr_s : intervals between beats that follow.
    """

    bpm: int
    wide: bool = False
    contact: bool | None = None
    rr_s: Sequence[float] = ()

    def __bytes__(self) -> bytes:
        contact = 0 if self.contact is None else 0b110 if self.contact else 0b100
        flags = int(self.wide) | contact | (0x10 if self.rr_s else 0)
        intervals = b"".join(struct.pack("<H", round(1024 * each)) for each in self.rr_s)
        return struct.pack("<BH" if self.wide else "<BB", flags, self.bpm) + intervals


@dataclass(frozen=True, slots=True)
class TreadmillValue:
    """Value of the treadmill data 0x2ACD; None for what this part leaves out.

    Parameters
    ----------
    average_mps, distance_m, inclination_pct, elapsed_s : since the beginning, and now.
    """

    speed_mps: float | None
    average_mps: float | None = None
    distance_m: int | None = None
    inclination_pct: float | None = None
    elapsed_s: int | None = None

    def __bytes__(self) -> bytes:
        """Flag 0 is set where the speed is *not* there: more of the same moment is in another part."""
        flags, fields = int(self.speed_mps is None), b""
        for speed_mps, flag in ((self.speed_mps, 0), (self.average_mps, 1 << 1)):
            if speed_mps is not None:
                flags |= flag
                fields += struct.pack("<H", round(100 * KMH_PER_MPS * speed_mps))
        if self.distance_m is not None:
            flags |= 1 << 2
            fields += self.distance_m.to_bytes(3, "little")
        if self.inclination_pct is not None:
            flags |= 1 << 3
            fields += struct.pack("<hh", round(10 * self.inclination_pct), 0x7FFF)
        if self.elapsed_s is not None:
            flags |= 1 << 10
            fields += struct.pack("<H", self.elapsed_s)
        return struct.pack("<H", flags) + fields


@dataclass(frozen=True, slots=True)
class FootPodValue:
    """Value of the running speed and cadence measurement 0x2A53; a pod that does not measure speed says 0."""

    speed_mps: float
    cadence_spm: int
    stride_length_m: float | None = None
    distance_m: float | None = None
    running: bool = True

    def __bytes__(self) -> bytes:
        flags = (self.stride_length_m is not None) | (self.distance_m is not None) << 1 | self.running << 2
        fields = struct.pack("<BHB", flags, round(256 * self.speed_mps), self.cadence_spm)
        if self.stride_length_m is not None:
            fields += struct.pack("<H", round(100 * self.stride_length_m))
        if self.distance_m is not None:
            fields += struct.pack("<I", round(10 * self.distance_m))
        return fields

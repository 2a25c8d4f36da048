"""Values of the standard Running Speed and Cadence service, which watches read."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntFlag
from typing import Self


class RscFeature(IntFlag):
    """Value of the feature characteristic 0x2A54."""

    WALKING_OR_RUNNING = 4


RUNNING_FLAG = 4
"""Flag bit of a measurement: the runner is running, not walking."""


@dataclass(frozen=True, slots=True)
class RscMeasurement:
    """Value of the measurement characteristic 0x2A53.

    Parameters
    ----------
    speed_mps : 0 where not measured; these pods leave speed to the analysis.
    cadence_spm : steps of both feet per minute.
    """

    speed_mps: float
    cadence_spm: int
    running: bool

    LAYOUT = struct.Struct("<BHB")

    def __bytes__(self) -> bytes:
        return self.LAYOUT.pack(RUNNING_FLAG * self.running, round(256.0 * self.speed_mps), min(self.cadence_spm, 255))

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Parse a measurement; optional stride length and distance are ignored."""
        flags, speed, cadence = cls.LAYOUT.unpack_from(data)
        return cls(speed / 256.0, cadence, bool(flags & RUNNING_FLAG))

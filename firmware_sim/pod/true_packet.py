"""What a pod sampled, before any radio delays it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surefoot.analysis.model import Floats


@dataclass(frozen=True, slots=True, eq=False)
class TruePacket:
    """Ground truth of one packet: sample times on the session clock (n,), counts (n, 6)."""

    boot: int
    sequence: int
    time_s: Floats
    counts: NDArray[np.int16]

"""Moments on the clock of the computer's boot, which no change of its date moves."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class BootTime:
    """Seconds on the monotonic clock, which all processes of a boot share.

    Parameters
    ----------
    boot : which boot; empty where the system does not tell.
    """

    boot: str
    seconds: float

    @classmethod
    def now(cls, monotonic_s: Callable[[], float] = time.monotonic) -> Self:
        """This moment."""
        return cls(_boot(), monotonic_s())

    def since(self, earlier: Self) -> float | None:
        """Seconds since an earlier moment; None where that was before the computer was started."""
        return self.seconds - earlier.seconds if self.boot == earlier.boot else None


@cache
def _boot() -> str:
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""

"""Whether the computer's date is right; one without a battery begins with an old one, until a network sets it."""

from __future__ import annotations

import ctypes
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

EARLIEST_S = datetime(2025, 1, 1, tzinfo=UTC).timestamp()
"""No computer with this software has an earlier date."""
TIME_ERROR = 5
"""What Linux answers while nobody has set its clock by a network or another reference."""
_TIMEX_BYTES = 512
"""More than `struct timex` has on any machine; all zero, it asks and sets nothing."""
_CLOCK_WITH_BATTERY = Path("/sys/class/rtc/rtc0")
_BOARD = Path("/proc/device-tree")
"""Small computers such as the Raspberry Pi are described here; on others the battery is a matter of course."""


def is_date_trusted(utc_s: float, newest_run_s: float) -> bool:
    """Whether a date is right as far as this computer can tell.

    Parameters
    ----------
    newest_run_s : when the newest run of the store began that has a date to be trusted.
    """
    if utc_s < EARLIEST_S:
        return False
    return _is_synchronised() or (utc_s >= newest_run_s and not _lacks_battery())


def trusted_utc_s(utc_s: Callable[[], float] = time.time, newest_run_s: float = 0.0) -> Callable[[], float | None]:
    """A clock that gives None as long as its date cannot be trusted; see `is_date_trusted`."""

    def told_utc_s() -> float | None:
        now_s = utc_s()
        return now_s if is_date_trusted(now_s, newest_run_s) else None

    return told_utc_s


def _is_synchronised() -> bool:
    if not sys.platform.startswith("linux"):
        return False
    try:
        answer = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    except (OSError, AttributeError):
        return False
    return 0 <= answer < TIME_ERROR


def _lacks_battery() -> bool:
    return _BOARD.exists() and not _CLOCK_WITH_BATTERY.exists()

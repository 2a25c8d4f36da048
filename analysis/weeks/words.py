"""Numbers and days as sentences have them."""

from __future__ import annotations

from datetime import date


def km(distance_m: float) -> str:
    """As people read it."""
    return f"{distance_m / 1000.0:.1f} km"


def percent(ratio: float) -> str:
    """How far a ratio is from one."""
    return f"{abs(100.0 * (ratio - 1.0)):.0f} %"


def day_name(day: date) -> str:
    """As in a sentence, "3 Nov"."""
    return f"{day.day} {day:%b}"

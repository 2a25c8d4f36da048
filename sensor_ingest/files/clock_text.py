"""Times written as text: ISO 8601 with or without zone, or the time of day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

import numpy as np

from surefoot.analysis.model import Floats

DAY_S = 86400.0
_STAMP = re.compile(
    r"(?:(?P<date>\d{4}[-/.]\d{1,2}[-/.]\d{1,2})[T ]+)?"
    r"(?P<h>\d{1,2})[:.](?P<min>\d\d)[:.](?P<s>\d\d)(?:[.,:](?P<fraction>\d+))?\s*(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?"
)


def is_clock_text(text: str) -> bool:
    """Whether a field is a time written as text."""
    found = _STAMP.fullmatch(text.strip().strip('"'))
    return found is not None and not np.isnan(_seconds(text))


def has_date(text: str) -> bool:
    """Whether a time written as text carries its date."""
    found = _STAMP.fullmatch(text.strip().strip('"'))
    return found is not None and found["date"] is not None


def parse_clock(texts: Sequence[str]) -> Floats:
    """Seconds since 1970, or since midnight where there is no date; NaN for what is no time."""
    return np.array([_seconds(text) for text in texts], dtype=np.float64)


def _seconds(text: str) -> float:
    found = _STAMP.fullmatch(text.strip().strip('"'))
    if found is None:
        return float("nan")
    fraction_s = float(f"0.{found['fraction']}") if found["fraction"] else 0.0
    whole_s = 3600 * int(found["h"]) + 60 * int(found["min"]) + int(found["s"]) - _offset_s(found["zone"] or "")
    return _day_s(found["date"] or "1970-01-01") + whole_s + fraction_s


@lru_cache(maxsize=64)
def _day_s(date: str) -> float:
    try:
        return datetime(*(int(part) for part in re.split(r"\D", date)), tzinfo=UTC).timestamp()  # type: ignore[arg-type,misc]
    except ValueError:
        return float("nan")


@lru_cache(maxsize=64)
def _offset_s(zone: str) -> int:
    if zone in ("", "Z"):
        return 0
    digits = zone[1:].replace(":", "")
    return (-1 if zone[0] == "-" else 1) * (3600 * int(digits[:2]) + 60 * int(digits[2:] or 0))

"""Encoders that every format shares: numbers, estimates, times, gaits."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import astuple, fields
from datetime import UTC, datetime
from typing import Any

from surefoot.analysis.model import Estimate, Gait, Withheld

Json = dict[str, Any]
Numbers = Sequence[float | None]

DECIMALS = 6
"""A microsecond, and finer than any metric is known."""
ESTIMATE_FIELDS = tuple(field.name for field in fields(Estimate))
"""Order of an estimate's numbers in lists: value, low, high, n, spread."""


def dumps(value: object) -> str:
    """JSON text in ASCII; ValueError for NaN and infinities."""
    return json.dumps(value, allow_nan=False)


def to_plain(value: Any, decimals: int | None = None) -> Any:
    """A value as JSON has it, all levels: NaN and infinities become None, tuples lists, keys text.

    Parameters
    ----------
    decimals : to which floats are rounded; None keeps every bit. Integers are never changed.
    """
    if isinstance(value, float):
        return _finite(value) if decimals is None else _finite(round(float(value), decimals))
    if isinstance(value, Mapping):
        return {str(key): to_plain(each, decimals) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(each, decimals) for each in value]
    return value


def rounded(value: Any) -> Any:
    """A value as JSON has it, floats to `DECIMALS`."""
    return to_plain(value, DECIMALS)


def numbers(values: Mapping[str, float | bool | None]) -> dict[str, float | None]:
    """Floats throughout; None for what is not finite."""
    return {key: None if value is None else _finite(float(value)) for key, value in values.items()}


def estimate_to_list(estimate: Estimate) -> list[float | None]:
    """An estimate's numbers in the order of `ESTIMATE_FIELDS`; None for what is not finite."""
    return [_finite(number) for number in astuple(estimate)]


def estimate_from_list(known: Numbers) -> Estimate:
    """The estimate of such a list; NaN for None."""
    value, low, high, n, spread = (math.nan if number is None else number for number in known)
    return Estimate(value, low, high, int(n), spread)


def estimate_to_dict(known: Numbers) -> dict[str, float | None]:
    """An estimate's list of numbers by name."""
    return dict(zip(ESTIMATE_FIELDS, known, strict=True))


def withheld_to_dict(withheld: Withheld) -> Json:
    """Why a value is not told, and in how many strides it is known."""
    return {"reason": withheld.reason.value, "n": withheld.n, "of": withheld.of}


def gait_word(running: object) -> str:
    """A stride's gait: "run" or "walk"."""
    return (Gait.RUN if running else Gait.WALK).value


def utc_iso(time_ns: int) -> str:
    """Nanoseconds since 1970 as ISO 8601 in UTC, to the millisecond."""
    return datetime.fromtimestamp(time_ns / 1e9, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None

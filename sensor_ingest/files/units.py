"""Units as files write them, in names, unit rows and options: their factor to SI."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from types import MappingProxyType

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2

_DEGREE_RAD = math.pi / 180
_FACTORS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "time": dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0)
        | dict.fromkeys(("ms", "msec", "millisecond", "milliseconds"), 1e-3)
        | dict.fromkeys(("us", "usec", "microsecond", "microseconds"), 1e-6)
        | dict.fromkeys(("d", "day", "days"), 86400.0)
        | dict.fromkeys(("ns", "nsec", "nanosecond", "nanoseconds"), 1e-9),
        "acc": dict.fromkeys(("m/s^2", "m/(s^2)", "m/s2", "mps2", "m/s/s", "ms^-2", "m*s^-2", "m.s^-2"), 1.0)
        | {"g": STANDARD_GRAVITY_MPS2, "mg": 1e-3 * STANDARD_GRAVITY_MPS2},
        "gyr": dict.fromkeys(("rad/s", "radps", "rad/sec", "rad*s^-1", "rad.s^-1"), 1.0)
        | dict.fromkeys(("deg/s", "dps", "degps", "deg/sec", "degs/s", "degrees/s", "deg.s^-1"), _DEGREE_RAD)
        | dict.fromkeys(("mdps", "mdeg/s"), 1e-3 * _DEGREE_RAD),
    }
)
"""Sensor → unit as written, plain → factor to s, m/s² or rad/s."""
_SCALE = re.compile(r"(?P<range>\d+(\.\d+)?)(?P<unit>[a-z/^0-9]*[a-z])/(?P<counts>\d+)")


def plain(text: str) -> str:
    """A unit or name in lower case, without spaces, with letters for signs."""
    found = text.strip().strip("\"'").lower().replace(" ", "")
    for sign, letters in (("µ", "u"), ("μ", "u"), ("²", "^2"), ("°", "deg"), ("−", "-")):
        found = found.replace(sign, letters)
    return found


def factor_of(sensor: str, unit: str) -> float | None:
    """Factor of a unit of "time", "acc" or "gyr" to SI; of counts as 8g/32768; None if it is no such unit."""
    written = plain(unit)
    known = _FACTORS[sensor].get(written)
    if known is None and (scale := _SCALE.fullmatch(written)) and int(scale["counts"]):
        full = _FACTORS[sensor].get(scale["unit"])
        return None if full is None else full * float(scale["range"]) / int(scale["counts"])
    return known


def sensor_of(unit: str) -> str | None:
    """The sensor that has this unit: "time", "acc" or "gyr"."""
    return next((sensor for sensor, units in _FACTORS.items() if plain(unit) in units), None)

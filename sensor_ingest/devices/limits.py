"""What a sensor of another maker cannot do, as data, and as sentences before a run and after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from surefoot.sensor_ingest.devices.device import Abilities
from surefoot.sensor_ingest.devices.known import device_of_info, device_of_serial
from surefoot.sensor_ingest.protocol import PodInfo

ENOUGH_G = 16
"""Landings exceed ±8 g in half of easy strides."""
ENOUGH_HZ = 100.0
"""Contact times need more readings than slower sensors give."""
_LESS = "impact is told as at least so much, stride length and speed are withheld where too few strides are whole"


@dataclass(frozen=True, slots=True)
class Limits:
    """What is to be known of one kind of sensor.

    Parameters
    ----------
    title : of the kind.
    clauses : what it cannot do, each with what follows.
    """

    title: str
    clauses: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.title}: {'; '.join(self.clauses)}."


def limits_before(serials: Iterable[str]) -> list[Limits]:
    """What is known before a run of the sensors that take part, by kind."""
    worn = Counter(device for serial in serials if (device := device_of_serial(serial)) is not None)
    return [
        Limits(device.title, (*_clauses(device.abilities), *_crowd(device.abilities, count)))
        for device, count in worn.items()
    ]


def limits_of(info: PodInfo) -> Limits | None:
    """What is known of a sensor once it was set up; None for pods of the profile, and for kinds without limits."""
    kept = not info.device  # packets that were made of its logs are those of the profile
    device = device_of_serial(info.serial) if kept else device_of_info(info)
    if device is None:
        return None
    keeps = device.abilities.keeps or kept
    told = replace(device.abilities, acc_range_g=info.acc_range_g, rate_hz=info.rate_hz, keeps=keeps)
    clauses = (*_clauses(told), *device.assumed(info))
    return Limits(device.title, clauses) if clauses else None


def _clauses(abilities: Abilities) -> Sequence[str]:
    too_small_g = abilities.acc_range_g is not None and abilities.acc_range_g < ENOUGH_G
    own_range = abilities.acc_range_g is None
    too_slow = abilities.rate_hz < ENOUGH_HZ
    told = {
        f"±{abilities.acc_range_g} g is less than most landings reach: {_LESS}": too_small_g,
        f"its range shows when it is connected, and ±8 g is less than most landings reach: {_LESS}": own_range,
        f"{abilities.rate_hz:.0f} readings a second give cadence and trends only": too_slow,
        "without a gyroscope it gives cadence only": not abilities.gyroscope,
        "what it measures while the link is lost stays lost": not abilities.keeps,
        f"what {'' if abilities.keeps else 'else '}is lost is told from its clock": not abilities.numbers,
    }
    return [clause for clause, applies in told.items() if applies]


def _crowd(abilities: Abilities, count: int) -> Sequence[str]:
    """What many of a kind at once cannot do."""
    at_once = abilities.at_once
    return [f"{count} at once lose data, {at_once} do not"] if at_once is not None and count > at_once else []

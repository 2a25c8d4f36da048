"""What sensors beside the pods say: heart rate, treadmill and foot pod. None of it is a finding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

HEART_RATE, BELT_SPEED, BELT_DISTANCE, INCLINATION, FOOT_POD_SPEED, FOOT_POD_CADENCE = (
    "heart_rate_bpm", "belt_speed_mps", "belt_distance_m", "inclination_pct", "foot_pod_speed_mps",
    "foot_pod_cadence_spm",
)  # fmt: skip


class Companion(StrEnum):
    """Kind of sensor."""

    HEART_RATE = "heart_rate"
    TREADMILL = "treadmill"
    FOOT_POD = "foot_pod"


COMPANION_WORDS = {
    Companion.HEART_RATE: "heart-rate sensor",
    Companion.TREADMILL: "treadmill",
    Companion.FOOT_POD: "foot pod",
}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number that such a sensor says.

    Parameters
    ----------
    unit : symbol for people; `scale` converts the stored value to it.
    counts_up : whether it only grows, so that what matters is by how much.
    """

    label: str
    unit: str
    scale: float
    decimals: int
    description: str
    counts_up: bool = False


QUANTITIES: Mapping[str, Quantity] = MappingProxyType(
    {
        HEART_RATE: Quantity("Heart rate", "bpm", 1.0, 0, "Beats per minute, while the sensor touches the skin."),
        BELT_SPEED: Quantity("Belt speed", "km/h", 3.6, 1, "Speed of the treadmill's belt, as it says."),
        BELT_DISTANCE: Quantity("Belt distance", "km", 0.001, 2, "Distance that the treadmill counts.", counts_up=True),
        INCLINATION: Quantity("Slope", "%", 1.0, 1, "Inclination of the treadmill; positive is uphill."),
        FOOT_POD_SPEED: Quantity("Foot pod speed", "km/h", 3.6, 1, "Speed by another foot pod, where it tells it."),
        FOOT_POD_CADENCE: Quantity("Foot pod cadence", "steps/min", 1.0, 0, "Steps of both feet per minute by it."),
    }
)
"""Key → what it is, in the order in which they are shown."""
MIN_BELT_MPS, MIN_BELT_READINGS = 0.4, 30
"""Belts that stand still, or that were heard for less than half a minute, are no run on a treadmill."""
MAX_AGE_S = 10.0
"""What was said longer ago is not shown as being so now: one value a second should come."""


@dataclass(frozen=True, slots=True)
class CompanionReading:
    """What a sensor said at a session time; `values` has the keys of `QUANTITIES` that it told."""

    companion: Companion
    time_s: float
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class QuantitySummary:
    """A quantity over a run; `n` values."""

    mean: float
    low: float
    high: float
    n: int

    @property
    def gained(self) -> float:
        """By how much it grew."""
        return self.high - self.low


def summarise_companions(readings: Iterable[CompanionReading]) -> dict[str, QuantitySummary]:
    """Key → mean and range of each quantity that was told, in the order of `QUANTITIES`."""
    told: dict[str, list[float]] = {key: [] for key in QUANTITIES}
    for reading in readings:
        for key, value in reading.values.items():
            told[key].append(value)
    return {
        key: QuantitySummary(sum(values) / len(values), min(values), max(values), len(values))
        for key, values in told.items()
        if values
    }


def is_on_treadmill(readings: Iterable[CompanionReading]) -> bool:
    """Whether a treadmill's belt ran for most of the time in which it was heard."""
    speeds = [reading.values[BELT_SPEED] for reading in readings if BELT_SPEED in reading.values]
    return sum(speed >= MIN_BELT_MPS for speed in speeds) > 0.5 * max(len(speeds), MIN_BELT_READINGS)


def newest_values(readings: Sequence[CompanionReading], now_s: float) -> dict[str, float]:
    """Key → the newest value that is not older than `MAX_AGE_S`, in the order of `QUANTITIES`."""
    newest: dict[str, float] = {}
    for reading in readings:
        if reading.time_s >= now_s - MAX_AGE_S:
            newest |= reading.values
    return {key: newest[key] for key in QUANTITIES if key in newest}

"""Sensors of other makers that are tried, as simulated devices on a runner's shoes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from surefoot.analysis.model import Floats, Foot
from surefoot.firmware_sim.devices.verity_control import ACC, GYRO
from surefoot.firmware_sim.radio.link import LinkQuality
from surefoot.firmware_sim.simulation import SimulatedRunner, Simulation
from tests.sensor_ingest.devices.movesenses import USUAL, worn_movesense
from tests.sensor_ingest.devices.verities import SERIALS, worn_verity


class SimulatedSensor(Protocol):
    """What a simulated sensor can be made to do, and what it knows.

    Parameters
    ----------
    truth : session time of every acceleration that was taken, and the acceleration in m/s².
    """

    @property
    def truth(self) -> Sequence[tuple[float, Floats]]: ...

    async def outage(self, duration_s: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Device:
    """A kind of sensor.

    Parameters
    ----------
    serials : as a runner would name them.
    wear : puts one on a foot, heard as well as that.
    stall : lets a sensor fall silent; of one with two streams the given one of them.
    """

    name: str
    serials: Mapping[Foot, str]
    wear: Callable[[Simulation, SimulatedRunner, Foot, LinkQuality], AbstractAsyncContextManager[SimulatedSensor]]
    stall: Callable[[Any, int], None]


def _verity(
    simulation: Simulation, runner: SimulatedRunner, foot: Foot, quality: LinkQuality
) -> AbstractAsyncContextManager[SimulatedSensor]:
    return worn_verity(simulation, runner, foot, quality=quality)


def _movesense(
    simulation: Simulation, runner: SimulatedRunner, foot: Foot, quality: LinkQuality
) -> AbstractAsyncContextManager[SimulatedSensor]:
    return worn_movesense(simulation, runner, foot, quality=quality)


DEVICES = (
    Device(
        "Polar Verity Sense",
        {foot: f"polar-{serial}" for foot, serial in SERIALS.items()},
        _verity,
        lambda sensor, stream: sensor.stall((GYRO, ACC)[stream]),
    ),
    Device(
        "Movesense at ±16 g",
        {foot: f"movesense-{own.serial}" for foot, own in USUAL.items()},
        _movesense,
        lambda sensor, _: sensor.stall(),
    ),
)

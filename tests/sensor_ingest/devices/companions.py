"""Simulated sensors beside the pods, in the same air."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from surefoot.firmware_sim.devices.standard_values import HeartRateValue, TreadmillValue
from surefoot.firmware_sim.devices.virtual_companion import (
    FTMS_TREADMILL,
    HEART_RATE_STRAP,
    CompanionKind,
    Frames,
    VirtualCompanion,
)
from surefoot.firmware_sim.radio.virtual_controller import VirtualController
from surefoot.firmware_sim.simulation import Simulation

STRAP, TREADMILL = "C0:B0:00:00:00:01", "C0:B0:00:00:00:02"


def beating(since_s: float) -> Sequence[bytes]:
    """A heart that beats a little faster every second."""
    return [bytes(HeartRateValue(120 + round(since_s) % 60, contact=True))]


def in_two_parts(since_s: float) -> Sequence[bytes]:
    """A belt at 10 km/h whose slope changes after 20 s, in two parts a second."""
    slope_pct = 0.0 if since_s < 20.0 else 2.0
    return [
        bytes(TreadmillValue(None, None, round(since_s * 10 / 3.6), slope_pct)),
        bytes(TreadmillValue(10 / 3.6)),
    ]


@asynccontextmanager
async def companion(
    simulation: Simulation, kind: CompanionKind, address: str, frames: Frames, name: str = "HRM 12"
) -> AsyncIterator[VirtualCompanion]:
    """One that is switched on while the context is open."""
    controller = VirtualController(name, simulation.medium)
    async with VirtualCompanion(kind, name, address, frames, controller) as device:
        yield device


def strap(simulation: Simulation, frames: Frames = beating) -> AbstractAsyncContextManager[VirtualCompanion]:
    """A heart-rate strap."""
    return companion(simulation, HEART_RATE_STRAP, STRAP, frames)


def treadmill(simulation: Simulation, frames: Frames = in_two_parts) -> AbstractAsyncContextManager[VirtualCompanion]:
    """A treadmill."""
    return companion(simulation, FTMS_TREADMILL, TREADMILL, frames, "TM 7")

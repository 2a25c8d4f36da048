"""Tests of the firmware run twice: over the one in Python and over the core in C."""

from __future__ import annotations

from functools import partial

import pytest

from surefoot.firmware_sim.pod.boot_counter import count_boot
from surefoot.firmware_sim.pod.core_firmware import CoreFirmware
from surefoot.firmware_sim.pod.firmware import Firmware
from surefoot.firmware_sim.pod.flash_log import FlashLog
from surefoot.firmware_sim.pod.ring_buffer import RingBuffer
from tests.firmware_sim.core.built import core_library
from tests.firmware_sim.core.parts import CoreLog, CoreRingBuffer, CountBoot, MakeFirmware, MakeRing, OpenLog


@pytest.fixture(scope="session", params=["python", "c"])
def language(request: pytest.FixtureRequest) -> str:
    """What the firmware is written in."""
    if request.param == "c":
        core_library()
    return str(request.param)


@pytest.fixture(scope="session")
def make_firmware(language: str) -> MakeFirmware:
    """Starts a firmware."""
    return Firmware if language == "python" else partial(CoreFirmware, core_library())


@pytest.fixture(scope="session")
def make_ring(language: str) -> MakeRing:
    """Makes a ring buffer."""
    return RingBuffer if language == "python" else CoreRingBuffer


@pytest.fixture(scope="session")
def open_log(language: str) -> OpenLog:
    """Finds the log in a flash."""
    return FlashLog if language == "python" else CoreLog


@pytest.fixture(scope="session")
def counter(language: str) -> CountBoot:
    """Counts a start."""
    return count_boot if language == "python" else core_library().count_boot

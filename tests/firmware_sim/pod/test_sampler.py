"""A pod's sensor is read when a packet is full, whatever the rounding of the clock."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Coroutine
from types import SimpleNamespace
from typing import Any

import numpy as np

from surefoot.firmware_sim import virtual_time
from surefoot.firmware_sim.pod.pod_settings import PodSettings
from surefoot.firmware_sim.pod.sampler import Sampler
from surefoot.firmware_sim.pod.sensor import RawSamples

AT_S, BEGAN_S = 134.72, 100.0
"""Of the loop's clock; session time is a smaller number, with finer steps."""
PATIENCE = 1000


class OneSample:
    """A sensor whose next sample is always the next number after the time at which it was made."""

    def __init__(self, now_s: float) -> None:
        self._at_s = math.nextafter(now_s, math.inf)

    def sample_time_s(self, _: int) -> float:
        return self._at_s

    def take_until(self, time_s: float) -> RawSamples:
        taken = int(self._at_s <= time_s)
        self._at_s += taken
        return RawSamples(np.full(taken, self._at_s - taken), np.zeros((taken, 6), np.int16))


async def is_read() -> bool:
    """Whether a sample is read before the time was asked for very often."""
    loop, got, asked = asyncio.get_running_loop(), asyncio.Event(), 0
    tasks = list[asyncio.Task[Any]]()

    def now_s() -> float:
        nonlocal asked
        asked += 1
        assert asked < PATIENCE, "virtual time stands still"
        return loop.time() - BEGAN_S

    def sample(*_: object) -> bool:
        got.set()
        return True

    def spawn(name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        tasks.append(asyncio.create_task(work, name=name))
        return tasks[0]

    await asyncio.sleep(AT_S)
    firmware: Any = SimpleNamespace(settings=PodSettings("SIM1"), sampling=True, samples_until_full=1, sample=sample)
    oscillator: Any = SimpleNamespace(tick_us=lambda times_s: times_s)
    made: Any = lambda _, began_s: OneSample(began_s)  # noqa: E731
    sampler = Sampler(spawn, now_s, made, on_read=lambda: None, on_power_cut=lambda: None, keep_truth=False)
    sampler.serve(firmware, oscillator)
    sampler.follow_firmware()
    await asyncio.wait([*tasks, asyncio.create_task(got.wait())], return_when=asyncio.FIRST_COMPLETED)
    sampler.stop()
    return got.is_set()


def test_a_packet_that_is_full_within_the_rounding_of_the_clock_is_read() -> None:
    assert virtual_time.run(is_read(), speed=math.inf)

"""Runners with pods on their shoes, in the same process as the client that listens to them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.body.motion import Motion, simulate
from surefoot.firmware_sim.body.truth import Truth
from surefoot.firmware_sim.pod.battery import Battery
from surefoot.firmware_sim.pod.firmware import Settings
from surefoot.firmware_sim.pod.imu import Imu, random_mounting
from surefoot.firmware_sim.pod.pod import Make, Pod, SensorFrom
from surefoot.firmware_sim.pod.sensor import Sensor, with_settings
from surefoot.firmware_sim.radio.central import CentralRadio
from surefoot.firmware_sim.radio.virtual_controller import Ether, RadioController
from surefoot.firmware_sim.scenarios import Charge, Outage, PowerCycle, Scenario
from surefoot.sensor_ingest.protocol import FootCode

DRIFT_SD_PPM, RATE_SD_PPM = 15.0, 3000.0
"""Of a pod's crystal, and of the oscillator inside its IMU, which is far worse."""
LONGEST_ON_S = 600.0


@dataclass(frozen=True, slots=True)
class VirtualRunner:
    """One runner's pods and the truth about their gait; session time zero is `start_s` on the loop's clock."""

    name: str
    start_s: float
    motion: Motion
    pods: Mapping[Foot, Pod]

    @property
    def truth(self) -> Mapping[Foot, Truth]:
        """Every stride as it really was, session time."""
        return self.motion.truth


class VirtualAir:
    """A virtual radio with one central; runners may come at any time and stay until the end.

    Parameters
    ----------
    seed : the same seed, and the same client, give the same bytes; in virtual time at the same times.
    keep_truth : let pods remember all packets; without, memory stays bounded.

    An error raised within comes out as it is, not in the groups of the tasks that it ends.
    """

    def __init__(self, seed: int = 0, *, keep_truth: bool = True) -> None:
        self.ether = Ether(seed)
        self.runners: dict[str, VirtualRunner] = {}
        self._seed = seed
        self._keep_truth = keep_truth
        self._rng = np.random.default_rng(seed)
        self._count = 0
        self._stack = AsyncExitStack()
        self._troubles: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks = await self._stack.enter_async_context(asyncio.TaskGroup())
        self.central = await CentralRadio.on_air(self.ether)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for trouble in self._troubles:
            trouble.cancel()
        try:
            await self._stack.__aexit__(kind, error, trace)
        except BaseExceptionGroup as group:
            if error is None or group.split(lambda each: each is error)[1] is not None:
                raise

    async def add_runner(self, name: str, scenario: Scenario) -> VirtualRunner:
        """Put pods on a runner, who begins the scenario at once."""
        if name in self.runners:
            raise ValueError(f"there is a runner {name!r} already")
        seed = int(self._rng.integers(2**31))
        motion = await asyncio.to_thread(simulate, scenario.runner, scenario.plan, seed, scenario.rolls)
        start_s = asyncio.get_running_loop().time()
        pods = {foot: await self._put_on(scenario, motion, foot, seed, start_s) for foot in Foot}
        runner = VirtualRunner(name, start_s, motion, pods)
        self.runners[name] = runner
        self._troubles += [
            self._tasks.create_task(_befall(runner, trouble), name=f"{name} {trouble}") for trouble in scenario.troubles
        ]
        return runner

    async def _put_on(self, scenario: Scenario, motion: Motion, foot: Foot, seed: int, start_s: float) -> Pod:
        self._count += 1
        number, rng = self._count, self._rng
        make = Make(
            address=f"C0:5F:{self._seed & 0xFF:02X}:00:{number >> 8:02X}:{number & 0xFF:02X}",
            drift_ppm=float(rng.normal(0.0, DRIFT_SD_PPM)),
            on_for_s=float(rng.uniform(0.0, LONGEST_ON_S)),
            keep_truth=self._keep_truth,
            seed=seed + list(Foot).index(foot),
        )
        settings = Settings(serial=f"SIM{self._seed & 0xFF:02X}{number:04X}", foot=FootCode.from_foot(foot))
        imu = Imu(mounting=random_mounting(make.seed))
        sensor_from = sensor_maker(motion, foot, imu, float(rng.normal(0.0, RATE_SD_PPM)), seed)
        charge = scenario.charge.get(foot, Charge())
        battery = Battery(charge.level_pct, streaming_pct_per_h=charge.streaming_pct_per_h)
        controller = RadioController(settings.name, self.ether, scenario.quality)
        pod = Pod(make, settings, sensor_from, controller, controller, start_s=start_s, battery=battery)
        return await self._stack.enter_async_context(pod)


def sensor_maker(motion: Motion, foot: Foot, imu: Imu, rate_ppm: float, seed: int) -> SensorFrom:
    """Sensors on one foot, set as the pod wants them; a sensor's own oscillator is off by `rate_ppm`."""

    def sensor_from(settings: Settings, start_s: float) -> Sensor:
        set_up = with_settings(imu, settings.rate_hz, settings.acc_range_g, settings.gyr_range_dps, rate_ppm)
        return Sensor(motion, foot, set_up, seed=seed, start_s=start_s)

    return sensor_from


async def _befall(runner: VirtualRunner, trouble: Outage | PowerCycle) -> None:
    pod = runner.pods[trouble.foot]
    await asyncio.sleep(trouble.at_s - pod.now_s)
    if isinstance(trouble, Outage):
        await pod.outage(trouble.duration_s)
    else:
        await pod.power_cycle(trouble.off_s)

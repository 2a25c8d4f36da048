"""Simulation of runners with pods on a virtual radio, in the same process as the client."""

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
from surefoot.firmware_sim.body.truth import TrueStrides
from surefoot.firmware_sim.pod.battery import Battery
from surefoot.firmware_sim.pod.beacon_air import USUAL_AIR, BeaconAir
from surefoot.firmware_sim.pod.beacon_ether import BeaconEther
from surefoot.firmware_sim.pod.core_library import CoreLibrary
from surefoot.firmware_sim.pod.imu import Imu, random_mounting
from surefoot.firmware_sim.pod.oscillator import Crystal
from surefoot.firmware_sim.pod.pod_settings import PodSettings
from surefoot.firmware_sim.pod.sampler import SensorFactory
from surefoot.firmware_sim.pod.sensor import Sensor, configured_imu
from surefoot.firmware_sim.pod.virtual_pod import PodParameters, VirtualPod
from surefoot.firmware_sim.radio.central import CentralRadio
from surefoot.firmware_sim.radio.virtual_controller import RadioMedium, VirtualController
from surefoot.firmware_sim.scenarios import BatteryCharge, Outage, PowerCycle, Scenario
from surefoot.sensor_ingest.protocol import FootCode

CLOCK_DRIFT_SD_PPM, SAMPLE_RATE_SD_PPM = 15.0, 3000.0
"""Spread of a pod's crystal, and of the far less accurate oscillator inside its IMU."""
MAX_UPTIME_S = 600.0
"""Pods are switched on at most this long before their runner joins."""


@dataclass(frozen=True, slots=True)
class SimulatedRunner:
    """Pods and ground truth of one runner; session time zero is `start_s` on the loop's clock."""

    name: str
    start_s: float
    motion: Motion
    pods: Mapping[Foot, VirtualPod]

    @property
    def truth(self) -> Mapping[Foot, TrueStrides]:
        """True strides of each foot, session time."""
        return self.motion.truth


class Simulation:
    """A radio medium with one central; runners can be added at any time and stay until the end.

    Parameters
    ----------
    seed : same seed and same client give the same bytes; in virtual time also at the same times.
    keep_truth : pods keep the truth of all packets; if False, memory stays bounded.
    flash_bytes : size of the pods' flash; None: they have no store.
    bonded_only : pods take commands from bonded clients only.
    beacon_air : how well pods hear each other's beacons, which those with a store send; times of the first runner.
    shared_airtime : all links share the radio time of the central.
    core : the firmware core in C, which the pods run in place of the firmware in Python.

    An exception raised in the context propagates unchanged, not wrapped in an exception group.
    """

    def __init__(
        self,
        seed: int = 0,
        *,
        keep_truth: bool = True,
        bonded_only: bool = False,
        flash_bytes: int | None = None,
        beacon_air: BeaconAir = USUAL_AIR,
        shared_airtime: bool = False,
        core: CoreLibrary | None = None,
    ) -> None:
        self.medium = RadioMedium(seed, shared_airtime=shared_airtime)
        self._ether = BeaconEther(beacon_air, seed) if flash_bytes is not None else None
        self.runners: dict[str, SimulatedRunner] = {}
        self._seed = seed
        self._keep_truth = keep_truth
        self._flash_bytes = flash_bytes
        self._bonded_only = bonded_only
        self._core = core
        self._rng = np.random.default_rng(seed)
        self._pod_count = 0
        self._stack = AsyncExitStack()
        self._fault_tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks = await self._stack.enter_async_context(asyncio.TaskGroup())
        self.central = await CentralRadio.on_medium(self.medium)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for fault in self._fault_tasks:
            fault.cancel()
        try:
            await self._stack.__aexit__(kind, error, trace)
        except BaseExceptionGroup as group:
            if error is None or group.split(lambda each: each is error)[1] is not None:
                raise

    async def add_runner(self, name: str, scenario: Scenario) -> SimulatedRunner:
        """Add a runner with two pods, who starts the scenario at once."""
        if name in self.runners:
            raise ValueError(f"runner {name!r} already exists")
        seed = int(self._rng.integers(2**31))
        motion = await asyncio.to_thread(simulate, scenario.runner, scenario.plan, seed, scenario.inversion_events)
        start_s = asyncio.get_running_loop().time()
        pods = {foot: await self._attach_pod(scenario, motion, foot, seed, start_s) for foot in Foot}
        runner = SimulatedRunner(name, start_s, motion, pods)
        self.runners[name] = runner
        self._fault_tasks += [
            self._tasks.create_task(_inject(runner, fault), name=f"{name} {fault}") for fault in scenario.faults
        ]
        return runner

    async def _attach_pod(
        self, scenario: Scenario, motion: Motion, foot: Foot, seed: int, start_s: float
    ) -> VirtualPod:
        self._pod_count += 1
        number, rng = self._pod_count, self._rng
        crystal = scenario.crystals.get(foot, Crystal(float(rng.normal(0.0, CLOCK_DRIFT_SD_PPM))))
        parameters = PodParameters(
            address=f"C0:5F:{self._seed & 0xFF:02X}:00:{number >> 8:02X}:{number & 0xFF:02X}",
            drift_ppm=crystal.drift_ppm,
            bend=crystal.bend,
            uptime_s=float(rng.uniform(0.0, MAX_UPTIME_S)),
            keep_truth=self._keep_truth,
            seed=seed + list(Foot).index(foot),
            bonded_only=self._bonded_only,
        )
        settings = PodSettings(
            serial=f"SIM{self._seed & 0xFF:02X}{number:04X}",
            foot=FootCode.from_foot(foot),
            flash_bytes=self._flash_bytes,
        )
        imu = Imu(mounting=random_mounting(parameters.seed))
        make_sensor = sensor_factory(motion, foot, imu, float(rng.normal(0.0, SAMPLE_RATE_SD_PPM)), seed)
        battery_charge = scenario.battery_charges.get(foot, BatteryCharge())
        battery = Battery(battery_charge.level_pct, streaming_pct_per_h=battery_charge.streaming_pct_per_h)
        controller = VirtualController(settings.name, self.medium, scenario.link_quality)
        pod = VirtualPod(
            parameters,
            settings,
            make_sensor,
            controller,
            controller,
            start_s=start_s,
            battery=battery,
            ether=self._ether,
            core=self._core,
        )
        if self._ether is not None:
            self._ether.join(pod)
        return await self._stack.enter_async_context(pod)


def sensor_factory(motion: Motion, foot: Foot, imu: Imu, rate_ppm: float, seed: int) -> SensorFactory:
    """Factory of sensors on one foot, configured by the pod's settings; their rate is off by `rate_ppm`."""

    def make_sensor(settings: PodSettings, start_s: float) -> Sensor:
        configured = configured_imu(imu, settings.rate_hz, settings.acc_range_g, settings.gyr_range_dps, rate_ppm)
        return Sensor(motion, foot, configured, seed=seed, start_s=start_s)

    return make_sensor


async def _inject(runner: SimulatedRunner, fault: Outage | PowerCycle) -> None:
    pod = runner.pods[fault.foot]
    await asyncio.sleep(fault.at_s - pod.now_s)
    if isinstance(fault, Outage):
        await pod.outage(fault.duration_s)
    else:
        await pod.power_cycle(fault.off_s)

"""Virtual pods on real Bluetooth controllers, for phones and other software.

Untested on hardware: only bumble's TCP transports between two processes have been tried. A dongle has its own link
layer, so `LinkQuality`, outages and power loss without disconnecting do not apply.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from bumble.transport import open_transport

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.body.motion import simulate
from surefoot.firmware_sim.pod.imu import Imu, random_mounting
from surefoot.firmware_sim.pod.pod_settings import PodSettings
from surefoot.firmware_sim.pod.virtual_pod import PodParameters, VirtualPod
from surefoot.firmware_sim.scenarios import Scenario
from surefoot.firmware_sim.simulation import sensor_factory
from surefoot.sensor_ingest.protocol import FootCode

FLASH_BYTES = 16 << 20
"""More than two hours of samples."""


class ControllerError(Exception):
    """A Bluetooth controller that cannot be used."""

    def __init__(self, transport: str, reason: str) -> None:
        self.transport = transport
        self.reason = reason
        super().__init__(f"{transport}: {reason}")


@asynccontextmanager
async def open_hardware_pods(
    transports: Mapping[Foot, str], scenario: Scenario, *, seed: int = 0
) -> AsyncIterator[Mapping[Foot, VirtualPod]]:
    """Run a runner's pods on HCI controllers, one each; the run starts when all are open.

    Parameters
    ----------
    transports : in bumble's notation: "usb:0", "serial:/dev/ttyACM0", "tcp-client:127.0.0.1:9001".

    Raises
    ------
    ControllerError
        if there is no such controller, or it does not respond as one.
    """
    motion = simulate(scenario.runner, scenario.plan, seed, scenario.inversion_events)
    async with AsyncExitStack() as stack:
        controllers = {}
        for foot, name in transports.items():
            try:
                controllers[foot] = await stack.enter_async_context(await open_transport(name))
            except Exception as error:  # bumble's transports have no common base exception
                raise ControllerError(name, str(error) or type(error).__name__) from error
        pods: dict[Foot, VirtualPod] = {}
        start_s = asyncio.get_running_loop().time()
        for number, (foot, controller) in enumerate(controllers.items(), 1):
            pod = VirtualPod(
                # Static random, the two highest bits set; phones remember a pod's services by it.
                PodParameters(f"C0:5F:{seed & 0xFF:02X}:01:00:{number:02X}", keep_truth=False, seed=seed + number),
                PodSettings(f"SIM{seed & 0xFF:02X}01{number:02X}", FootCode.from_foot(foot), flash_bytes=FLASH_BYTES),
                sensor_factory(motion, foot, Imu(mounting=random_mounting(seed + number)), 0.0, seed),
                controller.source,
                controller.sink,
                start_s=start_s,
            )
            try:
                pods[foot] = await stack.enter_async_context(pod)
            except Exception as error:  # nor has a host whose controller does not respond
                raise ControllerError(transports[foot], str(error) or type(error).__name__) from error
        yield pods

"""One virtual pod on a real Bluetooth controller, for phones and other people's software.

Untested on hardware: only bumble's TCP transports between two processes have been tried. On a dongle the link layer is
the dongle's own, so `LinkQuality`, outages and loss of power without goodbye do not apply.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bumble.transport import open_transport

from analysis.model import Foot
from firmware_sim.air import sensor_maker
from firmware_sim.firmware import Settings
from firmware_sim.imu import Imu, random_mounting
from firmware_sim.pod import Make, Pod
from firmware_sim.runner import simulate
from firmware_sim.scenario import Scenario
from sensor_ingest.protocol import FootCode


@asynccontextmanager
async def serve(
    transport: str,
    scenario: Scenario,
    foot: Foot,
    *,
    address: str = "C0:5F:00:00:00:01",
    serial: str = "SIM00001",
    seed: int = 0,
) -> AsyncIterator[Pod]:
    """Put one pod on an HCI controller.

    Parameters
    ----------
    transport : as bumble names them: "usb:0", "tcp-client:127.0.0.1:9001", "serial:…".
    address : static random, the two highest bits set; phones remember a pod's services by it.
    """
    motion = simulate(scenario.runner, scenario.plan, seed, scenario.rolls)
    sensor_from = sensor_maker(motion, foot, Imu(mounting=random_mounting(seed)), 0.0, seed)
    async with await open_transport(transport) as controller:
        pod = Pod(
            Make(address, keep_truth=False, seed=seed),
            Settings(serial, FootCode.of(foot)),
            sensor_from,
            controller.source,
            controller.sink,
            start_s=asyncio.get_running_loop().time(),
        )
        async with pod:
            yield pod

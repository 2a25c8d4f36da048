"""A simulated runner's pods on this computer's Bluetooth dongles."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.hardware_pods import ControllerError, open_hardware_pods
from surefoot.firmware_sim.scenarios import SCENARIOS, Scenario, make_scenario
from surefoot.service.errors.pods import DongleError, NoDongleError
from surefoot.service.errors.runs import ScenarioUnknownError
from surefoot.service.runtime.shutdown import StopRequest


def serve_pods(left: str | None, right: str | None, minutes: float, name: str, seed: int) -> None:
    """Serve the pods until the scenario is over or Ctrl-C is pressed.

    Raises
    ------
    RequestError
        if no dongle is named, one cannot be used, or there is no such scenario.
    """
    dongles = {foot: named for foot, named in ((Foot.LEFT, left), (Foot.RIGHT, right)) if named is not None}
    if not dongles:
        raise NoDongleError
    if name not in SCENARIOS:
        raise ScenarioUnknownError(name, tuple(SCENARIOS))
    try:
        asyncio.run(_serve(dongles, make_scenario(name, minutes, seed), seed))
    except ControllerError as error:
        raise DongleError(error.transport, error.reason) from error


async def _serve(dongles: Mapping[Foot, str], play: Scenario, seed: int) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    async with open_hardware_pods(dongles, play, seed=seed) as pods:
        with StopRequest(lambda: loop.call_soon_threadsafe(stop.set)):
            for foot, pod in pods.items():
                print(f"{pod.settings.name}, the {foot} pod, can be found; it is on {dongles[foot]}.", flush=True)
            loop.call_later(play.duration_s, stop.set)
            await stop.wait()

"""Simulated pods that kept a run while nobody was near, for `sync` without hardware.

Their flash is kept in the data folder: what was taken over from them, and what was not, is so the next time too.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.kept_run import AwayPod, Clock, keep_run, pods_at_home, waiting_pod
from surefoot.firmware_sim.pod.oscillator import Bend
from surefoot.firmware_sim.pod.virtual_pod import VirtualPod
from surefoot.firmware_sim.radio.bleak_backend import BumbleClient, BumbleScanner
from surefoot.firmware_sim.radio.link import LinkQuality
from surefoot.firmware_sim.scenarios import make_scenario
from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.recording.private_files import make_private_folder, private_opener

CLOCKS = {
    Foot.LEFT: Clock(50.0, Bend(warm_up_ppm=10.0)),
    Foot.RIGHT: Clock(-50.0, Bend(swing_ppm=10.0)),
}
LINK = LinkQuality(packet_error_rate=0.05)
OUTAGES_S = ((Foot.RIGHT, 3.0), (Foot.LEFT, 14.0), (Foot.RIGHT, 25.0))
"""Which pod goes out of reach, and when, seconds after both came home."""
OUTAGE_S = 5.0
SCENARIO = "story"


@dataclass(frozen=True, slots=True)
class HomePods:
    """Pods in range, how to reach them, and the time of day there, which passes as fast as the event loop's."""

    radio: RadioBackend
    serials: tuple[str, ...]
    utc_s: Callable[[], float]


@asynccontextmanager
async def kept_pods(folder: Path, minutes: float, seed: int) -> AsyncIterator[HomePods]:
    """Pods that kept a run of so many minutes, on a virtual radio with losses, while the context is open."""
    pods = {foot: _waiting(folder, foot, seed) for foot in Foot}
    if None in pods.values():
        _keep(folder, minutes, seed)
    waiting = {foot: pod for foot in Foot if (pod := _waiting(folder, foot, seed)) is not None}
    loop, now_s = asyncio.get_running_loop(), time.time()
    async with pods_at_home(waiting, quality=LINK, seed=seed) as (central, at_home):
        began_s = loop.time()
        away = asyncio.create_task(_walk_away(at_home), name="walk away")
        try:
            yield HomePods(
                RadioBackend({"backend": BumbleScanner, "radio": central}, {"backend": BumbleClient}),
                tuple(pod.settings.serial for pod in waiting.values()),
                lambda: now_s + loop.time() - began_s,
            )
        finally:
            away.cancel()
            save_pods(folder, waiting)


async def _walk_away(pods: Mapping[Foot, VirtualPod]) -> None:
    before_s = 0.0
    for foot, at_s in OUTAGES_S:
        await asyncio.sleep(at_s - before_s)
        await pods[foot].outage(OUTAGE_S)
        before_s = at_s + OUTAGE_S


def _keep(folder: Path, minutes: float, seed: int) -> None:
    scenario = make_scenario(SCENARIO, minutes, seed)
    save_pods(folder, keep_run(scenario, seed, time.time() - scenario.duration_s - 60.0, clocks=CLOCKS).pods)


def save_pods(folder: Path, pods: Mapping[Foot, AwayPod]) -> None:
    """Keep what the pods hold; a crash leaves what they held before."""
    make_private_folder(folder)
    for foot, pod in pods.items():
        fresh = _image(folder, foot).with_suffix(".new")
        with open(fresh, "wb", opener=private_opener) as file:
            file.write(pod.flash.image())
        fresh.replace(_image(folder, foot))


def _waiting(folder: Path, foot: Foot, seed: int) -> AwayPod | None:
    image = _image(folder, foot)
    return waiting_pod(foot, seed, image.read_bytes(), CLOCKS[foot]) if image.exists() else None


def _image(folder: Path, foot: Foot) -> Path:
    return folder / f"{foot}.flash"

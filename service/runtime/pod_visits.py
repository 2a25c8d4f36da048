"""Visits to pods that kept a run, shown while they last."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.ble.bonds import Bonds
from surefoot.sensor_ingest.ble.taking_over import TakingOver
from surefoot.sensor_ingest.ble.visiting import PodProgress, Visit
from surefoot.sensor_ingest.recording.manifest import PodAssignment
from surefoot.service.pipeline.analysis import ProgressCallback
from surefoot.service.runtime.background import background_task
from surefoot.service.runtime.syncing import shelf_of
from surefoot.service.settings import Settings

SHOW_PERIOD_S = 0.5


async def take_over(
    settings: Settings,
    pods: Sequence[str],
    radio: RadioBackend,
    visit: Visit,
    progress: ProgressCallback = lambda *_: None,
) -> Mapping[str, PodProgress]:
    """Take over what pods kept, by serial number or tag, onto the shelf; see `TakingOver`.

    The pods learn the setting for the end of a run.

    Raises
    ------
    RadioError, RunError
        if Bluetooth does not work, or the disk does not take it.
    """
    visit = replace(visit, auto_minutes=max(round(settings.run_end.still_min), 1))
    taking = TakingOver(radio, shelf_of(settings), Bonds(settings.runs_folder), visit)
    async with background_task("show", _show(taking, progress)):
        return await taking.run(pods)


def partners_of(pods: Sequence[PodAssignment]) -> dict[str, str]:
    """Each pod's partner: the one on the runner's other foot, by its tag."""
    pairs = [
        (pod, other) for pod in pods for other in pods if pod.runner == other.runner and pod.foot is not other.foot
    ]
    return {pod.serial: other.serial[-4:] for pod, other in pairs}


async def _show(taking: TakingOver, progress: ProgressCallback) -> None:
    while True:
        pods = taking.progress.values()
        held = sum(pod.held for pod in pods)
        names = " and ".join(pod.serial[-4:] for pod in pods if pod.held) or "Looking for pods"
        progress(f"Taking over {names}" if held else names, sum(pod.fetched for pod in pods) / held if held else 0.0)
        await asyncio.sleep(SHOW_PERIOD_S)

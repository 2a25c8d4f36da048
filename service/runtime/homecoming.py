"""Pods that come home with something they kept: the service takes it over by itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.ble.discovery import TAG_CHARACTERS, DiscoveredPod
from surefoot.sensor_ingest.ble.visiting import Visit
from surefoot.sensor_ingest.recording.manifest import PodAssignment
from surefoot.service.errors.recordings import FootUnknownError
from surefoot.service.runtime.pod_visits import partners_of, take_over
from surefoot.service.runtime.syncing import cut_shelf
from surefoot.service.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Arrived:
    """Pods in range.

    Parameters
    ----------
    heard : what they advertised.
    """

    pods: Sequence[PodAssignment]
    heard: Sequence[DiscoveredPod]
    radio: RadioBackend

    @property
    def holding(self) -> list[str]:
        """Serial numbers of those that hold a minute or more."""
        tags = {heard.tag for heard in self.heard if heard.store is not None and heard.store.held_min > 0}
        return [pod.serial for pod in self.pods if pod.serial[-TAG_CHARACTERS:] in tags]


async def take_over_kept(settings: Settings, arrived: Arrived, utc_s: Callable[[], float | None]) -> bool:
    """Take over what pods that came home kept, and make parts of it; whether there was anything.

    Pods that are keeping go on, so that nothing is lost between this and the next run.

    Raises
    ------
    RadioError, RunError
        if Bluetooth does not work, or the disk does not take it.
    """
    if not arrived.holding:
        return False
    visit = Visit(stop=False, utc_s=utc_s, partners=partners_of(arrived.pods))
    visited = await take_over(settings, arrived.holding, arrived.radio, visit)
    undone = [pod for pod in visited.values() if pod.found and not pod.done]
    for pod in undone:
        log.warning("Pod %s was not taken over to its end: %s. It is tried again.", pod.serial, pod.problem)
    cut = await asyncio.to_thread(cut_shelf, settings, arrived.pods, [pod.serial for pod in undone])
    for serial in cut.footless:
        log.warning("%s", FootUnknownError(serial))
    return bool(cut.runs)

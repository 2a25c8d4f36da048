"""Pods that come home with something they kept: the service takes it over by itself."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.ble.discovery import DiscoveredPod, discover_pods, serial_matches
from surefoot.sensor_ingest.ble.taking_over import Visit
from surefoot.sensor_ingest.pod_store.store_protocol import StoreState
from surefoot.sensor_ingest.recording.run_folder import PodAssignment
from surefoot.service.errors import FootUnknownError
from surefoot.service.runtime.pod_visits import partners_of, take_over
from surefoot.service.runtime.syncing import cut_shelf
from surefoot.service.settings import Settings

log = logging.getLogger(__name__)


async def take_over_kept(
    settings: Settings,
    pods: Sequence[PodAssignment],
    radio: RadioBackend,
    utc_s: Callable[[], float],
    *,
    after_run: bool,
) -> bool:
    """Take over what pods in range kept, and make parts of it; whether there was anything.

    Pods that are keeping are left alone, as their runner is still on the way, but right `after_run`, when nobody moves.

    Raises
    ------
    RadioError, RunError
        if Bluetooth does not work, or the disk does not take it.
    """
    found = await discover_pods(radio)
    holding = [pod.serial for pod in pods if any(_comes_home(each, pod.serial, after_run) for each in found)]
    if not holding:
        return False
    visited = await take_over(
        settings, holding, radio, Visit(utc_s=utc_s, leave_keeping=not after_run, partners=partners_of(pods))
    )
    undone = [pod for pod in visited.values() if pod.found and not pod.done]
    for pod in undone:
        log.warning("Pod %s was not taken over to its end: %s. It is tried again.", pod.serial, pod.problem)
    try:
        return bool(cut_shelf(settings, pods, [pod.serial for pod in undone]).runs)
    except FootUnknownError as error:
        log.warning("%s", error)
        return False


def _comes_home(found: DiscoveredPod, serial: str, after_run: bool) -> bool:
    """Whether an advertisement says that a pod holds something and may be asked for it."""
    if found.store is None or not serial_matches(serial, found.tag):
        return False
    return found.store.held_min > 0 and (after_run or found.store.state is not StoreState.KEEPING)

"""The pods that a command was told to use, or finds."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from surefoot.sensor_ingest.recording.manifest import PodAssignment

SCAN_S = 5.0


def choose_pods(
    left: str | None, right: str | None, runner: str, runs: Path, *, foot_pod: bool = False
) -> list[PodAssignment]:
    """The pods that were named, or the nearest that say left and right, or were shown to be so; `runs` is the folder
    that keeps this, `foot_pod` as of `NoPodError`."""
    from rich.console import Console

    from surefoot.analysis.model import Foot
    from surefoot.sensor_ingest.ble.discovery import discover_pods
    from surefoot.sensor_ingest.recording.kept_feet import kept_feet
    from surefoot.service.runtime.pod_sources import named_pods, nearest_pods

    named = {foot: name for foot, name in ((Foot.LEFT, left), (Foot.RIGHT, right)) if name is not None}
    if named:
        return named_pods(named, runner)
    with Console(stderr=True).status("Listening for pods"):
        heard = asyncio.run(discover_pods(timeout_s=SCAN_S))
    return nearest_pods(heard, runner, kept_feet(runs, runner), foot_pod=foot_pod)

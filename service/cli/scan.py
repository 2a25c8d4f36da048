"""Which pods are in range, and whose feet they are on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.table import Table

from surefoot.analysis.model import Foot
from surefoot.dashboards.formatting import signed
from surefoot.sensor_ingest.ble.discovery import DiscoveredPod
from surefoot.sensor_ingest.recording.run_folder import PodAssignment
from surefoot.service.errors import NoPodError, SamePodError


def table(pods: Sequence[DiscoveredPod]) -> Table:
    """The pods for people, the nearest first."""
    shown = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for name in ("pod", "tag", "foot"):
        shown.add_column(name)
    shown.add_column("signal", justify="right")
    for pod in pods:
        shown.add_row(pod.name, pod.tag, pod.foot or "not told yet", f"{signed(pod.rssi_dbm, 0)} dBm")
    return shown


def worn_by(runner: str, named: Mapping[Foot, str]) -> list[PodAssignment]:
    """A runner's pods as they were named.

    Raises
    ------
    SamePodError
        if one pod is on both feet.
    """
    if len(set(named.values())) < len(named):
        raise SamePodError(named[Foot.LEFT])
    return [PodAssignment(serial, foot, runner) for foot, serial in named.items()]


def nearest(pods: Sequence[DiscoveredPod], runner: str) -> list[PodAssignment]:
    """The nearest pod that says left, and the nearest that says right.

    Raises
    ------
    NoPodError
        if none of them says either.
    """
    by_foot = {foot: next((pod for pod in pods if pod.foot is foot), None) for foot in Foot}
    worn = [PodAssignment(pod.tag, foot, runner) for foot, pod in by_foot.items() if pod is not None]
    if not worn:
        raise NoPodError([pod.tag for pod in pods])
    return worn

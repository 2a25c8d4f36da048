"""The pods in range, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from surefoot.dashboards.formatting import signed
from surefoot.sensor_ingest.ble.discovery import DiscoveredPod


def pod_table(pods: Sequence[DiscoveredPod]) -> Table:
    """A row for each pod, in the order given."""
    shown = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for name in ("pod", "tag", "foot"):
        shown.add_column(name)
    shown.add_column("signal", justify="right")
    for pod in pods:
        shown.add_row(pod.name, pod.tag, pod.foot or "not set", f"{signed(pod.rssi_dbm, 0)} dBm")
    return shown

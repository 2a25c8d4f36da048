"""The pods in range, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from surefoot.analysis.companions import COMPANION_WORDS
from surefoot.dashboards.formatting import signed
from surefoot.sensor_ingest.ble.discovery import DiscoveredCompanion, DiscoveredPod
from surefoot.sensor_ingest.ble.keeping_orders import KeepingPod
from surefoot.sensor_ingest.pod_store.store_protocol import StoreState, StoreStatus
from surefoot.sensor_ingest.protocol import PodInfo


def pod_table(pods: Sequence[DiscoveredPod]) -> Table:
    """A row for each pod, in the order given."""
    shown = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for name in ("pod", "tag", "foot"):
        shown.add_column(name)
    shown.add_column("signal", justify="right")
    keeping = any(pod.store for pod in pods)
    if keeping:
        shown.add_column("holds")
    for pod in pods:
        holds = [_holds(pod.store)] if keeping else []
        shown.add_row(pod.name, pod.tag, pod.foot or "not set", f"{signed(pod.rssi_dbm, 0)} dBm", *holds)
    return shown


def companion_table(companions: Sequence[DiscoveredCompanion]) -> Table:
    """A row for each sensor beside the pods, with the option that names it."""
    shown = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for name in ("sensor", "name", "option"):
        shown.add_column(name)
    shown.add_column("signal", justify="right")
    for each in companions:
        option = f"--{each.companion.replace('_', '-')} {each.address}"
        shown.add_row(COMPANION_WORDS[each.companion], each.name, option, f"{signed(each.rssi_dbm, 0)} dBm")
    return shown


def _holds(store: StoreStatus | None) -> str:
    """What a pod keeps, in words."""
    if store is None:
        return ""
    held = f"{store.held_min} min" if store.held_min else "nothing"
    state = {StoreState.FULL: ", full", StoreState.KEEPING: ", keeping"}.get(store.state, "")
    return held + state


def kept_sentence(pod: KeepingPod) -> str:
    """What a pod does after an order to keep, or to stop."""
    if pod.seconds_left is None:
        return f"Pod {pod.serial} keeps what it samples until: surefoot sync. It does not tell how much room there is."
    room = f"there is room for {pod.seconds_left // 60} min"
    if pod.is_keeping:
        return f"Pod {pod.serial} keeps what it samples; {room}."
    return f"Pod {pod.serial} does not keep; {room}."


def settings_sentence(info: PodInfo) -> str:
    """What a pod is set to."""
    foot = info.foot.foot
    where = f"is the {foot} foot's" if foot is not None else "has no foot set"
    ranges = f"±{info.acc_range_g} g and ±{info.gyr_range_dps} °/s"
    return f"Pod {info.serial} {where} and samples at {info.rate_hz:g} Hz, {ranges}."

"""A run that goes on, as the views want it: on the terminal and on the wall."""

from __future__ import annotations

from collections.abc import Sequence

from surefoot.analysis.findings import latest
from surefoot.dashboards.data_source import PodStatus, RunnerState
from surefoot.sensor_ingest.recording.pod_health import PodHealth
from surefoot.service.pipeline.runner_analysis import RunnerAnalysis

SILENT_S = 2.0
"""Without a packet, of which eleven a second should come; the link itself is given up after five."""


def runner_now(name: str, runner: RunnerAnalysis, health: Sequence[PodHealth], now_s: float) -> RunnerState:
    """All that is known of a runner so far."""
    results = runner.results
    return RunnerState(
        name,
        now_s,
        0.0,
        results.strides,
        results.windows,
        results.live,
        latest(results.findings),
        sum(len(strides) for strides in results.strides.values()),
        tuple(pod_now(pod, now_s) for pod in health if pod.runner == name),
    )


def pod_now(pod: PodHealth, now_s: float) -> PodStatus:
    """A pod in the words of the views."""
    return PodStatus(pod.foot, state(pod, now_s), heard(pod, now_s), pod.battery_pct, pod.rssi_dbm, pod.loss_pct)


def state(pod: PodHealth, now_s: float) -> str:
    """In a word or two."""
    if heard(pod, now_s):
        return "connected"
    if pod.refused:
        return "refused"
    if pod.bluetooth_problem:
        return "no Bluetooth"
    return "searching" if pod.last_packet_s is None else "out of reach"


def heard(pod: PodHealth, now_s: float) -> bool:
    """Whether a pod is connected and not silent."""
    return pod.connected and (pod.last_packet_s is None or pod.last_packet_s > now_s - SILENT_S)

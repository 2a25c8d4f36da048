"""A runner now, as the terminal and the wall show it: from the analysis of this process, or from the store.

A pod is silent where its link is down or it has not been heard for a time; how long that is, depends on how often this
process learns of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from surefoot.analysis.findings import Kind, latest
from surefoot.analysis.model import Foot
from surefoot.dashboards.data_source import PodStatus, RunnerState
from surefoot.sensor_ingest.recording.pod_health import PodHealth
from surefoot.service.pipeline.runner_analysis import RunAnalysis
from surefoot.service.pipeline.sides import strides_without_sided, window_without_sided
from surefoot.service.store.tail import RunInProgress
from surefoot.service.store.writing import NANOSECONDS

MAX_PACKET_AGE_S = 2.0
"""Older than this, the newest packet means silence: about eleven a second should come."""
MAX_HEALTH_AGE_S = 25.0
"""The newest health row of the store, which is written every ten seconds, says nothing of a pod when it is older."""


def runner_now(worn_by: str, analysis: RunAnalysis, health: Sequence[PodHealth], now_s: float) -> RunnerState:
    """The runner with an id, whom this process analyses; `now_s` is session time."""
    known = analysis.runners[worn_by]
    results, pods = known.results, tuple(_pod(pod, now_s) for pod in health if pod.runner == worn_by)
    state = RunnerState(
        worn_by,
        analysis.names[worn_by],
        now_s,
        0.0,
        results.strides,
        results.windows,
        results.live,
        latest(results.findings),
        sum(len(strides) for strides in results.strides.values()),
        pods,
        results.companions,
        max(now_s - known.last_s, 0.0) if any(pod.heard for pod in pods) else 0.0,
    )
    return _without_sided(state) if known.pods_in_question else state


def stored_runner_now(runner: str, known: RunInProgress, now_s: float) -> RunnerState:
    """A runner whom another process analyses; `now_s` is session time."""
    state = RunnerState(
        runner,
        known.name,
        now_s,
        0.0,
        dict(known.strides),
        tuple(known.windows),
        tuple(known.live),
        known.findings,
        sum(known.counts.values()),
        [
            _stored_pod(foot, row, now_s - (row["time_ns"] - known.begun_ns) / NANOSECONDS)
            for foot, row in known.health.items()
        ],
        known.companions,
        max(now_s - known.told_s, 0.0),
    )
    return _without_sided(state) if any(each.kind is Kind.EXCHANGED_PODS for each in known.findings) else state


def _without_sided(state: RunnerState) -> RunnerState:
    """The runner without what would turn round if the pods were exchanged, as the report withholds it."""
    return replace(
        state,
        strides={foot: strides_without_sided(rows) for foot, rows in state.strides.items()},
        windows=tuple(map(window_without_sided, state.windows)),
        live_windows=tuple(map(window_without_sided, state.live_windows)),
    )


def link_state(pod: PodHealth, now_s: float) -> str:
    """A pod's link in a word or two."""
    if _is_heard(pod, now_s):
        return "connected, has a twin" if pod.has_namesake else "connected"
    if pod.refused:
        return "refused"
    if pod.bluetooth_problem:
        return "no Bluetooth"
    return "searching" if pod.last_packet_s is None else "out of reach"


def _is_heard(pod: PodHealth, now_s: float) -> bool:
    """Whether a pod is connected and not silent."""
    return pod.connected and (pod.last_packet_s is None or now_s - pod.last_packet_s < MAX_PACKET_AGE_S)


def _pod(pod: PodHealth, now_s: float) -> PodStatus:
    return PodStatus(
        pod.foot, link_state(pod, now_s), _is_heard(pod, now_s), pod.battery_pct, pod.rssi_dbm, pod.loss_pct
    )


def _stored_pod(foot: Foot, row: Mapping[str, Any], age_s: float) -> PodStatus:
    """A pod by its newest health row, of `age_s`, which does not say why a link is down, and nothing when it is old."""
    is_told = age_s < MAX_HEALTH_AGE_S
    heard = bool(row["connected"]) if is_told else None
    state = ("connected" if heard else "out of reach") if is_told else "not known"
    return PodStatus(foot, state, heard, row["battery_pct"], row["rssi_dbm"], row["loss_pct"] or 0.0)

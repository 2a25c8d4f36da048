"""State of a recorded run at any time: only what was known then."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from operator import attrgetter

from surefoot.analysis.companions import CompanionReading
from surefoot.analysis.findings import latest
from surefoot.analysis.model import Bools, Strides
from surefoot.dashboards.data_source import AnalysedRun, PodStatus, RunnerState, SquadState

STRIDE_LATENCY_S = 0.5
"""A stride is known about this long after its end."""
STRIDE_HISTORY_S = 300.0
"""Strides and live windows older than this are left out."""


def runner_at(run: AnalysedRun, now_s: float) -> RunnerState:
    """State of a runner of a recorded run at a session time."""
    known = {
        foot: rows.next_initial_contact_s <= now_s - STRIDE_LATENCY_S for foot, rows in run.results.strides.items()
    }
    return RunnerState(
        run.runner,
        run.name,
        now_s,
        run.origin_s,
        {foot: _recent_strides(rows, known[foot], now_s) for foot, rows in run.results.strides.items()},
        [window for window in run.results.windows if window.end_s <= now_s],
        [window for window in run.results.live if now_s - STRIDE_HISTORY_S <= window.end_s <= now_s],
        latest(finding for finding in run.results.findings if finding.known_s <= now_s),
        sum(int(rows.sum()) for rows in known.values()),
        [PodStatus(foot, "recorded", None, None, None, quality.loss_pct) for foot, quality in run.quality.items()],
        _said(run.results.companions, now_s),
    )


def squad_state_at(runs: Mapping[str, AnalysedRun], now_s: float, revision: int) -> SquadState:
    """State of all runners of a recorded run at a session time."""
    return SquadState("Replay", revision, [runner_at(run, now_s) for run in runs.values()])


def replay_span_s(runs: Mapping[str, AnalysedRun]) -> tuple[float, float]:
    """Session times of the start and the end of a replay."""
    return min(run.origin_s for run in runs.values()), max(run.end_s for run in runs.values())


def _said(readings: Sequence[CompanionReading], now_s: float) -> Sequence[CompanionReading]:
    """What sensors beside the pods, or in their place, said in the last minutes."""
    first, last = (bisect_right(readings, at_s, key=attrgetter("time_s")) for at_s in (now_s - STRIDE_HISTORY_S, now_s))
    return readings[first:last]


def _recent_strides(rows: Strides, known: Bools, now_s: float) -> Strides:
    return rows[known & (rows.initial_contact_s >= now_s - STRIDE_HISTORY_S)]

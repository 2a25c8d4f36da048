"""Why the values of a runner may be old: they stopped, a pod is lost, or the service is slow."""

from __future__ import annotations

from enum import StrEnum

from surefoot.dashboards.data_source import RunnerState
from surefoot.dashboards.formatting import duration
from surefoot.dashboards.live_snapshot import LiveSnapshot

MAX_BEHIND_S = 15.0
"""Results lag by seconds at most, and what another process stores of a runner who stands comes every ten."""


class Freshness(StrEnum):
    """Whether new values can come; each looks different."""

    HEARD = "heard"
    LOST = "lost"
    BEHIND = "behind"


def freshness(runner: RunnerState) -> Freshness:
    """Of a runner who is heard, old values mean that they stopped."""
    if runner.behind_s > MAX_BEHIND_S:
        return Freshness.BEHIND
    return Freshness.LOST if any(pod.heard is False for pod in runner.pods) else Freshness.HEARD


def activity(runner: RunnerState) -> str:
    """What the runner is doing, or why that is not known."""
    if freshness(runner) is Freshness.BEHIND:
        return f"surefoot is {duration(runner.behind_s)} behind"
    return LiveSnapshot.current(runner).activity

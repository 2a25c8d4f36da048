"""Ranks runners by how urgently they need attention."""

from __future__ import annotations

from dataclasses import dataclass

from surefoot.analysis.findings import Finding, Kind, State
from surefoot.analysis.model import Foot
from surefoot.dashboards.data_source import LOW_BATTERY_PCT, RunnerState

INVERSION_ATTENTION_S = 600.0
"""An inversion event counts for this long; other findings count while they are open."""
POD_TROUBLE_RANK = 1


@dataclass(frozen=True, slots=True)
class Attention:
    """How urgently a runner needs attention, rank 0 to 3, and why.

    Parameters
    ----------
    finding, other_count : the most severe finding that counts, and how many more do.
    pod_trouble : what is wrong with the pods, in a few words.
    """

    rank: int
    finding: Finding | None
    other_count: int
    pod_trouble: str

    @property
    def since_s(self) -> float:
        """Session time at which the finding happened or began, which later revisions keep; 0 without one."""
        return self.finding.time_s if self.finding is not None else 0.0


def attention(runner: RunnerState) -> Attention:
    """Attention that a runner needs now."""
    counting = [finding for finding in runner.findings if needs_attention(finding, runner.now_s)]
    gravest = max(counting, key=lambda each: (each.severity.rank, each.known_s), default=None)
    trouble = _pod_trouble(runner)
    rank = gravest.severity.rank if gravest is not None else 0
    return Attention(max(rank, POD_TROUBLE_RANK if trouble else 0), gravest, max(len(counting) - 1, 0), trouble)


def needs_attention(finding: Finding, now_s: float) -> bool:
    """Whether a finding still needs attention."""
    if finding.severity.rank == 0:
        return False
    if finding.kind is Kind.INVERSION_EVENT:
        return now_s - finding.time_s <= INVERSION_ATTENTION_S
    return finding.state is State.OPEN


def sorted_by_attention(runners: list[tuple[RunnerState, Attention]]) -> list[tuple[RunnerState, Attention]]:
    """Highest rank first, then latest, then by name, so that cards keep their places."""
    return sorted(runners, key=lambda each: (-each[1].rank, -each[1].since_s, each[0].name))


def _pod_trouble(runner: RunnerState) -> str:
    silent = [pod for pod in runner.pods if pod.heard is False]
    if len(silent) == len(Foot) and len({pod.state for pod in silent}) == 1:
        return f"both pods {silent[0].state}"
    if silent:
        return " and ".join(f"{pod.foot} pod {pod.state}" for pod in silent)
    low = [pod for pod in runner.pods if pod.battery_pct is not None and pod.battery_pct < LOW_BATTERY_PCT]
    return " and ".join(f"{pod.foot} pod at {pod.battery_pct:.0f} %" for pod in low)

"""A recorded run at any of its moments: what was known then, and nothing of what came later."""

from __future__ import annotations

from collections.abc import Mapping

from surefoot.analysis.findings import latest
from surefoot.analysis.model import Bools, Strides
from surefoot.dashboards.data_source import Pod, Recorded, RunnerNow, Scene

KNOWN_AFTER_S = 0.5
"""A stride is known about so long after its end."""
LATELY_S = 300.0


def runner_at(run: Recorded, now_s: float) -> RunnerNow:
    """A runner of a recorded run at a session time."""
    known = {foot: rows.next_initial_contact_s <= now_s - KNOWN_AFTER_S for foot, rows in run.results.strides.items()}
    return RunnerNow(
        run.runner,
        now_s,
        run.origin_s,
        {foot: _lately(rows, known[foot], now_s) for foot, rows in run.results.strides.items()},
        [window for window in run.results.windows if window.end_s <= now_s],
        [window for window in run.results.live if now_s - LATELY_S <= window.end_s <= now_s],
        latest(finding for finding in run.results.findings if finding.known_s <= now_s),
        sum(int(rows.sum()) for rows in known.values()),
        [Pod(foot, "recorded", None, None, None, quality.loss_pct) for foot, quality in run.quality.items()],
    )


def scene_at(runs: Mapping[str, Recorded], now_s: float, number: int) -> Scene:
    """Everybody of a recorded run at a session time."""
    return Scene("Replay", number, [runner_at(run, now_s) for run in runs.values()])


def span_s(runs: Mapping[str, Recorded]) -> tuple[float, float]:
    """Session times between which there is something to see."""
    return min(run.origin_s for run in runs.values()), max(run.end_s for run in runs.values())


def _lately(rows: Strides, known: Bools, now_s: float) -> Strides:
    return rows[known & (rows.initial_contact_s >= now_s - LATELY_S)]

"""What is usual for a runner, in lines."""

from __future__ import annotations

from collections.abc import Iterator

from surefoot.analysis.weeks.usual_now import NAMES, UsualNow


def usual_lines(told: UsualNow, runner: str) -> Iterator[str]:
    """Sentences, and left against right in runs like the newest."""
    yield from told.sentences
    if told.anchor is None and told.may_confirm:
        yield f"surefoot usual {runner} --confirm {told.healthy[-1]} confirms them as the usual."
    for kind, metric, found, half_pct in told.baselines:
        yield f"{kind}, {found.runs} runs: {NAMES[metric]} right vs left {found.middle_pct:+.1f} % (± {half_pct:.1f})"

"""Which runs a runner's own usual is made of: healthy ones, up to a day that they confirmed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from surefoot.analysis.weeks.baselines import Balance
from surefoot.analysis.weeks.feeling import CheckIn
from surefoot.analysis.weeks.history import PastRun

DIARY_HOURS = 48
RECENT_RUNS = 10


@dataclass(frozen=True, slots=True)
class Anchor:
    """Runs that the runner has confirmed as their usual; it does not move unless they confirm another day.

    Parameters
    ----------
    day : they are the healthy runs up to it.
    runs : their names, as they were when it was confirmed: what is told later of a run of then does not move it.
    id : the same for each of a runner's anchors, so that a new one takes the place of the last.
    """

    day: date
    runs: tuple[str, ...]
    id: str = "usual"


def anchor(runs: Iterable[PastRun], healthy: Collection[str], day: date) -> Anchor:
    """The anchor of a day: all healthy runs until then, and none that came later.

    Parameters
    ----------
    healthy : names of runs, see `is_healthy`.
    """
    return Anchor(day, tuple(each.run for each in runs if each.run in healthy and each.day <= day))


def recent(balances: Iterable[Balance], healthy: Collection[str], before: datetime) -> Sequence[Balance]:
    """The last healthy runs before a moment: they follow what creeps, and are shown beside the anchor."""
    known = sorted((e for e in balances if e.run in healthy and e.started < before), key=lambda each: each.started)
    return known[-RECENT_RUNS:]


def is_healthy(run: PastRun, check_ins: Iterable[CheckIn], *, in_plan: bool, has_finding: bool) -> bool:
    """Whether a run is one of a healthy runner.

    Outside a plan, without an open finding, and with "nothing hurts" told both in the 48 hours before it began and in
    those after it ended, and nothing else told there. What nobody has told is not "nothing".
    """
    ended = run.started + timedelta(seconds=run.duration_s)
    reach = timedelta(hours=DIARY_HOURS)
    near = [each for each in check_ins if run.started - reach <= each.at_utc <= ended + reach]
    asked = any(e.at_utc <= run.started for e in near) and any(e.at_utc >= ended for e in near)
    return asked and all(each.is_nothing for each in near) and not in_plan and not has_finding

"""What the page for a physio shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from surefoot.analysis.findings import Severity
from surefoot.analysis.model import Estimate, Foot
from surefoot.analysis.weeks.exercises import Adherence
from surefoot.analysis.weeks.feeling import CheckIn
from surefoot.analysis.weeks.history import PastRun
from surefoot.analysis.weeks.injuries import Injury
from surefoot.analysis.weeks.red_flags import RedFlag
from surefoot.dashboards.plan_source import PlanState

WEEKS = 12
"""The page is about so many weeks, the last of which may not be over."""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run with what a physio reads of it.

    Parameters
    ----------
    evenness : metric → right against left in percent, with the 95 % interval of the error within the run.
    rolls : foot and severity of every ankle roll and near miss.
    watched : strides of each foot in which one would have been seen.
    """

    past: PastRun
    evenness: Mapping[str, Estimate] = field(default_factory=dict)
    rolls: Sequence[tuple[Foot, Severity]] = ()
    watched: Mapping[Foot, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PhysioFacts:
    """Everything of one runner in the last weeks.

    Parameters
    ----------
    first, today : local dates, the first a Monday.
    runs : oldest first.
    flags : signs to have it seen that are open.
    plan : None where none is followed.
    exercises : as prescribed, with what the runner told of each.
    """

    name: str
    first: date
    today: date
    runs: Sequence[RunFacts]
    check_ins: Sequence[CheckIn]
    flags: Sequence[RedFlag]
    injuries: Sequence[Injury]
    plan: PlanState | None = None
    exercises: Sequence[Adherence] = ()

"""Plans of running again: the walk–run table after a sprain, a tendon under caps, and rows that a clinician has made.

What a plan allows is what its table says. It is no treatment, and nobody is told to begin one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from surefoot.analysis.weeks.injuries import Injury, InjuryKind
from surefoot.analysis.weeks.words import day_name

GROWTH = 1.1
"""The build phase, and rows of a tendon: no run is longer than the longest of thirty days by more than a tenth."""
TENDON_ROWS = 8
MINUTE_S = 60.0


class PlanKind(StrEnum):
    """Whose rows they are."""

    SPRAIN = "sprain"
    TENDON = "tendon"
    CLINICIAN = "clinician"


@dataclass(frozen=True, slots=True)
class Row:
    """One session: so many runs, with walking between.

    Parameters
    ----------
    walk_s : between two runs.
    is_cap : whether less running is as planned too.
    """

    runs: int
    run_s: float
    walk_s: float = 0.0
    is_cap: bool = False

    def __post_init__(self) -> None:
        if self.runs < 1 or self.run_s <= 0.0 or self.walk_s < 0.0:
            raise ValueError(f"a row has runs of more than 0 s: {self.runs} of {self.run_s} s, {self.walk_s} s between")

    @property
    def running_s(self) -> float:
        """Running in all."""
        return self.runs * self.run_s

    @property
    def total_s(self) -> float:
        """Running and walking; a walk follows each run."""
        return self.runs * (self.run_s + self.walk_s)

    @property
    def words(self) -> str:
        """As in a sentence."""
        run = f"{self.run_s / MINUTE_S:g} min running"
        if self.runs == 1:
            return f"at most {run}" if self.is_cap else run
        return f"{self.runs} × ({run}, {self.walk_s / MINUTE_S:g} min walking)"


SPRAIN_ROWS = (
    *(Row(6, run * MINUTE_S, (5 - run) * MINUTE_S) for run in (1, 2, 3, 4)),
    Row(1, 20 * MINUTE_S),
)
FIRST_DAYS = {1: 7, 2: 21}
"""The least of what is usual by the grade of a sprain: 1–2 and 3–6 weeks."""
USUAL_WEEKS = {1: "1 to 2", 2: "3 to 6", 3: "8 to 12 or more"}
THIRD_GRADE = "After a sprain of grade 3 only rows that a clinician has made."
STAGE_DAYS = {1: 1, 2: 7}
"""A row is repeated with rest days until so many days are over: a second grade adds one to two weeks at each."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan that somebody follows.

    Parameters
    ----------
    stage_days : a row is repeated at least for so long.
    is_flat : whether all of it is run on flat, even ground.
    is_easy : whether all of it is run without hills, and no faster than the runner's own easy runs.
    by, made : who made a clinician's rows, and when.
    """

    kind: PlanKind
    rows: Sequence[Row]
    stage_days: int = 1
    is_flat: bool = False
    is_easy: bool = False
    by: str = ""
    made: date | None = None

    def __post_init__(self) -> None:
        if not self.rows:
            raise ValueError("a plan has at least one row")
        if self.kind is PlanKind.CLINICIAN and not (self.by and self.made):
            raise ValueError("a clinician's rows say who made them, and when")


@dataclass(frozen=True, slots=True)
class Beginning:
    """Whether a plan can begin; the sentence says why not, and what is to be told first.

    Parameters
    ----------
    plan : None where none begins.
    from_day : the first session's earliest day.
    """

    sentence: str
    plan: Plan | None = None
    from_day: date | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What the runner says before a sprain plan, None where they have not; and their walking against a healthy walk.

    Parameters
    ----------
    walks_evenly : as before, or different; None where no healthy walk is known.
    """

    bears_weight: bool | None = None
    moves_freely: bool | None = None
    walks_evenly: bool | None = None


def sprain_plan(injury: Injury, entry: Entry, today: date) -> Beginning:
    """The walk–run table after a sprain; a clinician's rows alone after a third grade, or where bone may be hurt."""
    refused = _refused(injury)
    if refused:
        return Beginning(refused)
    grade = injury.grade or 0
    from_day = injury.day + timedelta(days=FIRST_DAYS[grade])
    day = (today - injury.day).days
    said = f"A sprain of grade {grade} usually takes {USUAL_WEEKS[grade]} weeks; today is day {day}."
    if today < from_day:
        return Beginning(f"{said} The table begins on {day_name(from_day)} at the earliest.")
    missing = _not_told(entry)
    if missing:
        return Beginning(f"{said} Cannot tell whether the table can begin: {missing}.")
    differs = [
        words
        for holds, words in (
            (entry.bears_weight, "standing on the foot hurts"),
            (entry.moves_freely, "the ankle does not move freely"),
            (entry.walks_evenly, "walking differs from usual"),
        )
        if not holds
    ]
    if differs:
        return Beginning(f"{said} The table does not begin yet: {', '.join(differs)}.")
    return Beginning(
        f"{said} {_first(SPRAIN_ROWS)}", Plan(PlanKind.SPRAIN, SPRAIN_ROWS, STAGE_DAYS[grade], True), today
    )


def tendon_plan(injury: Injury, first_s: float, today: date) -> Beginning:
    """Running on with a tendon: caps that grow by a tenth from what the runner runs now."""
    if injury.kind is not InjuryKind.TENDON:
        return Beginning("Running on under caps is for a tendon alone.")
    rows = [Row(1, first_s * GROWTH**each, is_cap=True) for each in range(TENDON_ROWS)]
    return Beginning(_first(rows), Plan(PlanKind.TENDON, rows, is_easy=True), today)


def clinician_plan(rows: Sequence[Row], by: str, made: date, *, is_flat: bool = False) -> Beginning:
    """Rows as somebody who treats the runner has made them."""
    return Beginning(_first(rows), Plan(PlanKind.CLINICIAN, rows, is_flat=is_flat, by=by, made=made), made)


def next_day(last_session: date, rest_days: int = 1) -> date:
    """Earliest date of a session after whole dates without running, whatever the hour.

    Parameters
    ----------
    last_session : local date on which it ended.
    """
    return last_session + timedelta(days=1 + rest_days)


def rest_sentence(last_session: date, today: date, rest_days: int = 1) -> str:
    """What is said of a day between sessions; empty on one where the next may be."""
    day = next_day(last_session, rest_days)
    if today >= day:
        return ""
    rest = "Today is the rest day" if rest_days == 1 else "Today is a rest day"
    today_is = rest if today > last_session else "Today's session is done"
    return f"{today_is}; the next is from {day:%A} on."


def _refused(injury: Injury) -> str:
    if injury.kind is not InjuryKind.SPRAIN:
        return "The walk–run table is for a sprain alone; for anything else, rows that a clinician has made."
    if injury.grade is None:
        return "Which grade is the sprain? Nothing is assumed; whoever has examined it can tell."
    return THIRD_GRADE if injury.grade > max(FIRST_DAYS) else ""


def _not_told(entry: Entry) -> str:
    asked = (
        (entry.bears_weight, "whether standing on the foot hurts is not told"),
        (entry.moves_freely, "whether the ankle moves freely is not told"),
        (entry.walks_evenly, "no healthy walk is known"),
    )
    return ", ".join(words for told, words in asked if told is None)


def _first(rows: Sequence[Row]) -> str:
    return f"First session: {rows[0].words}."

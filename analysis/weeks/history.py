"""What somebody has run, as it counts over weeks: each run once, with or without pods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from surefoot.analysis.model import Foot
from surefoot.analysis.weeks.labels import Surface

MIN_RUNNING_S = 120.0
"""A day with less running than this is a rest day."""


@dataclass(frozen=True, slots=True)
class PastRun:
    """One run.

    Parameters
    ----------
    started : with the offset of the place where it began; its local date is the day of the run.
    duration_s : from its begin to its end, pauses and walking included.
    run_s : running alone.
    distance_m : of running alone; None where it is not known, as all that follows.
    contacts, impact_dose_g, tilt_scatter_deg : per foot; a foot whose number is not known is not in it.
    tilt_scatter_deg : how rough the ground was, see `ground`.
    climb_m : by a watch.
    run_s_by_pace : running by whole minutes per kilometre, 5 from 5:00 to 5:59.
    """

    run: str
    started: datetime
    duration_s: float
    run_s: float
    distance_m: float | None = None
    contacts: Mapping[Foot, int] = field(default_factory=dict)
    impact_dose_g: Mapping[Foot, float] = field(default_factory=dict)
    run_s_by_pace: Mapping[int, float] = field(default_factory=dict)
    surface: Surface | None = None
    hills: bool | None = None
    shoe: str | None = None
    tilt_scatter_deg: Mapping[Foot, float] = field(default_factory=dict)
    climb_m: float | None = None

    def __post_init__(self) -> None:
        if self.started.tzinfo is None:
            raise ValueError(f"started must tell its offset to UTC: {self.started}")

    @property
    def day(self) -> date:
        """Local date on which it began."""
        return self.started.date()

    @property
    def last_day(self) -> date:
        """Local date on which it ended."""
        return (self.started + timedelta(seconds=self.duration_s)).date()

    @property
    def counts(self) -> bool:
        """Whether a day with it is no rest day."""
        return self.run_s >= MIN_RUNNING_S


def before(history: Iterable[PastRun], run: PastRun) -> Sequence[PastRun]:
    """Runs with running that began earlier, in the order of time, wherever in the world they were."""
    return sorted((each for each in history if each.started < run.started and each.run_s > 0.0), key=_started)


def within(history: Iterable[PastRun], today: date, days: int) -> Sequence[PastRun]:
    """Runs of today and the days before it, so many days together; one that is `days` days old is no longer in it."""
    return [each for each in history if 0 <= (today - each.day).days < days]


def running_days(history: Iterable[PastRun]) -> frozenset[date]:
    """Dates that are no rest days; a run across midnight is on both."""
    return frozenset(day for each in history if each.counts for day in (each.day, each.last_day))


def days_in_a_row(history: Iterable[PastRun], today: date) -> int:
    """Days without a rest day, up to today, or to yesterday where nobody has run today."""
    ran = running_days(history)
    day = today if today in ran else today - timedelta(days=1)
    count = 0
    while day in ran:
        day, count = day - timedelta(days=1), count + 1
    return count


def _started(run: PastRun) -> datetime:
    return run.started

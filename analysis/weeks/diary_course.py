"""What a diary says over weeks: pain by place and day, and each week in numbers. What was not told is None, never 0."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from surefoot.analysis.model import Foot
from surefoot.analysis.weeks.feeling import CheckIn, Pain, Place, worst_score

Site = tuple[Foot, Place]


def monday(day: date) -> date:
    """First day of a day's week."""
    return day - timedelta(days=day.weekday())


def mondays(until: date, weeks: int) -> Sequence[date]:
    """First days of the last weeks, oldest first; the last of them may not be over."""
    return [monday(until) - timedelta(weeks=back) for back in reversed(range(weeks))]


def painful_sites(check_ins: Iterable[CheckIn]) -> Sequence[Site]:
    """Every site that was named with a score above 0, that which hurt most first."""
    worst: dict[Site, int] = {}
    for pain in (pain for each in check_ins for pain in each.pains if pain.score):
        worst[pain.site] = max(worst.get(pain.site, 0), pain.score)
    return sorted(worst, key=lambda site: (-worst[site], site))


def pain_by_day(check_ins: Iterable[CheckIn], site: Site) -> dict[date, int]:
    """The worst score at a site of each day on which scores were told.

    It is 0 on a day on which the runner named other sites or nothing; a day that nobody told of is not in it.
    """
    found: dict[date, int] = {}
    for each in check_ins:
        if each.tells_scores:
            score = max((pain.score for pain in each.pains if pain.site == site), default=0)
            found[each.day] = max(found.get(each.day, 0), score)
    return found


@dataclass(frozen=True, slots=True)
class DiaryWeek:
    """What was told of a week.

    Parameters
    ----------
    days_told : days with any entry.
    worst, stiffness_min : greatest that were told; None where none was.
    swollen_days, rest_days : with a swelling, or a pain at night or at rest; None where nobody told of either.
    """

    first: date
    days_told: int
    worst: int | None
    stiffness_min: int | None
    swollen_days: int | None
    rest_days: int | None


def diary_weeks(check_ins: Iterable[CheckIn], until: date, weeks: int) -> Sequence[DiaryWeek]:
    """The last weeks, oldest first."""
    said: dict[date, list[CheckIn]] = {first: [] for first in mondays(until, weeks)}
    for each in check_ins:
        if monday(each.day) in said and each.day <= until:
            said[monday(each.day)].append(each)
    return [_week(first, entries) for first, entries in said.items()]


def _week(first: date, said: Sequence[CheckIn]) -> DiaryWeek:
    pains = [(each, pain) for each in said for pain in each.pains]
    stiff = [pain.stiffness_min for _, pain in pains if pain.stiffness_min is not None]
    return DiaryWeek(
        first,
        len({each.day for each in said}),
        worst_score(said),
        max(stiff, default=None),
        _days(said, [(each, pain, pain.swollen) for each, pain in pains]),
        _days(said, [(each, pain, pain.at_rest) for each, pain in pains]),
    )


def _days(said: Sequence[CheckIn], told: Sequence[tuple[CheckIn, Pain, bool | None]]) -> int | None:
    """Days with a yes; 0 needs a no, or an explicit "nothing"."""
    days = {each.day for each, _, answer in told if answer}
    asked = any(answer is not None for *_, answer in told) or any(each.is_nothing for each in said)
    return len(days) if days or asked else None

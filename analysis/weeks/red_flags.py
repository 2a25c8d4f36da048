"""Signs that a foot or leg is to be seen by somebody who examines it.

They come from what the runner says and from nothing else: no number of a sensor weakens or takes back a flag. A flag is
no diagnosis, and the absence of flags says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from surefoot.analysis.model import Foot
from surefoot.analysis.weeks.feeling import CheckIn, OnBone, Pain, Place, Sign, Trend, worst_by_week

OPEN_DAYS = 28
"""For so long a flag stands, unless the runner says that it has been seen."""
CAUSE_DAYS = 7
"""A swelling within so many days of an injury has a known cause."""
NO_BETTER_WEEKS = 3
"""Source: "no better in three to four weeks", the earlier of both."""
GROWS, AT_REST = "grows while running", "is there at night or at rest"
NAMES = {
    Place.ACHILLES: "Achilles tendon",
    Place.NAVICULAR: "inner midfoot",
    Place.FIFTH_METATARSAL: "outer edge of the foot",
    Place.FRONT_ANKLE: "front of the ankle",
}
"""Places whose names are no words of everyday life."""


class Urgency(StrEnum):
    """How soon it is to be seen."""

    TODAY = "today"
    THIS_WEEK = "this_week"

    @property
    def words(self) -> str:
        """As in a sentence."""
        return "today" if self is Urgency.TODAY else "this week"


@dataclass(frozen=True, slots=True)
class RedFlag:
    """One reason to have it seen.

    Parameters
    ----------
    reason : what the runner said, as the end of the sentence.
    day : when they said it.
    """

    urgency: Urgency
    reason: str
    day: date

    @property
    def sentence(self) -> str:
        """What the runner reads."""
        return f"Do not run on it; have it seen {self.urgency.words}: {self.reason}."


SIGN_REASONS = {
    Sign.CANNOT_WALK: (Urgency.TODAY, "standing and walking four steps is not possible"),
    Sign.POP_AT_HEEL: (Urgency.TODAY, "a pop or a kick at the heel, and no standing on tiptoe"),
    Sign.DEFORMED_OR_NUMB: (Urgency.TODAY, "it is out of shape, or the foot is numb or cold"),
    Sign.HOT_WITH_FEVER: (Urgency.TODAY, "a hot, red joint with fever"),
    Sign.SWOLLEN_CALF: (Urgency.TODAY, "a calf that is swollen and tender"),
    Sign.SNAPPING: (Urgency.THIS_WEEK, "something snaps at the outer ankle"),
}


def red_flags(
    check_ins: Iterable[CheckIn], today: date, injuries: Iterable[date] = (), seen: date | None = None
) -> Sequence[RedFlag]:
    """All open flags, the most urgent first, each reason once.

    Parameters
    ----------
    injuries : days of known injuries, which are a cause of a swelling.
    seen : the day on which somebody has examined it, as the runner says; what was said until then is answered.
    """
    said = [each for each in check_ins if each.day <= today and (seen is None or each.day > seen)]
    since = today - timedelta(days=OPEN_DAYS)
    found = [flag for each in said if each.day >= since for flag in _flags_of(each, tuple(injuries))]
    found += _no_better(said, today)
    newest = {flag.reason: flag for flag in sorted(found, key=lambda flag: flag.day)}
    return sorted(newest.values(), key=lambda flag: (flag.urgency is not Urgency.TODAY, -flag.day.toordinal()))


def _flags_of(said: CheckIn, injuries: Sequence[date]) -> Iterator[RedFlag]:
    for sign in sorted(said.signs):
        yield RedFlag(*SIGN_REASONS[sign], said.day)
    for pain in said.pains:
        for reason in filter(None, (_bone(pain), _swelling(pain, said.day, injuries))):
            yield RedFlag(Urgency.THIS_WEEK, reason, said.day)


def _bone(pain: Pain) -> str:
    """Pain on the bone or perhaps on it, or one that behaves like that of a bone."""
    how = [word for word, holds in ((GROWS, pain.trend is Trend.GREW), (AT_REST, pain.at_rest)) if holds]
    on_bone = pain.on_bone is OnBone.YES
    if not pain.score or not (how or on_bone or pain.on_bone is OnBone.DONT_KNOW):
        return ""
    where = f"pain {'on the bone ' * on_bone}at the {site_name(pain)}"
    if how:
        return f"{where} that {' and '.join(how)}"
    return where if on_bone else f"{where}, perhaps on the bone"


def _swelling(pain: Pain, day: date, injuries: Sequence[date]) -> str:
    known = any(timedelta() <= day - injury <= timedelta(days=CAUSE_DAYS) for injury in injuries)
    return f"a swelling at the {site_name(pain)} without a known cause" if pain.swollen and not known else ""


def _no_better(said: Sequence[CheckIn], today: date) -> Iterator[RedFlag]:
    """Pains of now that were no worse three weeks ago, and were never gone for a week meanwhile."""
    named = {pain.site: pain for each in said for pain in each.pains}
    for site, pain in named.items():
        weekly = [score for score in worst_by_week(said, site, today, NO_BETTER_WEEKS + 2) if score is not None]
        first, last = _first_and_last(said, site, today)
        if first and last and last >= first and min(weekly) > 0:
            yield RedFlag(Urgency.THIS_WEEK, f"pain at the {site_name(pain)} is no better after three weeks", today)


def _first_and_last(said: Sequence[CheckIn], site: tuple[Foot, Place], today: date) -> tuple[int | None, int | None]:
    """Worst score three to five weeks ago, and in the last week."""
    last = worst_by_week(said, site, today, 1)[0]
    before = [score for score in worst_by_week(said, site, today - timedelta(weeks=NO_BETTER_WEEKS), 2) if score]
    return max(before, default=None), last


def site_name(pain: Pain) -> str:
    """A place with its side, as in a sentence."""
    return f"{pain.foot} {NAMES.get(pain.place, pain.place.replace('_', ' '))}"

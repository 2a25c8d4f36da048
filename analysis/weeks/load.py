"""Load over weeks: how much each foot has run, and what of the newest run is new to it.

No ratio of acute to chronic load and no probability: in the study that the sentences quote, the first went with fewer
injuries, and what was found of thousands of runners is not the chance of one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from surefoot.analysis.model import Foot
from surefoot.analysis.weeks.history import PastRun, before, days_in_a_row, within
from surefoot.analysis.weeks.labels import Shoe
from surefoot.analysis.weeks.news import said_of_news
from surefoot.analysis.weeks.session_length import session
from surefoot.analysis.weeks.words import km, percent

WEEK_DAYS = 7
RULE = "Studies do not confirm the rule of 10 % a week: no relation in 5,205 runners, no difference in a trial."


@dataclass(frozen=True, slots=True)
class Load:
    """What was run within some days.

    Parameters
    ----------
    distance_m : of the runs whose distance is known.
    contacts, impact_dose_g : per foot, of the runs with pods. The dose is our own number, and not tested on injuries.
    without_distance, without_pods : how many runs are not in those numbers.
    """

    runs: int
    run_s: float
    distance_m: float
    contacts: Mapping[Foot, int]
    impact_dose_g: Mapping[Foot, float]
    run_s_by_pace: Mapping[int, float]
    without_distance: int
    without_pods: int


def load(runs: Sequence[PastRun]) -> Load:
    """Sum of some runs; walking is not in it."""
    ran = [each for each in runs if each.run_s > 0.0]
    by_pace: Counter[int] = Counter()
    for each in ran:
        by_pace.update(each.run_s_by_pace)
    return Load(
        len(ran),
        sum(each.run_s for each in ran),
        sum(each.distance_m or 0.0 for each in ran),
        {foot: sum(each.contacts.get(foot, 0) for each in ran) for foot in Foot},
        {foot: sum(each.impact_dose_g.get(foot, 0.0) for each in ran) for foot in Foot},
        dict(sorted(by_pace.items())),
        sum(each.distance_m is None for each in ran),
        sum(not each.contacts for each in ran),
    )


@dataclass(frozen=True, slots=True)
class Weeks:
    """The last seven days, and the seven before."""

    last: Load
    before: Load

    @property
    def in_distance(self) -> bool:
        """Whether both are known in kilometres; they are compared in minutes otherwise."""
        return not (self.last.without_distance or self.before.without_distance)

    @property
    def ratio(self) -> float | None:
        """The last in terms of the one before; None where nobody ran then."""
        now, then = (each.distance_m if self.in_distance else each.run_s for each in (self.last, self.before))
        return now / then if then else None

    @property
    def in_short(self) -> str:
        """Both, without a comparison; empty where nobody ran in either."""
        if not (self.last.runs or self.before.runs):
            return ""
        now, then = (
            amount if each.runs else "nothing"
            for amount, each in zip(self._amounts(), (self.last, self.before), strict=True)
        )
        return f"{now} in 7 days, {then} in the 7 before."

    def _amounts(self) -> tuple[str, str]:
        now, then = (
            km(each.distance_m) if self.in_distance else f"{each.run_s / 60.0:.0f} min"
            for each in (self.last, self.before)
        )
        return now, then

    @property
    def sentence(self) -> str:
        """What the runner reads."""
        if self.ratio is None:
            return ""
        now, then = self._amounts()
        how = "as much as" if percent(self.ratio) == "0 %" else f"{percent(self.ratio)} {_more(self.ratio)} than"
        return f"{now} in the last 7 days, {how} in the 7 days before ({then}). {RULE}"


def weeks(history: Iterable[PastRun], today: date) -> Weeks:
    """Compare rolling weeks: the seven days up to today, and those before."""
    fortnight = within(history, today, 2 * WEEK_DAYS)
    last = within(fortnight, today, WEEK_DAYS)
    return Weeks(load(last), load([each for each in fortnight if each not in last]))


def said_of_load(
    history: Sequence[PastRun], run: PastRun, *, in_plan: bool, shoes: Mapping[str, Shoe] | None = None
) -> Sequence[str]:
    """Sentences on a run's load; none of growth inside a plan, whose own rows grow faster.

    Parameters
    ----------
    in_plan : whether the runner follows a plan on that day.
    shoes : by their id.
    """
    past = [*before(history, run), run]
    row = days_in_a_row(past, run.day)
    said = [] if in_plan else [session(past, run).sentence, weeks(past, run.day).sentence]
    in_a_row = f"{row} days in a row without a rest day." if row > 1 else ""
    return [each for each in (*said, in_a_row, *said_of_news(past, run, shoes or {})) if each]


def _more(ratio: float) -> str:
    return "more" if ratio > 1.0 else "less"

"""What of a run is new to the runner: road after a treadmill, rough ground, hills, shoes.

It is named beside what is found, not weighed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile

from surefoot.analysis.weeks.ground import said_of_ground
from surefoot.analysis.weeks.history import PastRun, before, within
from surefoot.analysis.weeks.labels import Shoe, Surface
from surefoot.analysis.weeks.session_length import MAX_RATIO, REFERENCE_DAYS, session
from surefoot.analysis.weeks.words import day_name, km

MIN_CLIMB_M = 50.0
"""Less is a flat run, to what heights of a watch are good for."""
NEW_SHOE_RUNS = 5
"""A shoe is new for so many runs."""


def said_of_news(history: Sequence[PastRun], run: PastRun, shoes: Mapping[str, Shoe]) -> Sequence[str]:
    """Sentences on what is new; a label that nobody gave says nothing."""
    earlier = before(history, run)
    said = (_road(earlier, run), said_of_ground(earlier, run), _hills(earlier, run), _climb(earlier, run))
    return [each for each in (*said, _shoe(earlier, run, shoes)) if each]


def _road(earlier: Sequence[PastRun], run: PastRun) -> str:
    """The first road run after a treadmill, against the longest road run; any other ground between is no treadmill."""
    stretch = list(takewhile(lambda each: each.surface is Surface.TREADMILL, reversed(earlier)))
    if run.surface is not Surface.ROAD or not stretch:
        return ""
    road = [each for each in earlier if each.surface is Surface.ROAD]
    first = f"First road run after {len(stretch)} on the treadmill"
    against = session(road, run, of="road ")
    if against.longest is None or not against.longest.distance_m:
        return f"{first}: no road run in the {REFERENCE_DAYS} days before."
    told = f"{first}: the longest road run of {REFERENCE_DAYS} days is {km(against.longest.distance_m)}."
    return f"{told} {against.sentence}".strip()


def _hills(earlier: Sequence[PastRun], run: PastRun) -> str:
    recent = within(earlier, run.day, REFERENCE_DAYS)
    if not run.hills or any(each.hills for each in recent):
        return ""
    return f"The first run in {REFERENCE_DAYS} days that is labelled as hilly."


def _climb(earlier: Sequence[PastRun], run: PastRun) -> str:
    """Metres climbed against the most of the days before; nothing where one of those runs has no heights."""
    recent = within(earlier, run.day, REFERENCE_DAYS)
    climbs = [(each.climb_m, each.day) for each in recent if each.climb_m is not None]
    if run.climb_m is None or not climbs or len(climbs) < len(recent):
        return ""
    most_m, day = max(climbs)
    if run.climb_m < MIN_CLIMB_M or run.climb_m <= MAX_RATIO * most_m:
        return ""
    return f"{run.climb_m:.0f} m climbed; the most of {REFERENCE_DAYS} days was {most_m:.0f} m ({day_name(day)})."


def _shoe(earlier: Sequence[PastRun], run: PastRun, shoes: Mapping[str, Shoe]) -> str:
    shoe = shoes.get(run.shoe or "")
    count = 1 + sum(each.shoe == run.shoe for each in earlier)
    if shoe is None or shoe.distance_m or count > NEW_SHOE_RUNS:
        return ""
    return f"Run {count} in a new shoe, {shoe.name}."

"""In what, on what and with what somebody ran: labels of a run, and shoes with their mileage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

NEXT_RUN = "next"
"""In place of a run's id: said before a run, of the one that comes next."""


class Surface(StrEnum):
    """What was under the shoes, for most of a run."""

    ROAD = "road"
    TRACK = "track"
    TREADMILL = "treadmill"
    TRAIL = "trail"
    GRASS = "grass"
    SAND = "sand"
    MIXED = "mixed"


class Support(StrEnum):
    """What held an ankle."""

    NONE = "none"
    BRACE = "brace"
    TAPE = "tape"


@dataclass(frozen=True, slots=True)
class RunLabels:
    """What a runner says of a run; None where they have not said it.

    Parameters
    ----------
    shoe : id of a shoe.
    weights : weights or strength work the day before or on the day.
    painkiller : taken before the run or in it.
    distance_m : how long it was, as known from elsewhere.
    """

    run: str
    surface: Surface | None = None
    shoe: str | None = None
    support: Support | None = None
    hills: bool | None = None
    weights: bool | None = None
    painkiller: bool | None = None
    note: str = ""
    distance_m: float | None = None


@dataclass(frozen=True, slots=True)
class Shoe:
    """A pair of shoes.

    Parameters
    ----------
    distance_m : what it had run before the first run that is known here.
    """

    id: str
    name: str
    since: date | None = None
    distance_m: float = 0.0
    retired: bool = False


def proposed_labels(
    run: str, last: RunLabels | None, *, ahead: RunLabels | None = None, is_treadmill: bool = False
) -> RunLabels:
    """Labels to fill in before the runner has said anything of a run.

    They are what was said before it, or else those of the last run, but for what is of one day.

    Parameters
    ----------
    ahead : said before the run.
    is_treadmill : as measured, which is more than what was typed.
    """
    daily = None if last is None else replace(last, painkiller=None, note="", distance_m=None)
    found = replace(ahead or daily or RunLabels(run), run=run)
    return replace(found, surface=Surface.TREADMILL) if is_treadmill else found


def shoe_distances_m(
    shoes: Iterable[Shoe], labels: Iterable[RunLabels], distances_m: Mapping[str, float | None]
) -> Mapping[str, float]:
    """Mileage of each shoe by its id; a run without a distance adds nothing.

    Parameters
    ----------
    distances_m : by run.
    """
    found = {shoe.id: shoe.distance_m for shoe in shoes}
    for each in labels:
        if each.shoe in found:
            found[each.shoe] += distances_m.get(each.run) or 0.0
    return found

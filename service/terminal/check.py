"""Five easy minutes, calf raises and balance, in lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from surefoot.analysis.model import Foot
from surefoot.analysis.weeks.build_up import LegTests
from surefoot.analysis.weeks.easy_minutes import Check
from surefoot.analysis.weeks.exercises import Exercise
from surefoot.analysis.weeks.measured_legs import MeasuredLegs, raises_words
from surefoot.analysis.weeks.words import day_name
from surefoot.service.weeks.check import Checked

NOT_TOLD = (
    "Calf raises and balance on one leg are not told; say how many, whether they hurt, and whether you stand steadily:"
    " --raises 25,25 --painless --steady."
)

UNPROVEN = "This was tried on simulated feet alone; what sway says of a real ankle is not proven."


def check_lines(check: Check, checked: Checked | None = None) -> Iterator[str]:
    """What was compared, and what came of it.

    Parameters
    ----------
    checked : the stored run; None of files.
    """
    if checked is not None:
        yield f"Run of {day_name(checked.began.date())}, {checked.began:%H:%M}{', so far' if checked.goes_on else ''}:"
    yield from check.sentences


def leg_lines(said: LegTests | None) -> Iterator[str]:
    """What was said last of calf raises and balance, and when."""
    yield NOT_TOLD if said is None else f"Said on {day_name(said.day)}: {said.sentence}"


def measured_lines(legs: MeasuredLegs) -> Iterator[str]:
    """What the pods saw of calf raises and balance, with how far that is to be relied on."""
    if legs.why:
        yield f"Calf raises and balance are not measured: {legs.why}."
        return
    for foot in Foot:
        yield _raises_line(foot, legs)
    for stand in legs.stands:
        yield f"Measured, {stand.foot}: {stand.length_s:.0f} s on one leg, the foot swayed by {stand.sway_dps:.1f} °/s."
    yield UNPROVEN


def beside_lines(exercises: Sequence[Exercise], day: date) -> Iterator[str]:
    """Beside which exercises it is now shown."""
    for each in exercises:
        yield f'Shown on {day_name(day)} beside "{each.text}"; whether it was done is for you to tell.'


def _raises_line(foot: Foot, legs: MeasuredLegs) -> str:
    sets = legs.raises.get(foot, ())
    one = len(sets) == 1 and sets[0].count == 1
    found = raises_words(sets, " calf raise" if one else " calf raises")
    return f"Measured, {foot}: {found or 'no calf raise on this leg alone was seen'}."

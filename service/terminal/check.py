"""Five easy minutes, calf raises and balance, in lines."""

from __future__ import annotations

from collections.abc import Iterator

from surefoot.analysis.weeks.build_up import LegTests
from surefoot.analysis.weeks.easy_minutes import Check
from surefoot.analysis.weeks.words import day_name
from surefoot.service.weeks.check import Checked

NOT_TOLD = (
    "Calf raises and balance on one leg are not told; say how many, whether they hurt, and whether you stand steadily:"
    " --raises 25,25 --painless --steady."
)


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

"""What pods saw of exercises, in words, and that nothing goes by it."""

from __future__ import annotations

from datetime import date

import pytest

from surefoot.analysis.legs.balance import OneLegStand
from surefoot.analysis.legs.calf_raises import RaiseCount
from surefoot.analysis.model import Foot
from surefoot.analysis.weeks.measured_legs import MeasuredLegs, PodsCan

DAY = date(2026, 5, 6)
STAND = OneLegStand(Foot.RIGHT, 10.0, 40.2, 3.0)


def seen(left: tuple[RaiseCount, ...] = (), right: tuple[RaiseCount, ...] = (), *stands: OneLegStand) -> MeasuredLegs:
    sets = {foot: each for foot, each in zip(Foot, (left, right), strict=True) if each}
    return MeasuredLegs("r1", DAY, sets, stands)


@pytest.mark.parametrize(
    ("legs", "said"),
    [
        (
            seen((RaiseCount(14, 30.0, 2.0), RaiseCount(14, 31.4, 2.2)), (RaiseCount(12, 28.0, 3.0),)),
            "Measured: left 2 × 14, one every 2.1 s, the sole up to 31°; "
            "right 12, one every 3.0 s, the sole up to 28°.",
        ),
        (
            seen((RaiseCount(3, 30.0, 2.0), RaiseCount(2, 30.0, 5.0), RaiseCount(1, 20.0))),
            "Measured: left 3, 2, 1, one every 3.0 s, the sole up to 30°; right none seen.",
        ),
        (seen((), (RaiseCount(1, 20.0),)), "Measured: left none seen; right 1, the sole up to 20°."),
        (seen((), (), STAND), ""),
        (MeasuredLegs("r1", DAY, {}, (), "both pods are needed"), "Not measured: both pods are needed."),
    ],
)
def test_sets_sides_and_tempo_are_told_as_they_were_seen(legs: MeasuredLegs, said: str) -> None:
    assert legs.words(PodsCan.CALF_RAISES) == said


def test_balance_is_told_in_seconds_on_each_leg() -> None:
    assert seen((), (), STAND, STAND).words(PodsCan.BALANCE) == "Measured: left none seen; right 30 s, 30 s."
    assert seen((RaiseCount(3, 30.0, 2.0),)).words(PodsCan.BALANCE) == ""

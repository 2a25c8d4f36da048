"""A runner's own usual, from what is stored and told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from surefoot.analysis.model import Gait
from surefoot.analysis.weeks.decision import Evenness
from surefoot.analysis.weeks.followed import FollowedPlan
from surefoot.analysis.weeks.labels import RunLabels
from surefoot.analysis.weeks.plan import Row, clinician_plan
from surefoot.service.configuration import load_configuration
from surefoot.service.errors.people import TooFewHealthyError
from surefoot.service.people.people import People
from surefoot.service.runtime.usual import confirm_usual, evenness, own_runs
from tests.service.past_balances import FIRST, run_name, store_balance, store_past, tell

RUNNER = "anna"
DAY = date(2025, 12, 31)
EVEN = (0.0, 1.0, -1.0, 0.5, -0.5)
LATER = FIRST + timedelta(days=40)


@pytest.mark.parametrize(
    ("balance_pct", "told"),
    [(0.0, Evenness.AS_BEFORE), (3.0, Evenness.AS_BEFORE), (5.0, Evenness.DIFFERENT), (-8.0, Evenness.DIFFERENT)],
)
@pytest.mark.parametrize("gait", list(Gait))
def test_a_run_is_told_against_the_confirmed_anchor(balance_pct: float, told: Evenness, gait: Gait) -> None:
    settings = load_configuration().settings
    store_past(settings, RUNNER, *EVEN, gait=gait)
    store_balance(settings, RUNNER, LATER, balance_pct, gait)
    assert evenness(settings, run_name(LATER), RUNNER) is None  # nothing is confirmed yet
    confirm_usual(settings, RUNNER, DAY)
    assert evenness(settings, run_name(LATER), RUNNER) is told
    assert evenness(settings, "no-such-run", RUNNER) is None


def test_an_anchor_stays_whatever_comes_or_is_told_later() -> None:
    settings = load_configuration().settings
    first = store_past(settings, RUNNER, *EVEN)
    made = confirm_usual(settings, RUNNER, DAY)
    assert made.runs == tuple(first)
    tell(settings, RUNNER, FIRST + timedelta(hours=9), 4)
    store_past(settings, RUNNER, *(4.0,) * 6, first=FIRST + timedelta(days=60))
    known = own_runs(settings, RUNNER)
    assert known.anchor == made
    assert first[0] not in known.healthy
    assert confirm_usual(settings, RUNNER, DAY).runs == tuple(first[1:])


def test_runs_that_are_not_healthy_are_no_usual() -> None:
    settings = load_configuration().settings
    store_past(settings, RUNNER, *EVEN)
    for days in (0, 3, 6):
        tell(settings, RUNNER, FIRST + timedelta(days=days, hours=20), 3)
    with pytest.raises(TooFewHealthyError, match="2 healthy runs are known up to 31 Dec 2025, and three are needed"):
        confirm_usual(settings, RUNNER, DAY)


def test_a_run_while_a_plan_is_followed_is_no_usual() -> None:
    settings = load_configuration().settings
    names = store_past(settings, RUNNER, *EVEN)
    rows = clinician_plan([Row(1, 600.0)], "Dr. A", DAY).plan
    assert rows is not None
    second = (FIRST + timedelta(days=3)).date()
    People(settings.data).keep(RUNNER, FollowedPlan("p", rows, second, ended=second + timedelta(days=1)))
    assert own_runs(settings, RUNNER).healthy == {*names} - {names[1]}


def test_another_shoe_cannot_be_compared() -> None:
    settings = load_configuration().settings
    store_past(settings, RUNNER, *EVEN)
    confirm_usual(settings, RUNNER, DAY)
    store_balance(settings, RUNNER, LATER, 0.0)
    People(settings.data).keep(RUNNER, RunLabels(run_name(LATER), shoe="new"))
    assert evenness(settings, run_name(LATER), RUNNER) is None

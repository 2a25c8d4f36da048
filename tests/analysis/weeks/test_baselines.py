"""A run against a runner's own usual: what it takes, what is said, and how often it holds."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from surefoot.analysis.model import Foot, Gait
from surefoot.analysis.weeks.anchor import anchor, is_healthy, recent
from surefoot.analysis.weeks.baselines import Balance, Scatter, look
from surefoot.analysis.weeks.change_point import change_point
from surefoot.analysis.weeks.feeling import CheckIn, Pain, Place, When
from surefoot.analysis.weeks.history import PastRun

SE_PCT = 0.34
START = datetime(2026, 5, 1, 18, tzinfo=UTC)


def balances(*values_pct: float) -> list[Balance]:
    return [
        Balance(f"r{k}", START + timedelta(days=k), Gait.RUN, value, SE_PCT, 3.0, "s1")
        for k, value in enumerate(values_pct)
    ]


HEALTHY = balances(0.0, 1.0, -1.0, 0.5, -0.5)
NEW = replace(HEALTHY[0], run="new", started=START + timedelta(days=30))


@pytest.mark.parametrize(
    ("value_pct", "sentence"),
    [
        (3.0, "As before, within what the runs differ by (± 3.3 %)."),
        (-3.0, "As before, within what the runs differ by (± 3.3 %)."),
        (4.0, "Different from usual: left contact is 4.0 % shorter against the right than it was; the runs differ"
              " by ± 3.3 %."),
        (-4.0, "Different from usual: right contact is 4.0 % shorter against the left than it was; the runs"
               " differ by ± 3.3 %."),
    ],
)  # fmt: skip
def test_a_run_is_as_before_or_different(value_pct: float, sentence: str) -> None:
    # By hand: s² = (8 × (1 + 0.34²) + 2.5) / 12 = 0.952, t of 12 at 0.995 is 3.0545, √(1 + 1/5): 3.265
    assert look(replace(NEW, value_pct=value_pct), HEALTHY).within_pct == pytest.approx(3.265, abs=0.002)
    assert look(replace(NEW, value_pct=value_pct), HEALTHY).sentence == sentence


@pytest.mark.parametrize(
    ("run", "healthy"),
    [
        (NEW, HEALTHY[:2]),
        (NEW, []),
        (replace(NEW, speed_mps=None), HEALTHY),
        (replace(NEW, speed_mps=3.61), HEALTHY),
        (replace(NEW, speed_mps=2.49), HEALTHY),
        (replace(NEW, shoe="s2"), HEALTHY),
        (replace(NEW, mount="moved"), HEALTHY),
        (replace(NEW, gait=Gait.WALK), HEALTHY),
        (replace(NEW, value_pct=math.nan), HEALTHY),
        (replace(NEW, run="r0"), HEALTHY[:3]),
    ],
    ids=[
        "two runs",
        "none",
        "no speed",
        "faster",
        "slower",
        "other shoe",
        "pod moved",
        "walking",
        "no value",
        "itself",
    ],
)
def test_what_cannot_be_compared_is_not(run: Balance, healthy: list[Balance]) -> None:
    looked = look(run, healthy)
    assert looked.evenness is None
    assert looked.sentence.startswith("Cannot tell whether left against right is as before: ")


def test_an_anchor_never_moves_and_the_recent_runs_do() -> None:
    later = balances(*range(30))
    runs = [PastRun(each.run, each.started, 3600.0, 3600.0) for each in later]
    names = {each.run for each in later} - {"r3"}
    made = anchor(runs, names, date(2026, 5, 8))
    assert made.runs == ("r0", "r1", "r2", "r4", "r5", "r6", "r7")
    assert anchor(runs[:9], names, date(2026, 5, 8)) == made
    assert [each.run for each in recent(later, names, later[15].started)] == [f"r{k}" for k in range(5, 15)]


RUN = PastRun("r", START, 3600.0, 3600.0)


def said(hours: float, *scores: int, as_usual: bool | None = None) -> CheckIn:
    at = START + timedelta(hours=hours)
    pains = tuple(Pain(Foot.LEFT, Place.SHIN, score) for score in scores)
    return CheckIn(str(hours), at, at.date(), When.AFTER, pains, as_usual=as_usual)


@pytest.mark.parametrize(
    ("check_ins", "healthy"),
    [
        ([said(-48), said(49)], True),
        ([said(-1, 0), said(2, 0)], True),
        ([said(-49), said(2)], False),
        ([said(-1), said(49.1)], False),
        ([said(-1)], False),
        ([], False),
        ([said(-1), said(2, 1)], False),
        ([said(-1), said(2), said(20, 3)], False),
        ([said(-1), said(2), said(60, 3)], True),
        ([said(-1), said(2), said(14, as_usual=True)], False),
    ],
)
def test_a_run_is_healthy_where_nothing_was_told_on_both_sides(check_ins: list[CheckIn], healthy: bool) -> None:
    assert is_healthy(RUN, check_ins, in_plan=False, has_finding=False) is healthy
    assert not is_healthy(RUN, check_ins, in_plan=True, has_finding=False)
    assert not is_healthy(RUN, check_ins, in_plan=False, has_finding=True)


def test_a_step_between_runs_is_found_where_it_is() -> None:
    even = [0.0, 1.0, -1.0, 0.5, -0.5, 1.0, -1.0, 0.0]
    found = change_point(balances(*even, *(4.0 + each for each in even)))
    assert found is not None
    assert found.first == "r8"
    assert found.change_pct == pytest.approx(4.0)
    assert not found.grows
    assert change_point(balances(*even, *even)) is None
    assert change_point(balances(0.0, 0.0, 0.0, 0.0, 9.0, 9.0, 9.0)) is None  # seven runs are too few


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_what_grows_run_by_run_is_told_as_such(side: float) -> None:
    even = [0.0, 1.0, -1.0, 0.5, -0.5]
    found = change_point(balances(*even, *(side * 0.5 * k + even[k % 5] for k in range(1, 11))))
    assert found is not None
    assert (found.grows, found.first) == (True, "r5")
    assert found.change_pct == pytest.approx(side * 5.0, abs=1.0)


def test_the_assumption_fades_as_own_runs_are_known() -> None:
    assert [Scatter().weight_beside(runs) for runs in (3, 5, 20, 50)] == [8.0, 8.0, 0.0, 0.0]

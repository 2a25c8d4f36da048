"""Five easy minutes: three outcomes, what cannot be told and why, and the power that is told beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from surefoot.analysis.metrics import CONTACT, IMPACT
from surefoot.analysis.model import Estimate, Foot, Gait, Window
from surefoot.analysis.weeks.baselines import Balance
from surefoot.analysis.weeks.decision import Evenness
from surefoot.analysis.weeks.easy_minutes import CONTACT_RESPONSE, Check, easy_minutes, steadiest
from surefoot.analysis.weeks.usual import Usual, UsualKind

DAY = datetime(2026, 1, 1, 8, tzinfo=UTC)
SPEED_MPS = 2.8
EVEN = (0.0, 1.0, -1.0, 0.5, -0.5)
MOUNT = "one pair"


def known(value: float, half: float = 0.0) -> Estimate:
    return Estimate(value, value - half, value + half, 40, 0.0)


def half_minutes(
    balance_pct: float = 0.0,
    count: int = 10,
    speeds_mps: Sequence[float] = (SPEED_MPS,),
    *,
    first_s: float = 0.0,
    gait: Gait = Gait.RUN,
) -> list[Window]:
    """Half minutes of running, with speeds in turn."""
    return [
        Window(
            first_s + 30.0 * number,
            first_s + 30.0 * (number + 1),
            gait,
            known(165.0),
            {foot: {"speed_mps": known(speeds_mps[number % len(speeds_mps)])} for foot in Foot},
            {metric: known(balance_pct, 1.9) for metric in (CONTACT, IMPACT)},
        )
        for number in range(count)
    ]


def usual(*values_pct: float, metrics: Sequence[str] = (CONTACT, IMPACT), speed_mps: float = SPEED_MPS) -> Usual:
    """Healthy runs."""
    runs = {
        (Gait.RUN, metric): tuple(
            Balance(f"r{place}", DAY + timedelta(days=place), Gait.RUN, value, 0.3, speed_mps, None,
                    MOUNT if metric == IMPACT else None)
            for place, value in enumerate(values_pct)
        )
        for metric in metrics
    }  # fmt: skip
    return Usual(date(2026, 1, 31), {UsualKind.ANCHOR: runs}, {}, None, MOUNT)


@pytest.mark.parametrize(
    ("balance_pct", "evenness", "said"),
    [
        (0.5, Evenness.AS_BEFORE, "As before, within what the runs differ by (± "),
        (6.0, Evenness.DIFFERENT, "Different from usual: left contact is 6.0 % shorter"),
        (-6.0, Evenness.DIFFERENT, "Different from usual: right contact is 6.0 % shorter"),
    ],
)
def test_five_minutes_are_as_before_or_different(balance_pct: float, evenness: Evenness, said: str) -> None:
    found = easy_minutes(half_minutes(balance_pct), usual(*EVEN))
    assert found.contact.evenness is evenness
    assert found.sentences[0].startswith(said)
    assert found.runs == 5


@pytest.mark.parametrize(
    ("windows", "own", "why"),
    [
        (half_minutes(), Usual(), "no runs are confirmed as the usual"),
        (half_minutes(), usual(0.0, 1.0), "fewer than 3 healthy runs like it are known"),
        (half_minutes(count=9), usual(*EVEN), "less than five minutes of running in one go are known"),
        (
            [*half_minutes(count=6), *half_minutes(count=6, first_s=200.0)],
            usual(*EVEN),
            "less than five minutes of running in one go are known",
        ),
        (half_minutes(gait=Gait.WALK), usual(*EVEN), "less than five minutes of running in one go are known"),
        (half_minutes(speeds_mps=(2.4, 3.1)), usual(*EVEN), "the speed was not steady"),
        (half_minutes(speeds_mps=(3.5,)), usual(*EVEN), "the speed was 25 % above that of the usual runs"),
        (half_minutes(speeds_mps=(2.2,)), usual(*EVEN), "the speed was 21 % below that of the usual runs"),
        (
            [replace(each, asymmetry_pct={}) for each in half_minutes()],
            usual(*EVEN),
            "too little of both feet is known",
        ),
        ([replace(each, feet={}) for each in half_minutes()], usual(*EVEN), "the speed was not steady"),
    ],
)
def test_what_cannot_be_told_says_why(windows: Sequence[Window], own: Usual, why: str) -> None:
    found = easy_minutes(windows, own)
    assert found == Check(found.contact)
    assert found.sentences == [f"Cannot tell whether left against right is as before: {why}."]


def test_the_steadiest_five_minutes_are_taken() -> None:
    strides = half_minutes(count=8, speeds_mps=(2.5, 3.4))
    steady = half_minutes(count=12, first_s=240.0)
    found = steadiest([*strides, *steady])
    assert (found[0].start_s, found[-1].end_s - found[0].start_s) == (240.0, 300.0)


def test_where_a_pod_was_moved_contact_alone_is_compared() -> None:
    moved = replace(usual(*EVEN, metrics=(CONTACT,)), mount="another pair")
    found = easy_minutes(half_minutes(9.0), moved)
    assert found.contact.evenness is Evenness.DIFFERENT
    assert not found.beside
    assert "Contact alone is compared" in found.sentences[-1]
    beside = easy_minutes(half_minutes(20.0), usual(*EVEN))
    assert list(beside.beside) == [IMPACT]
    assert "more on the right" in beside.sentences[-1]


def test_impact_may_differ_more_from_run_to_run() -> None:
    found = easy_minutes(half_minutes(4.0), usual(0.0, 1.0, -1.0))
    assert found.contact.within_pct < 4.0 < found.beside[IMPACT].within_pct


@pytest.mark.parametrize(("runs", "told"), [(5, (22, 74, 100)), (20, None)])
def test_the_power_that_is_told_is_what_is_found(runs: int, told: tuple[int, ...] | None) -> None:
    rng = np.random.default_rng(3)
    shares, found = [], {3.0: 0, 5.0: 0, 8.0: 0}
    tries = 400
    for _ in range(tries):
        own = usual(*rng.normal(0.0, 1.05, runs), metrics=(CONTACT,))
        shift_pct, each_pct = rng.normal(0.0, 1.05), 0.0
        check = easy_minutes(half_minutes(shift_pct), own)
        shares.append(list(check.power.values()))
        for shift in found:
            each_pct = shift_pct + CONTACT_RESPONSE * shift
            found[shift] += easy_minutes(half_minutes(each_pct), own).contact.evenness is Evenness.DIFFERENT
    mean = 100.0 * np.mean(shares, axis=0)
    np.testing.assert_allclose(mean, [100.0 * each / tries for each in found.values()], atol=6.0)
    if told is not None:
        np.testing.assert_allclose(mean, told, atol=4.0)


def test_the_power_is_told_in_a_sentence() -> None:
    found = easy_minutes(half_minutes(), usual(*EVEN))
    assert found.sentences[1].startswith("With the 5 healthy runs that are known, changes of 3, 5 and 8 % in contact")
    assert found.sentences[1].endswith(" of a hundred.")

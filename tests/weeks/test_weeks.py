"""A cut of `make weeks` that takes seconds, and what makes it fail."""

from __future__ import annotations

import numpy as np
import pytest

from surefoot.analysis.weeks.decision import Step
from tests.weeks import creeping, evenness, intervals, plans
from tests.weeks.histories import Histories
from tests.weeks.runs import HEALTHY_EACH, RUNNERS, SHIFTS_PCT, Runs, planned
from tests.weeks.sessions import Followed, figures


def made_up(response: float = 6.0 / 7.0, added_pct: float = 0.35) -> Runs:
    """What is planned as columns, with values that nobody simulated."""
    rng = np.random.default_rng(1)
    easy = planned()
    columns = [[each.runner, each.apart, each.shift_pct, each.own_pct] for each in easy]
    runner, apart, shift_pct, own_pct = np.array(columns).T
    value_pct = own_pct + response * (apart + shift_pct) + rng.normal(0.0, added_pct, len(easy))
    return Runs(runner, apart, shift_pct, own_pct, value_pct, np.full(len(easy), 0.3))


HISTORIES = Histories.of(made_up())


def test_two_thousand_runs_are_planned_with_the_scatter_that_is_named() -> None:
    runs = made_up()
    healthy = runs.shift_pct == 0.0
    assert len(runs) == 2000
    assert np.count_nonzero(healthy) == RUNNERS * HEALTHY_EACH
    assert np.std(runs.apart[healthy]) == pytest.approx(1.0, abs=0.01)
    assert set(np.abs(runs.shift_pct)) == {0.0, *SHIFTS_PCT}
    assert {each.seed for each in planned()} == set(range(1000, 3000))


def test_what_the_measurement_shows_of_a_change_is_found_whatever_a_runner_has_of_their_own() -> None:
    assert HISTORIES.response.share == pytest.approx(6.0 / 7.0, abs=0.01)
    assert HISTORIES.response.se < 0.01
    shifted = HISTORIES.shift_pct == 8.0
    assert np.mean(HISTORIES.apart_pct[shifted]) == pytest.approx(8.0 * 6.0 / 7.0, abs=0.1)
    assert np.std(HISTORIES.error_pct) == pytest.approx(0.35, abs=0.02)


def test_evenness_of_made_up_runs_meets_its_targets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evenness, "DRAWS", 300)
    monkeypatch.setattr(evenness, "LONG_RUNS", 1)
    for finding in evenness.findings(HISTORIES):
        assert finding.passed, finding


def test_a_measurement_that_shows_half_of_a_change_is_a_miss(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evenness, "DRAWS", 100)
    monkeypatch.setattr(evenness, "LONG_RUNS", 1)
    response, *_, fourth, _ = evenness.findings(Histories.of(made_up(response=0.5)))
    assert not response.passed
    assert not fourth.passed


def test_twenty_runs_tell_where_the_next_is() -> None:
    assert intervals.held_pct(HISTORIES, 20, 1.0, draws=400) >= 90.0
    assert intervals.held_pct(HISTORIES, 5, 2.0, draws=400) < 93.0


def test_a_creeping_change_is_found_and_even_runs_are_even() -> None:
    rng = np.random.default_rng(3)
    assert sum(creeping.is_found(HISTORIES, rng, 10) for _ in range(40)) >= 32
    assert creeping.false_alarms(HISTORIES, rng, 1.0) <= 2


def test_plans_are_decided_as_in_the_table_written_by_hand() -> None:
    for seed in range(60):
        expected, found = plans.followed(np.random.default_rng([3, seed]))
        assert [(e.step, e.row, e.from_day) for e in expected] == [
            (each.decision.step, each.decision.row, each.decision.from_day) for each in found.judged
        ]


def test_a_decision_that_is_not_that_of_the_table_is_a_miss() -> None:
    right = Followed([Step.GO_ON], [Step.GO_ON], [1.0], [-4.9])
    assert all(each.passed for each in figures([right]))
    wrong = Followed([Step.REPEAT], [Step.GO_ON], [1.0], [5.1])
    assert [each.passed for each in figures([right, wrong])] == [False, True, False]

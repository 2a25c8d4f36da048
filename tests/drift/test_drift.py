"""A cut of `make drift` that takes seconds, and what makes it fail."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from surefoot.analysis.findings import Kind
from tests.drift.end_to_end import drift_figures, drifting
from tests.drift.figures import figures
from tests.drift.measure import Outcome, measure
from tests.drift.scenarios import QUIET, REPORTED, Scenario

STEADY, FOUND = QUIET[0], REPORTED[4]
SHORT_MIN = 24


def cut(name: str) -> Scenario:
    (scenario,) = (each for each in (*QUIET, *REPORTED) if each.name == name)
    return replace(scenario, times=1)


@pytest.mark.parametrize(
    "name",
    [
        "steady",
        "camber of 1.7° out and back, moves contact by 4 %",
        "contact +3 %, contact scatters by 0.3 % a minute, left",
        "contact +5 %, camber of 1.1° out and back, left",
    ],
)
def test_a_cut_of_the_made_up_runs_meets_its_targets(name: str) -> None:
    for figure in figures(measure(cut(name), 3, seed=31)):
        assert figure.passed, figure


def test_a_drift_is_told_in_time_from_samples_on() -> None:
    told = [drifting(4.0, 31, SHORT_MIN)]
    for figure in drift_figures("contact +4 % over 8 min", told, 4.0, 60.0 * (8.0 + 8.0 * 2.5 / 4.0)):
        assert figure.passed, figure


@pytest.mark.parametrize(
    ("outcome", "passed"),
    [
        (Outcome(STEADY, 100, Counter(), 0, 0, 0, []), [True]),
        (Outcome(STEADY, 100, Counter({Kind.ASYMMETRY_DRIFT: 1}), 1, 0, 0, []), [False]),
        (Outcome(FOUND, 100, Counter(), 90, 90, 90, [60.0] * 90), [True, True]),
        (Outcome(FOUND, 100, Counter(), 89, 89, 89, [60.0] * 89), [False, True]),
        (Outcome(FOUND, 100, Counter(), 90, 90, 85, [60.0] * 90), [False, True]),
        (Outcome(FOUND, 100, Counter(), 90, 90, 90, [151.0] * 90), [True, False]),
        (Outcome(FOUND, 100, Counter(), 0, 0, 0, []), [False, False]),
    ],
)
def test_a_figure_beyond_its_target_is_missed(outcome: Outcome, passed: list[bool]) -> None:
    assert [figure.passed for figure in figures(outcome)] == passed

"""The tables of `make rolls` in short: a few conditions, some minutes without a roll."""

from __future__ import annotations

import pytest

from tests.rolls import alarms, detection, kinematics, recovery
from tests.rolls.conditions import Condition, conditions

NAMES = (" 3 m/s", "2.2 m/s", "of 2 °/s", "1.4 m/s")
SHORT = [condition for condition in conditions() if condition.name.endswith(NAMES)]


@pytest.mark.parametrize("condition", SHORT, ids=lambda condition: condition.name)
def test_rolls_are_found(condition: Condition) -> None:
    score = detection.score(condition, 77)
    assert score.found >= 0.9 * score.true
    assert score.rightly >= 0.8 * score.found
    assert not score.false
    assert max(score.late_s) <= 0.25


@pytest.mark.parametrize("condition", SHORT, ids=lambda condition: condition.name)
def test_angles_and_way_hold(condition: Condition) -> None:
    assert [finding for finding in kinematics.findings([condition]) if not finding.passed] == []


def test_a_moved_pod_is_found_again() -> None:
    assert [finding for finding in recovery.findings() if not finding.passed] == []


@pytest.mark.parametrize("name", alarms.SHARES)
def test_nothing_else_is_a_roll(name: str) -> None:
    assert alarms.alarms(name, 40_000, 6.0) == 0


@pytest.mark.slow
def test_every_target_is_met() -> None:
    findings = [*kinematics.findings(conditions()), *detection.findings(conditions(), 1), *alarms.findings(3.0, 30_000)]
    assert [finding for finding in findings if not finding.passed] == []

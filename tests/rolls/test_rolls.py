"""The tables of `make rolls` in short: a few conditions, some minutes without a roll."""

from __future__ import annotations

import pytest

from tests.accuracy.recordings import DATA
from tests.rolls import alarms, detection, kinematics, packet_loss, recovery
from tests.rolls.conditions import Condition, conditions, kerbs

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


@pytest.mark.parametrize("condition", kerbs(), ids=lambda condition: condition.name)
def test_rolls_off_a_kerb_are_found(condition: Condition) -> None:
    score = detection.score(condition, 10_077)
    assert score.found >= 0.9 * score.true
    assert not score.false


@pytest.mark.parametrize("burst_packets", packet_loss.BURST_PACKETS.values())
@pytest.mark.parametrize("loss_pct", packet_loss.LOSS_PCT[1:])
def test_what_is_watched_is_found_whatever_is_lost(loss_pct: float, burst_packets: float) -> None:
    found = packet_loss.tally(packet_loss.STRIKE_CONDITIONS[0], loss_pct, burst_packets, 77)
    assert found.found_watched == found.in_watched
    assert not found.false
    assert found.watched < found.counted == pytest.approx(found.landings, rel=0.01)


@pytest.mark.skipif(not DATA.is_dir(), reason="the recordings are not at hand")
@pytest.mark.parametrize("loss_pct", packet_loss.LOSS_PCT)
def test_lost_packets_make_no_roll_of_a_healthy_run(loss_pct: float) -> None:
    assert packet_loss.real_runs(loss_pct, 4.0, 0)[0] == 0


@pytest.mark.slow
def test_every_target_is_met() -> None:
    findings = [
        *kinematics.findings(conditions()),
        *detection.findings(conditions(), 1),
        *detection.findings(kerbs(), 1, first_seed=10_000),
        *packet_loss.findings(1, real_seeds=2),
        *alarms.findings(3.0, 30_000),
    ]
    assert [finding for finding in findings if not finding.passed] == []

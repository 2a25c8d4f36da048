"""Scenarios match their names, and are the same for the same seed."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from surefoot.analysis.model import Floats, Foot
from surefoot.firmware_sim.body.motion import simulate
from surefoot.firmware_sim.body.runner_profile import PlannedBout, RunnerProfile
from surefoot.firmware_sim.body.truth import TrueStrides
from surefoot.firmware_sim.scenarios import (
    FATIGUE_ASYMMETRY_PCT,
    INVERSION_AT,
    SCENARIOS,
    STANDING_AFTER_S,
    STANDING_BEFORE_S,
    STORY_ASYMMETRY_PCT,
    Outage,
    PowerCycle,
    make_scenario,
    make_squad,
)


def contact_asymmetry_pct(truth: dict[Foot, TrueStrides], edges_s: Floats) -> list[float]:
    """Right minus left median contact time relative to their mean, between consecutive edges."""

    def median(foot: Foot, begin_s: float, end_s: float) -> float:
        rows = (truth[foot].initial_contact_s >= begin_s) & (truth[foot].initial_contact_s < end_s)
        return float(np.median(truth[foot].ground_contact_time_s[rows]))

    pairs = [(median(Foot.LEFT, *span), median(Foot.RIGHT, *span)) for span in pairwise(edges_s)]
    return [200.0 * (right - left) / (right + left) for left, right in pairs]


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_same_seed_is_the_same_run(name: str) -> None:
    assert make_scenario(name, 2.0, seed=4) == make_scenario(name, 2.0, seed=4) != make_scenario(name, 2.0, seed=5)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_lasts_as_long_as_asked_and_can_be_run(name: str) -> None:
    asked = make_scenario(name, 1.5)
    assert asked.name == name
    assert asked.duration_s == pytest.approx(90.0)
    motion = simulate(asked.runner, asked.plan, seed=1)
    assert all(len(motion.truth[foot]) > 60 for foot in Foot)


def test_a_tired_left_foot_stays_longer_and_longer() -> None:
    tired = make_scenario("fatiguing-left", 10.0, seed=2)
    truth = dict(simulate(tired.runner, tired.plan, seed=2).truth)
    edges_s = np.cumsum([bout.duration_s for bout in tired.plan])[:-1]
    assert contact_asymmetry_pct(truth, edges_s) == pytest.approx(FATIGUE_ASYMMETRY_PCT, abs=1.0)


def test_an_ankle_rolls_where_the_scenario_says_and_nowhere_else() -> None:
    for name in SCENARIOS:
        play = make_scenario(name, 3.0, seed=1)
        truth = simulate(play.runner, play.plan, 1, play.inversion_events).truth
        inversion_events = [event for foot in Foot for event in truth[foot].inversion_events]
        assert len(inversion_events) == (name in ("ankle-roll", "story"))
        for event in inversion_events:
            assert event.initial_contact_s == pytest.approx(
                STANDING_BEFORE_S + INVERSION_AT * (180.0 - STANDING_BEFORE_S - STANDING_AFTER_S), abs=0.8
            )
            assert 25.0 < event.excursion_deg < 45.0


def test_the_story_is_even_until_the_ankle_rolls_and_drifts_after_it() -> None:
    story = make_scenario("story", 20.0, seed=2)
    truth = dict(simulate(story.runner, story.plan, 2, story.inversion_events).truth)
    edges_s = np.cumsum([bout.duration_s for bout in story.plan])[:-1]
    assert contact_asymmetry_pct(truth, edges_s) == pytest.approx((0.0, *STORY_ASYMMETRY_PCT), abs=1.0)
    assert truth[Foot.LEFT].inversion_events[0].onset_s < edges_s[1]


def test_an_asymmetry_of_a_bout_is_only_its_own() -> None:
    plan = (PlannedBout("run", 120.0, 3.0, contact_asymmetry_pct=6.0), PlannedBout("run", 120.0, 3.0))
    truth = dict(simulate(RunnerProfile(contact_asymmetry_pct=-4.0), plan, seed=3).truth)
    assert contact_asymmetry_pct(truth, np.array([0.0, 120.0, 240.0])) == pytest.approx([6.0, -4.0], abs=1.0)


def test_drop_outs_hold_short_and_long_silences_and_a_loss_of_power() -> None:
    faults = [fault for seed in range(5) for fault in make_scenario("drop-outs", 10.0, seed).faults]
    assert {fault.duration_s for fault in faults if isinstance(fault, Outage)} == {1.0, 3.0, 8.0}
    assert sum(isinstance(fault, PowerCycle) for fault in faults) == 5


def test_a_squad_is_of_different_people_of_whom_one_tires() -> None:
    runners = make_squad(10, 2.0, seed=3)
    assert len({each.runner for each in runners}) == 10
    assert [each.name for each in runners].count("fatiguing-left") == 1


def test_errors_say_what_would_be_right() -> None:
    with pytest.raises(ValueError, match="no scenario 'sprint'; choose one of easy, tempo"):
        make_scenario("sprint")
    with pytest.raises(ValueError, match=r"minutes must be at least 1\.0, got 0\.5"):
        make_scenario("easy", 0.5)
    with pytest.raises(ValueError, match="size of a squad must be at least 1, got 0"):
        make_squad(0)

"""Pods on the wrong feet, or accelerometers of opposite sign: every roll is found, and what cannot be known is not
told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from surefoot.analysis.findings import Finding, Kind, Severity
from surefoot.analysis.inversion.chirality import (
    AGREES_DEG,
    JUDGED_EVERY,
    MIN_STANCES,
    OPPOSITE_DEG,
    Chirality,
    ChiralityCourse,
    ChiralityEstimator,
    judged,
)
from surefoot.analysis.inversion.exchanged_pods import ExchangedPodsMonitor
from surefoot.analysis.inversion.frontal_curves import CURVE_TIME_S, FrontalCurves
from surefoot.analysis.model import Foot, Samples
from surefoot.analysis.session import Session
from surefoot.firmware_sim.body.inversion_events import InversionEvent
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile, simulate
from tests.analysis.simulated import Analysed, analyse, analyse_pieces, differences, sensed

ROLLS = tuple(
    InversionEvent(list(Foot)[number % 2], 18.0 + 6.0 * number, peak_deg=30.0 + 5.0 * number, rise_s=0.08)
    for number in range(5)
)
DOUBT = "The pods may be exchanged"


def exchanged(samples: Samples) -> Samples:
    """As read by a pod that is on the other foot than said."""
    return replace(samples, foot=samples.foot.other)


def sign_turned(samples: Samples) -> Samples:
    """As read by an accelerometer that reads −1 g up at rest."""
    return replace(samples, acc_mps2=-samples.acc_mps2)


@cache
def feet(eversion_excursion_deg: float, rolls: tuple[InversionEvent, ...] = ROLLS) -> tuple[Samples, ...]:
    runner = RunnerProfile(eversion_excursion_deg=eversion_excursion_deg)
    motion = simulate(runner, [PlannedBout("run", 46.0, 3.0)], seed=6, inversion_events=rolls)
    return sensed(motion, seed=6).feet


def rolls(found: Analysed) -> list[Finding]:
    return [each for each in found.results.findings if each.kind is Kind.INVERSION_EVENT and each.revision == 0]


@pytest.mark.parametrize("wrongly", [exchanged, sign_turned])
@pytest.mark.parametrize("eversion_excursion_deg", [1.0, 9.0])
def test_every_roll_is_found_on_wrong_pods_and_told_as_possible(
    wrongly: Callable[[Samples], Samples], eversion_excursion_deg: float
) -> None:
    right, wrong = (
        sorted(rolls(analyse(pods)), key=lambda each: each.time_s)
        for pods in (feet(eversion_excursion_deg), map(wrongly, feet(eversion_excursion_deg)))
    )
    assert len(right) == len(wrong) == len(ROLLS)
    for told, doubted in zip(right, wrong, strict=True):
        assert doubted.time_s == pytest.approx(told.time_s, abs=0.02)
        assert doubted.value == pytest.approx(told.value, abs=3.0)
        assert doubted.severity is told.severity
        assert doubted.message.startswith("An ankle may have rolled over: ")
        assert DOUBT in doubted.message
        assert DOUBT not in told.message


@pytest.mark.parametrize(
    ("eversion_excursion_deg", "as_worn", "wrongly"),
    [
        (9.0, Chirality.AGREES, Chirality.OPPOSITE),
        (1.0, Chirality.UNKNOWN, Chirality.UNKNOWN),
    ],
)
def test_a_foot_that_rolls_in_shows_its_side(
    eversion_excursion_deg: float, as_worn: Chirality, wrongly: Chirality
) -> None:
    pods = feet(eversion_excursion_deg, ())
    assert chiralities(pods) == {as_worn}
    assert chiralities(map(exchanged, pods)) == chiralities(map(sign_turned, pods)) == {wrongly}
    assert chiralities(exchanged(sign_turned(each)) for each in pods) == {as_worn}


def test_what_is_doubted_does_not_depend_on_how_samples_are_cut() -> None:
    pods = tuple(map(exchanged, feet(9.0)))
    cuts = np.random.default_rng(1).integers(0, len(pods[0]), 40)
    bounds = [0, *np.unique(cuts).tolist(), len(pods[0])]
    pieces = [each[a:b] for a, b in pairwise(bounds) for each in pods]
    assert differences(analyse(pods), analyse_pieces(tuple(Foot), pieces)) == []


def curves(rolled_in_deg: list[float]) -> FrontalCurves:
    """Stances that begin inverted and end flat."""
    course = np.interp(CURVE_TIME_S, [0.0, 0.09], [1.0, 0.0])
    inversion = np.array(rolled_in_deg)[:, None] * course
    whole, marks = np.full(len(inversion), len(CURVE_TIME_S)), np.zeros(inversion.shape, bool)
    return FrontalCurves(inversion, np.zeros(inversion.shape), whole, marks)


def test_who_confirms_the_sides_is_not_asked_but_still_watched_both_ways() -> None:
    pods = tuple(map(exchanged, feet(9.0)))
    session = Session(sides_confirmed=True)
    told = [finding for each in pods for finding in session.push(each).findings] + [*session.flush().findings]
    assert not session.pods_in_question
    assert {each.kind for each in told} == {Kind.INVERSION_EVENT}
    assert all(each.evidence["side_known"] is False for each in told)  # these roll inward


def test_the_mirrored_stance_rolls_the_other_way() -> None:
    stances = curves([8.0, -3.0])
    assert stances.rolled_in_deg == pytest.approx([8.0, -3.0])
    assert stances.mirrored.rolled_in_deg == pytest.approx([-8.0, 3.0])


@pytest.mark.parametrize(
    ("rolled_in_deg", "found"),
    [
        (AGREES_DEG, Chirality.AGREES),
        (AGREES_DEG - 0.1, Chirality.UNKNOWN),
        (OPPOSITE_DEG + 0.1, Chirality.UNKNOWN),
        (OPPOSITE_DEG, Chirality.OPPOSITE),
    ],
)
def test_less_than_the_margin_says_nothing(rolled_in_deg: float, found: Chirality) -> None:
    estimator = ChiralityEstimator()
    estimator.push(curves([rolled_in_deg] * MIN_STANCES), np.ones(MIN_STANCES, bool))
    assert judged(estimator.rolled_in_deg) is found


def test_a_stance_is_judged_by_those_before_it() -> None:
    estimator, stances = ChiralityEstimator(), MIN_STANCES + JUDGED_EVERY
    before = estimator.push(curves([9.0] * stances), np.ones(stances, bool))
    assert [judged(each) for each in before] == [Chirality.UNKNOWN] * MIN_STANCES + [Chirality.AGREES] * JUDGED_EVERY


def test_what_was_not_seen_whole_says_nothing() -> None:
    estimator = ChiralityEstimator()
    estimator.push(curves([9.0] * 40), np.zeros(40, bool))
    assert judged(estimator.rolled_in_deg) is Chirality.UNKNOWN


def chiralities(pods: Iterable[Samples]) -> set[Chirality]:
    """What either foot says at the end."""
    session = Session()
    for each in pods:
        session.push(each)
    session.flush()
    return {judged(each) for each in session.rolled_in_deg.values()}


def course(start_s: float, end_s: float, rolled_in_deg: float) -> ChiralityCourse:
    """A stance every 0.7 s that says the same."""
    time_s = np.arange(start_s, end_s, 0.7)
    return ChiralityCourse(time_s, time_s + 0.3, np.full(len(time_s), rolled_in_deg))


def asked(left: list[ChiralityCourse], right: list[ChiralityCourse], *, confirmed: bool = False) -> list[Finding]:
    monitor = ExchangedPodsMonitor(confirmed=confirmed)
    found = []
    for pair in zip(left, right, strict=True):
        found += monitor.push(dict(zip(Foot, pair, strict=True)), float(pair[0].time_s[-1]))
    return found + monitor.push({}, np.inf)


def test_the_question_is_asked_once_after_a_minute_of_both_feet() -> None:
    told = asked([course(10.0, 400.0, -8.0)], [course(10.3, 400.3, -7.0)])
    assert [(each.kind, each.severity, each.foot) for each in told] == [(Kind.EXCHANGED_PODS, Severity.NOTICE, None)]
    assert told[0].time_s == pytest.approx(10.3)
    assert told[0].known_s == pytest.approx(70.6, abs=0.8)
    assert told[0].value == pytest.approx(-7.5)
    assert told[0].message.endswith("depend on it.")
    assert "?" in told[0].message
    assert asked([course(10.0, 400.0, -8.0)], [course(10.3, 400.3, -7.0)], confirmed=True) == []


@pytest.mark.parametrize(
    ("left_deg", "right_deg"), [(-9.0, 9.0), (-9.0, 0.0), (-9.0, OPPOSITE_DEG + 0.1), (9.0, 9.0), (-9.0, np.nan)]
)
def test_one_odd_foot_is_no_question(left_deg: float, right_deg: float) -> None:
    assert asked([course(0.0, 400.0, left_deg)], [course(0.3, 400.0, right_deg)]) == []


def test_less_than_a_minute_and_pauses_do_not_count() -> None:
    pieces = [(0.0, 40.0), (400.0, 415.0), (900.0, 901.0)]
    left, right = ([course(start_s + late_s, end_s + late_s, -9.0) for start_s, end_s in pieces] for late_s in (0, 0.3))
    assert asked(left, right) == []


def test_the_question_does_not_depend_on_how_the_course_is_cut() -> None:
    whole = [course(0.0, 100.0, -9.0)], [course(0.3, 100.3, -9.0)]
    cut = [[each[each.time_s < 50.0], each[each.time_s >= 50.0]] for (each,) in whole]
    assert repr(asked(*whole)) == repr(asked(*cut))


def test_a_run_on_exchanged_pods_is_asked_about_and_one_as_worn_is_not() -> None:
    pods = sensed(simulate(RunnerProfile(), [PlannedBout("run", 85.0, 3.0)], seed=3), seed=3).feet
    found = {name: analyse(map(way, pods)) for name, way in (("worn", replace), ("wrong", exchanged))}
    kinds = {name: [each.kind for each in each.results.findings] for name, each in found.items()}
    assert kinds == {"worn": [], "wrong": [Kind.EXCHANGED_PODS]}

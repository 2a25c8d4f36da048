"""Simulated runners who are uneven from the first step, beside what they confirmed as usual."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest

from surefoot.analysis.findings import Finding, Kind, State, latest
from surefoot.analysis.metrics import CONTACT
from surefoot.analysis.model import Foot, Gait, Samples
from surefoot.analysis.session import Session
from surefoot.analysis.weeks.baselines import Balance
from surefoot.analysis.weeks.usual import Usual, UsualKind
from surefoot.firmware_sim.body.motion import simulate
from surefoot.firmware_sim.body.runner_profile import PlannedBout, RunnerProfile
from surefoot.firmware_sim.pod.imu import Imu, read_imu
from surefoot.service.pipeline.analysis import chunks

FIRST = datetime(2026, 5, 1, 18, tzinfo=UTC)
SPEED_MPS = 2.8


def usual(*values_pct: float, shoe: str | None = None, speed_mps: float = SPEED_MPS) -> Usual:
    """Five healthy runs that were confirmed."""
    runs = tuple(
        Balance(f"r{k}", FIRST + timedelta(days=k), Gait.RUN, value_pct, 0.3, speed_mps, shoe)
        for k, value_pct in enumerate(values_pct)
    )
    return Usual(date(2026, 5, 31), {UsualKind.ANCHOR: {(Gait.RUN, CONTACT): runs}}, shoe=shoe)


EVEN = usual(0.0, 1.0, -1.0, 0.5, -0.5)


@cache
def run_of(asymmetry_pct: float, minutes: float = 5.5) -> dict[Foot, Samples]:
    runner = RunnerProfile(contact_asymmetry_pct=asymmetry_pct)
    plan = (PlannedBout("still", 10.0), PlannedBout("run", 60.0 * minutes, SPEED_MPS))
    motion = simulate(runner, plan, 4)
    return {foot: read_imu(motion, foot, Imu(), 4) for foot in Foot}


def found(samples: dict[Foot, Samples], compared: Usual, chunk_s: float = 60.0) -> list[Finding]:
    session = Session(usual=compared)
    parts = [session.push(chunk) for chunk in chunks(samples, chunk_s)]
    every = [each for part in (*parts, session.flush()) for each in part.findings]
    return [each for each in every if each.kind is Kind.UNLIKE_USUAL]


@pytest.mark.parametrize(
    ("asymmetry_pct", "shorter"),
    [(0.0, None), pytest.param(3.0, None, marks=pytest.mark.slow), (5.0, Foot.LEFT),
     pytest.param(-8.0, Foot.RIGHT, marks=pytest.mark.slow)],
)  # fmt: skip
def test_who_is_uneven_from_the_first_step_is_seen(asymmetry_pct: float, shorter: Foot | None) -> None:
    told = latest(found(run_of(asymmetry_pct), EVEN))
    assert [each.foot for each in told] == ([] if shorter is None else [shorter])
    for each in told:
        # six sevenths of a contact difference are shown
        assert each.value == pytest.approx(asymmetry_pct * 6.0 / 7.0, abs=0.7)
        assert each.message.startswith(f"Different from usual: {shorter} contact is {abs(each.value):.1f} % shorter")


def test_it_is_known_after_five_minutes_and_once_more_at_the_end() -> None:
    first, last = found(run_of(5.0), EVEN)
    assert 300.0 <= first.known_s <= 331.0 < last.known_s
    assert (first.id, first.revision, last.id, last.revision) == (first.id, 0, first.id, 1)
    assert first.state is last.state is State.OPEN


def test_any_cut_gives_the_same() -> None:
    assert found(run_of(5.0), EVEN) == found(run_of(5.0), EVEN, chunk_s=17.3)


def test_what_is_compared_is_the_same_after_it_was_written_down() -> None:
    kept = Usual.from_json(EVEN.to_json())
    assert found(run_of(5.0), kept) == found(run_of(5.0), EVEN)


@pytest.mark.parametrize("other", [Usual(), usual(0.0, 1.0), usual(*range(5), speed_mps=3.6)])
def test_without_something_like_it_nothing_is_said(other: Usual) -> None:
    assert not found(run_of(5.0), other)

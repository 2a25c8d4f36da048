"""What pods saw of exercises stands beside what is told, and changes nothing of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surefoot.analysis.legs.calf_raises import RaiseCount
from surefoot.analysis.model import Foot
from surefoot.analysis.weeks.exercises import Did, Exercise, ExerciseDone
from surefoot.analysis.weeks.measured_legs import MeasuredLegs, PodsCan
from surefoot.firmware_sim.body.motion import PlannedBout, simulate
from surefoot.firmware_sim.scenarios import make_scenario
from surefoot.sensor_ingest.recording.entries import PacketEntry
from surefoot.sensor_ingest.recording.journal import JournalReader, JournalWriter
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.service.configuration import load_configuration
from surefoot.service.people.people import People
from surefoot.service.runtime.demo import record_demo
from surefoot.service.weeks.exercises import Exercises
from tests.service.command import surefoot
from tests.service.demo_runs import SEED
from tests.service.past_balances import FIRST, store_balance

RUNNER = "runner-1"
BEGUN = date(2026, 5, 6)
RAISES = Exercise("e1", "Off a step", 3, BEGUN, pods_can=PodsCan.CALF_RAISES)
BALANCE = replace(RAISES, id="e2", text="On one leg", pods_can=PodsCan.BALANCE)
OTHER = replace(RAISES, id="e3", text="With a band", pods_can=None)
DAYS = st.integers(0, 30).map(lambda days: BEGUN + timedelta(days=days))
SETS = st.lists(st.builds(RaiseCount, st.integers(1, 40), st.just(30.0), st.just(2.0)), max_size=3).map(tuple)
SEEN = st.builds(
    MeasuredLegs, st.uuids().map(str), DAYS, st.dictionaries(st.sampled_from(Foot), SETS), st.just(()),
    st.sampled_from(["", "both pods are needed"]),
)  # fmt: skip
SECOND_SET_S = 42.0
PLAY = replace(
    make_scenario("one-leg"),
    plan=(
        PlannedBout("still", 12.0),
        PlannedBout("calf_raises", 20.0, foot=Foot.LEFT),
        PlannedBout("still", 10.0),
        PlannedBout("calf_raises", 20.0, foot=Foot.LEFT),
        PlannedBout("balance", 40.0),
        PlannedBout("still", 5.0),
    ),
)
LOG = st.dictionaries(DAYS, st.tuples(st.sampled_from(Did), st.sampled_from([None, True, False])))


@settings(max_examples=40, deadline=None)
@given(LOG, st.lists(SEEN, min_size=1, max_size=4), DAYS)
def test_nothing_that_pods_saw_changes_what_was_told(
    log: dict[date, tuple[Did, bool | None]], seen: list[MeasuredLegs], today: date
) -> None:
    with TemporaryDirectory() as folder:
        people = People(Path(folder))
        for each in (RAISES, BALANCE, OTHER):
            people.keep(RUNNER, each)
        for day, (did, hurt) in log.items():
            people.keep(RUNNER, ExerciseDone(f"e1-{day}", "e1", day, did, hurt))
        exercises = Exercises(people, RUNNER)
        before = exercises.told(today)
        kept = people.all_of(RUNNER, ExerciseDone)
        for legs in seen:
            exercises.keep_measured(legs)
        after = exercises.told(today)
        assert [replace(each, measured=()) for each in after] == [replace(each, measured=()) for each in before]
        assert [each.sentence for each in after] == [each.sentence for each in before]
        assert people.all_of(RUNNER, ExerciseDone) == kept
        [other] = [each for each in after if each.exercise == OTHER]
        assert not any(other.measured_on(each.day) for each in seen)


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Two sets of calf raises on the left leg, and balance, recorded from the pods."""
    return record_demo([PLAY], tmp_path_factory.mktemp("run"), seed=SEED, speed=math.inf, observer=None).run


@pytest.fixture
def people(standing: RunFolder) -> People:
    """The exercises are of the day of the recording."""
    found = load_configuration().settings
    store_balance(found, RUNNER, FIRST, 0.0)
    day = standing.manifest.created_utc.astimezone().date()
    for each in (RAISES, BALANCE, OTHER):
        People(found.data).keep(RUNNER, replace(each, begun=day))
    return People(found.data)


def test_a_recording_is_kept_beside_the_exercises_of_its_day_that_pods_can_measure(
    standing: RunFolder, people: People, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = surefoot(capsys, "check", RUNNER, "--legs", standing.path).out.splitlines()
    day = standing.manifest.created_utc.astimezone().date()
    assert [line.split('"')[1] for line in lines if line.startswith("Shown on ")] == ["Off a step", "On one leg"]
    raises, balance, other = Exercises(people, RUNNER).told(day)
    [sentence] = raises.measured_on(day)
    seed = int(np.random.default_rng(SEED).integers(2**31))  # as the simulation draws it
    true = simulate(PLAY.runner, PLAY.plan, seed).trajectories[Foot.LEFT].non_gait.raises
    first = sum(each.start_s < SECOND_SET_S for each in true)
    sets = f"2 × {first}" if 2 * first == len(true) else f"{first}, {len(true) - first}"
    assert first > 3
    assert sentence.startswith(f"Measured: left {sets}, one every ")
    assert sentence.endswith("; right none seen.")
    [held] = balance.measured_on(day)
    left, right = held.removeprefix("Measured: left ").removesuffix(" s.").split(" s; right ")
    assert (float(left), float(right)) == pytest.approx((17.0, 17.0), abs=2.0)
    assert not other.measured
    assert raises.weeks[0].done == 0
    assert not raises.told
    surefoot(capsys, "check", RUNNER, "--legs", standing.path)
    assert len(people.all_of(RUNNER, MeasuredLegs)) == 1


@pytest.mark.parametrize(
    ("is_lost", "why"),
    [
        (lambda packet: packet.pod == 1 and 20.0 < packet.arrival_s < 25.0, "readings are missing, so "),
        (lambda packet: packet.pod == 1, "both pods are needed"),
        (lambda packet: not 17.0 < packet.arrival_s < 28.0, "stand still on both feet for two seconds first"),
    ],
)
def test_where_pods_cannot_tell_no_number_is_told_and_why_is(
    standing: RunFolder,
    people: People,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    is_lost: Callable[[PacketEntry], bool],
    why: str,
) -> None:
    copy = copytree(standing.path, tmp_path / standing.path.name)
    journal = RunFolder(copy, standing.manifest).journal_path
    entries = list(JournalReader(journal))
    journal.unlink()
    with JournalWriter(journal) as writer:
        for each in entries:
            if not (isinstance(each, PacketEntry) and is_lost(each)):
                writer.append(each)
    lines = surefoot(capsys, "check", RUNNER, "--legs", copy).out.splitlines()
    assert any(line.startswith(f"Calf raises and balance are not measured: {why}") for line in lines)
    day = standing.manifest.created_utc.astimezone().date()
    for exercise in Exercises(people, RUNNER).told(day)[:2]:
        [sentence] = exercise.measured_on(day)
        assert sentence.startswith(f"Not measured: {why}")


def test_without_an_exercise_that_pods_can_measure_nothing_is_kept(
    standing: RunFolder, people: People, capsys: pytest.CaptureFixture[str]
) -> None:
    for each in (RAISES, BALANCE):
        people.withdraw(RUNNER, Exercise, each.id)
    lines = surefoot(capsys, "check", RUNNER, "--legs", standing.path).out.splitlines()
    assert any(line.startswith("Measured, left: ") for line in lines)
    assert not any(line.startswith("Shown on ") for line in lines)
    assert people.all_of(RUNNER, MeasuredLegs) == []

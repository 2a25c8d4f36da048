"""`surefoot check`: five easy minutes of a stored run, of one that goes on and of files, and what is said of legs."""

from __future__ import annotations

import math
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path

import numpy as np
import pytest

from surefoot.analysis.model import Foot
from surefoot.analysis.session import Results
from surefoot.analysis.weeks.build_up import LegTests
from surefoot.analysis.weeks.measured_legs import MeasuredLegs
from surefoot.dashboards.plan_source import PlanState
from surefoot.dashboards.wall.hosting import WallServer
from surefoot.dashboards.wall.plan_sections import build_section
from surefoot.firmware_sim.body.motion import PlannedBout, simulate
from surefoot.firmware_sim.scenarios import make_scenario
from surefoot.service.configuration import load_configuration
from surefoot.service.people.people import People
from surefoot.service.runtime.demo import DemoRun, record_demo
from surefoot.service.runtime.usual import confirm_usual
from surefoot.service.settings import Settings
from surefoot.service.store.writing import RunClock, StoreWriter
from surefoot.service.terminal.check import measured_lines
from surefoot.service.views.plan import RunnerPlan
from tests.dashboards.fake_source import FakeViewDataSource
from tests.service.command import simulated, surefoot, write_samples
from tests.service.demo_runs import SEED
from tests.service.past_balances import FIRST, run_name, store_balance, store_past, windows

RUNNER = "anna"
EVEN = (0.0, 1.0, -1.0, 0.5, -0.5)
LATER = FIRST + timedelta(days=40)


@pytest.fixture
def settings() -> Settings:
    """A runner whose usual is confirmed."""
    found = load_configuration().settings
    store_past(found, RUNNER, *EVEN)
    confirm_usual(found, RUNNER, date(2025, 12, 31))
    return found


@pytest.mark.parametrize(
    ("balance_pct", "said"),
    [(0.5, "As before, within what the runs differ by (± "), (-8.0, "Different from usual: right contact is ")],
)
def test_the_newest_run_is_as_before_or_different_with_the_power_beside_it(
    settings: Settings, capsys: pytest.CaptureFixture[str], balance_pct: float, said: str
) -> None:
    store_balance(settings, RUNNER, LATER, balance_pct)
    told = surefoot(capsys, "check", RUNNER).out.splitlines()
    assert told[0].startswith("Run of 10 Jan, ")
    assert told[1].startswith(said)
    assert told[2].startswith(
        "With the 5 healthy runs that are known, changes of 3, 5 and 8 % in contact would be found"
    )
    assert told[-1].startswith("Calf raises and balance on one leg are not told")


def test_a_run_that_goes_on_is_looked_at_so_far(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    clock = RunClock(LATER)
    with StoreWriter(settings.store_path) as writer, writer.transaction():
        writer.add_run(run_name(LATER), RUNNER, RUNNER, clock.zero_ns, "test", tuple(Foot))
        writer.add_results(run_name(LATER), RUNNER, clock, Results({}, tuple(windows(0.0))))
    told = surefoot(capsys, "check", RUNNER).out.splitlines()
    assert told[0].endswith(", so far:")
    assert told[1].startswith("As before")


def test_a_run_is_named_and_the_others_are_left_alone(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    store_balance(settings, RUNNER, LATER, 9.0)
    told = surefoot(capsys, "check", RUNNER, "--run", run_name(FIRST + timedelta(days=12))).out.splitlines()
    assert told[0].startswith("Run of 13 Dec, ")
    assert told[1].startswith("As before")
    assert told[2].startswith("With the 4 healthy runs")  # those before it
    refused = surefoot(capsys, "check", RUNNER, "--run", "no-such-run")
    assert (refused.code, refused.err.split(";")[0]) == (2, "error: no run no-such-run of anna is stored")


def test_without_a_confirmed_usual_it_cannot_be_told(capsys: pytest.CaptureFixture[str]) -> None:
    store_balance(load_configuration().settings, RUNNER, LATER, 9.0)
    told = surefoot(capsys, "check", RUNNER).out.splitlines()
    assert told[1] == "Cannot tell whether left against right is as before: no runs are confirmed as the usual."


@pytest.mark.usefixtures("settings")
def test_files_of_less_than_five_minutes_cannot_tell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [
        write_samples(tmp_path / f"{foot}.csv", each)
        for foot, each in simulated((PlannedBout("still", 6.0), PlannedBout("run", 60.0, 2.8))).items()
    ]
    told = surefoot(capsys, "check", RUNNER, "--left", files[0], "--right", files[1]).out.splitlines()
    assert told[0].endswith("less than five minutes of running in one go are known.")
    both = surefoot(capsys, "check", RUNNER, "--left", files[0], "--run", "some")
    assert both.code == 2


def test_what_is_said_of_legs_is_kept_and_a_day_is_added_to(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    surefoot(capsys, "check", RUNNER, "--raises", "25,23")
    told = surefoot(capsys, "check", RUNNER, "--painless", "--steady").out.splitlines()
    [said] = People(settings.data).all_of(RUNNER, LegTests)
    assert (said.left_raises, said.right_raises) == (25, 23)
    assert (said.calf_raises_hurt, said.balance_is_steady) == (False, True)
    assert "Calf raises on one leg: 25 left and 23 right, without pain. Balance on one leg: steady." in told[-1]
    again = surefoot(capsys, "check", RUNNER, "--raises-hurt", "--unsteady").out.splitlines()
    assert "they hurt. Balance on one leg: not steady." in again[-1]


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("25", "error: calf raises are two counts, left and right, such as 25,25; this is '25'."),
        ("many,25", "error: calf raises are two counts"),
        ("1000,1", "error: calf raises are 0 … 999 on a leg."),
    ],
)
def test_what_is_no_count_is_refused(typed: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = surefoot(capsys, "check", RUNNER, "--raises", typed)
    assert told.code == 2
    assert told.err.startswith(said)


def test_nobody_is_told_apart_from_somebody_without_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert surefoot(capsys, "check", "nobody").err.startswith("error: nothing of a runner 'nobody' is here")
    People(load_configuration().settings.data).keep("ben", LegTests("a", datetime(2026, 1, 2, tzinfo=UTC).date()))
    assert surefoot(capsys, "check", "ben").err.startswith("error: no run of ben is stored")


STANDING = replace(
    make_scenario("one-leg"),
    plan=(
        PlannedBout("still", 12.0),
        PlannedBout("calf_raises", 40.0),
        PlannedBout("balance", 40.0),
        PlannedBout("still", 5.0),
    ),
)


@pytest.fixture(scope="module")
def on_one_leg(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    """Calf raises and balance, recorded from the pods."""
    return record_demo([STANDING], tmp_path_factory.mktemp("one-leg"), seed=SEED, speed=math.inf, observer=None)


def test_calf_raises_and_balance_are_measured_in_a_recording(
    on_one_leg: DemoRun, capsys: pytest.CaptureFixture[str]
) -> None:
    runner = "runner-1"
    store_balance(load_configuration().settings, runner, LATER, 0.0)
    told = surefoot(capsys, "check", runner, "--legs", on_one_leg.run.path).out.splitlines()
    seed = int(np.random.default_rng(SEED).integers(2**31))  # as the simulation draws it
    feet = simulate(STANDING.runner, STANDING.plan, seed).trajectories
    for foot in Foot:
        [line] = [each for each in told if each.startswith(f"Measured, {foot}: ") and "calf raise" in each]
        assert int(line.split()[2]) == len(feet[foot].non_gait.raises) > 3
        assert any(each.startswith(f"Measured, {foot}: ") and " s on one leg" in each for each in told)
    assert told[-1] == "This was tried on simulated feet alone; what sway says of a real ankle is not proven."


def test_what_cannot_be_measured_says_why() -> None:
    told = list(measured_lines(MeasuredLegs("r1", FIRST.date(), {}, (), "both pods are needed")))
    assert told == ["Calf raises and balance are not measured: both pods are needed."]


def test_the_page_of_a_plan_asks_the_same(settings: Settings) -> None:
    with WallServer(FakeViewDataSource(), plans=RunnerPlan(settings)) as wall:
        statuses = [posted(wall.port, f"hurt=no&steady=yes&left={left}&right=23") for left in (25, 1000)]
    assert statuses == [303, 400]
    [said] = People(settings.data).all_of(RUNNER, LegTests)
    assert (said.calf_raises_hurt, said.balance_is_steady, said.left_raises, said.right_raises) == (False, True, 25, 23)
    shown = str(build_section(RUNNER, PlanState(RUNNER, None, tests=said), may_tell=True))
    assert 'name="left" type="number" min="0" max="999" value="25"' in shown


def posted(port: int, body: str) -> int:
    """Status of an answer to the form."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as link:
        link.request("POST", f"/runner/{RUNNER}/plan/tests", body, {"Sec-Fetch-Site": "same-origin"})
        return link.getresponse().status

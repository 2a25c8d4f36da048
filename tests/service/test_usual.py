"""A runner's own usual, from what is stored and told."""

from __future__ import annotations

import math
import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from surefoot.analysis.findings import Finding, Kind, latest
from surefoot.analysis.metrics import CONTACT, PUSH_OFF
from surefoot.analysis.model import Foot, Gait
from surefoot.analysis.weeks.anchor import Anchor
from surefoot.analysis.weeks.decision import Evenness
from surefoot.analysis.weeks.followed import FollowedPlan
from surefoot.analysis.weeks.ground import tilt_scatter_deg
from surefoot.analysis.weeks.labels import RunLabels
from surefoot.analysis.weeks.plan import Row, clinician_plan
from surefoot.analysis.weeks.run_balance import balances
from surefoot.analysis.weeks.usual import NOTHING_KNOWN
from surefoot.dashboards.report.splits import pod_distance_m
from surefoot.firmware_sim.body.runner_profile import PlannedBout, RunnerProfile
from surefoot.firmware_sim.scenarios import Scenario
from surefoot.sensor_ingest.recording.leaving_out import leave_out
from surefoot.sensor_ingest.recording.manifest import PodAssignment
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.service.configuration import load_configuration
from surefoot.service.errors.people import TooFewHealthyError
from surefoot.service.people.people import People
from surefoot.service.pipeline.kept_usual import kept_usual
from surefoot.service.runtime.demo import record_demo
from surefoot.service.runtime.own_runs import own_runs
from surefoot.service.runtime.usual import confirm_usual, evenness, with_usual
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader
from surefoot.service.views.history import run_gait
from tests.service.command import surefoot
from tests.service.past_balances import FIRST, SPEED_MPS, run_name, store_balance, store_past, tell
from tests.service.stored_runs import manifest, stored

RUNNER = "anna"
DAY = date(2025, 12, 31)
EVEN = (0.0, 1.0, -1.0, 0.5, -0.5)
LATER = FIRST + timedelta(days=40)


@pytest.mark.parametrize(
    ("balance_pct", "told"),
    [(0.0, Evenness.AS_BEFORE), (3.0, Evenness.AS_BEFORE), (5.0, Evenness.DIFFERENT), (-8.0, Evenness.DIFFERENT)],
)
@pytest.mark.parametrize("gait", list(Gait))
def test_a_run_is_told_against_the_confirmed_anchor(balance_pct: float, told: Evenness, gait: Gait) -> None:
    settings = load_configuration().settings
    store_past(settings, RUNNER, *EVEN, gait=gait)
    store_balance(settings, RUNNER, LATER, balance_pct, gait)
    assert evenness(settings, run_name(LATER), RUNNER) is None  # nothing is confirmed yet
    confirm_usual(settings, RUNNER, DAY)
    assert evenness(settings, run_name(LATER), RUNNER) is told
    assert evenness(settings, "no-such-run", RUNNER) is None


def test_an_anchor_stays_whatever_comes_or_is_told_later() -> None:
    settings = load_configuration().settings
    first = store_past(settings, RUNNER, *EVEN)
    made = confirm_usual(settings, RUNNER, DAY)
    assert made.runs == tuple(first)
    tell(settings, RUNNER, FIRST + timedelta(hours=9), 4)
    store_past(settings, RUNNER, *(4.0,) * 6, first=FIRST + timedelta(days=60))
    known = own_runs(settings, RUNNER)
    assert known.anchor == made
    assert first[0] not in known.healthy
    assert confirm_usual(settings, RUNNER, DAY).runs == tuple(first[1:])


def test_runs_that_are_not_healthy_are_no_usual() -> None:
    settings = load_configuration().settings
    store_past(settings, RUNNER, *EVEN)
    for days in (0, 3, 6):
        tell(settings, RUNNER, FIRST + timedelta(days=days, hours=20), 3)
    with pytest.raises(TooFewHealthyError, match="2 healthy runs are known up to 31 Dec 2025, and three are needed"):
        confirm_usual(settings, RUNNER, DAY)


def test_a_run_while_a_plan_is_followed_is_no_usual() -> None:
    settings = load_configuration().settings
    names = store_past(settings, RUNNER, *EVEN)
    rows = clinician_plan([Row(1, 600.0)], "Dr. A", DAY).plan
    assert rows is not None
    second = (FIRST + timedelta(days=3)).date()
    People(settings.data).keep(RUNNER, FollowedPlan("p", rows, second, ended=second + timedelta(days=1)))
    assert own_runs(settings, RUNNER).healthy == {*names} - {names[1]}


def test_another_shoe_cannot_be_compared() -> None:
    settings = load_configuration().settings
    store_past(settings, RUNNER, *EVEN)
    confirm_usual(settings, RUNNER, DAY)
    store_balance(settings, RUNNER, LATER, 0.0)
    People(settings.data).keep(RUNNER, RunLabels(run_name(LATER), shoe="new"))
    assert evenness(settings, run_name(LATER), RUNNER) is None


@pytest.fixture(scope="module")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A recorded run with 6 % longer contact on the right from the first step."""
    runner = RunnerProfile(contact_asymmetry_pct=6.0)
    plan = (PlannedBout("still", 12.0), PlannedBout("run", 320.0, SPEED_MPS), PlannedBout("still", 5.0))
    parent = tmp_path_factory.mktemp("uneven")
    return record_demo([Scenario("uneven", runner, plan)], parent, seed=3, speed=math.inf, observer=None).run


def test_what_a_run_is_compared_with_is_frozen_in_it(uneven: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    settings, runner = load_configuration().settings, "runner-1"
    began = uneven.manifest.created_utc
    store_past(settings, runner, *EVEN, first=began - timedelta(days=20))
    confirm_usual(settings, runner, began.astimezone().date())
    run = stored(settings, uneven)
    told, rows = findings_of(settings, run, runner), baselines_of(settings, run)
    assert [each.foot for each in told] == [Foot.LEFT]
    assert {(kind, metric) for kind, metric, _ in rows} >= {
        ("anchor", CONTACT),
        ("recent", CONTACT),
        ("anchor", PUSH_OFF),
    }
    assert all(count == 2 for *_, count in rows)  # at its start and at its end
    report = run.path.parent / "report.html"
    surefoot(capsys, "report", run.path, "--output", report)
    assert '<p class="lead">Different from usual: left contact is' in report.read_text()
    # whatever is confirmed and told later
    People(settings.data).withdraw(runner, Anchor, "usual")
    store_past(settings, runner, *(5.0,) * 6, first=began + timedelta(days=2))
    confirm_usual(settings, runner, began.astimezone().date() + timedelta(days=60))
    surefoot(capsys, "reanalyze", run.manifest.run_id)
    assert (findings_of(settings, run, runner), baselines_of(settings, run)) == (told, rows)
    assert evenness(settings, run.manifest.run_id, runner) is Evenness.DIFFERENT


def findings_of(settings: Settings, run: RunFolder, runner: str) -> list[Finding]:
    with StoreReader(settings.store_path) as reader:
        every = latest(reader.findings(run.manifest.run_id, runner))
    return [each for each in every if each.kind is Kind.UNLIKE_USUAL]


def baselines_of(settings: Settings, run: RunFolder) -> list[tuple[object, ...]]:
    query = (
        "SELECT kind, metric, count(*) FROM baselines WHERE run = ? AND kind != 'drift' GROUP BY kind, metric, value"
    )
    with closing(sqlite3.connect(settings.store_path)) as store:
        return store.execute(query, (run.manifest.run_id,)).fetchall()


def test_the_command_tells_confirms_and_compares(capsys: pytest.CaptureFixture[str]) -> None:
    settings = load_configuration().settings
    store_past(settings, RUNNER, *EVEN)
    first = surefoot(capsys, "usual", RUNNER).out.splitlines()
    assert first[0] == "No usual is confirmed; 5 healthy runs are known, the last of 13 Dec."
    assert "surefoot usual anna --confirm 2025-12-13 confirms them as the usual." in first
    store_balance(settings, RUNNER, LATER, 5.0)
    told = surefoot(capsys, "usual", RUNNER, "--confirm", "2025-12-31").out
    assert "The usual: 5 healthy runs up to 31 Dec 2025, as confirmed." in told
    assert "Newest run, 10 Jan: Different from usual: left contact is 5.0 % shorter against the right" in told
    assert "anchor, 5 runs: contact right vs left +0.0 % (± 3." in told
    refused = surefoot(capsys, "usual", RUNNER, "--confirm", "2025-12-02")
    assert (refused.code, refused.err) == (2, f"error: {TooFewHealthyError(1, date(2025, 12, 2))}\n")
    assert surefoot(capsys, "usual", "eve").code == 2


def test_what_crept_is_told_with_its_day_and_band(capsys: pytest.CaptureFixture[str]) -> None:
    settings = load_configuration().settings
    crept = [0.4 * place for place in range(1, 13)]
    store_past(settings, RUNNER, *EVEN, *EVEN, *EVEN, *crept)
    told = next(line for line in surefoot(capsys, "usual", RUNNER).out.splitlines() if line.startswith("Since about"))
    assert re.fullmatch(
        r"Since about \d+ Jan, running: left contact is [45]\.\d % \(± [012]\.\d\) shorter than before, against the"
        r" right; it crept over \d+ runs\.", told
    ), told  # fmt: skip


def test_ten_runs_measure_ones_own_noise(capsys: pytest.CaptureFixture[str]) -> None:
    settings = load_configuration().settings
    store_past(settings, RUNNER, *EVEN[:2])
    assert (
        "How much runs differ: 2 of 10 runs that are alike are there. It takes five easy minutes"
        in surefoot(capsys, "usual", RUNNER).out
    )
    store_past(settings, RUNNER, *(1.5, -1.5) * 4, first=FIRST + timedelta(days=10))
    told = surefoot(capsys, "usual", RUNNER).out
    # By hand: 0, 1 and four each of ±1.5 have the variance 2.1; within runs it is 0.31²/12 and less
    assert (
        "10 of 10 runs that are alike are there; left against right differs by 1.4 % from run to run (95 %: 1.0 to"
        in told
    )
    assert "None of them would have been called different." in told


def test_scatter_is_learnt_from_three_runners_on() -> None:
    settings = load_configuration().settings
    for runner in ("anna", "ben"):
        store_past(settings, runner, *(2.0, -2.0) * 5)
    assert own_runs(settings, "anna").scatters[CONTACT].sd_pct == 1.0
    store_past(settings, "cem", *(2.0, -2.0) * 5)
    learnt = own_runs(settings, "dora").scatters[CONTACT]
    assert learnt.sd_pct == pytest.approx(2.1, abs=0.1)  # √(10 / 9) × 2
    chosen = settings.model_copy(update={"parameters": {"run_to_run_sd_pct": 0.7}})
    assert own_runs(chosen, "dora").scatters[CONTACT].sd_pct == 0.7


def test_a_run_is_recorded_where_its_usual_cannot_be_read(caplog: pytest.LogCaptureFixture) -> None:
    settings = load_configuration().settings
    broken = replace(manifest(), usual={RUNNER: {"day": "tomorrow"}})
    assert kept_usual(broken, RUNNER) == NOTHING_KNOWN
    assert "the usual of anna cannot be read" in caplog.text
    settings.store_path.parent.mkdir(parents=True, exist_ok=True)
    settings.store_path.write_bytes(b"no store" * 1000)
    assert with_usual(manifest(), settings) == manifest()
    assert "is compared with no earlier ones: " in caplog.text


def test_a_forgotten_runner_takes_their_usual_with_them(uneven: RunFolder, tmp_path: Path) -> None:
    pods = (*uneven.manifest.pods, PodAssignment("OTHER", Foot.LEFT, "ben"))
    kept = {runner: NOTHING_KNOWN.to_json() for runner in ("runner-1", "ben")}
    shutil.copytree(uneven.path, tmp_path / uneven.manifest.run_id)
    run = RunFolder(tmp_path / uneven.manifest.run_id, replace(uneven.manifest, pods=pods)).freeze_usual(kept)
    assert set(leave_out(run, ["ben"]).manifest.usual) == {"runner-1"}


def test_what_is_read_of_a_run_gives_the_same_numbers_as_all_of_it(uneven: RunFolder) -> None:
    settings = load_configuration().settings
    run = stored(settings, uneven).manifest.run_id
    with StoreReader(settings.store_path) as reader:
        numbers = (reader.summary(run, "runner-1") or {})["numbers"]
        few, whole = reader.compared_windows(run, "runner-1"), reader.windows(run, "runner-1")
    assert balances(few, run, FIRST) == balances(whole, run, FIRST) != {}
    assert repr(run_gait(numbers, few)) == repr(run_gait(numbers, whole))
    assert tilt_scatter_deg(few) == tilt_scatter_deg(whole) != {}
    assert pod_distance_m(few) == pod_distance_m(whole) is not None

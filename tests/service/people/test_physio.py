"""One page for the physio: by the real command and on the wall, with numbers that come from elsewhere."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import fmean, stdev
from typing import Literal

import pytest

from surefoot.analysis.metrics import CONTACT
from surefoot.analysis.model import Foot
from surefoot.analysis.weeks.feeling import CheckIn, OnBone, Pain, Place, Trend, When
from surefoot.analysis.weeks.followed import FollowedPlan
from surefoot.analysis.weeks.labels import RunLabels, Surface
from surefoot.analysis.weeks.plan import Row, clinician_plan
from surefoot.dashboards.physio.page import physio_html
from surefoot.dashboards.plan_source import PlanState
from surefoot.dashboards.viewers import Scope
from surefoot.service.people.people import People
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader
from surefoot.service.store.watch_runs import WatchRun, WatchRuns
from surefoot.service.views.physio import physio_facts
from tests.dashboards.browser import chromium, overflow_px, violations
from tests.service.people.full_physio_page import full_facts
from tests.service.real_command import RealCommand
from tests.service.stored_runs import stored

RUNNER = "runner-1"
NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)
WATCH_M = 5200.0
A4_POINTS = (b"594", b"841")
A4_BETWEEN_MARGINS_PX = 695
"""(210 − 2 × 13) mm at 96 to the inch."""


@pytest.fixture(scope="module")
def settings(rolled: DemoRun, watched: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A run on a trail in which an ankle rolled, an even one, one of a watch; two entries, one with a sign."""
    found = Settings(data=tmp_path_factory.mktemp("data"))
    for run, days, surface in ((rolled, 9, Surface.TRAIL), (watched, 2, None)):
        began = NOON - timedelta(days=days)
        folder = stored(found, run.run, run_id=f"{began:%Y%m%d}T110000Z-0000000{days}", created_utc=began)
        People(found.data).keep(RUNNER, RunLabels(folder.manifest.run_id, surface=surface))
    at_ns = round((NOON - timedelta(days=1)).timestamp()) * 10**9
    WatchRuns(found.store_path).add(
        WatchRun(RUNNER, at_ns, RUNNER, 0.0, 1800.0, WATCH_M, None, None, 168.0, "running", "fit")
    )
    grew = Pain(Foot.LEFT, Place.OUTER_ANKLE, 6, OnBone.DONT_KNOW, Trend.GREW, swollen=True)
    for name, days, pains in (("a", 9, (grew,)), ("b", 2, ())):
        said = NOON - timedelta(days=days)
        People(found.data).keep(RUNNER, CheckIn(name, said, said.date(), When.AFTER, pains))
    return found


def words(page: str) -> str:
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.S).split())


@pytest.fixture(scope="module")
def page(settings: Settings) -> str:
    return physio_html(physio_facts(settings, RUNNER, NOON))


def test_a_roll_has_the_exact_interval_and_a_foot_without_one_an_upper_end_alone(settings: Settings, page: str) -> None:
    facts = physio_facts(settings, RUNNER, NOON)
    strides = sum(each.watched.get(Foot.RIGHT, 0) for each in facts.runs)
    rolled = {foot for each in facts.runs for foot, _ in each.rolls}
    assert rolled == {Foot.LEFT}
    assert f"right foot {strides:,} 0 at most {2995.73 / strides:.2g} 0 at most" in words(page)
    assert "trail" in words(page)
    assert "surface not told" in words(page)


def test_left_against_right_is_the_number_of_the_run_with_an_interval_of_half_minutes(settings: Settings) -> None:
    facts = physio_facts(settings, RUNNER, NOON)
    even = facts.runs[1]
    with StoreReader(settings.store_path) as reader:
        summary = reader.runs(RUNNER)[-1].summary
    assert summary is not None
    found = even.evenness[CONTACT]
    assert found.value == summary["numbers"][f"{CONTACT}_asymmetry_pct"]
    with StoreReader(settings.store_path) as reader:
        halves = [each.asymmetry_pct[CONTACT].value for each in reader.windows(even.past.run, RUNNER)]
    assert found.low < fmean(halves) < found.high
    assert found.high - found.low > 2.0 * 1.96 * stdev(halves) / len(halves) ** 0.5  # as if none were alike
    assert facts.runs[2].evenness == {}  # of a watch alone


def test_a_week_without_an_entry_has_dashes_and_never_zeros(page: str) -> None:
    assert "13 Apr 0 of 7 – – – –" in words(page)
    assert "11 May 1 of 7 6 – 1 –" in words(page)
    assert "18 May 1 of 3 0 – 0 0" in words(page)


def test_a_run_of_a_watch_counts_in_its_week(page: str) -> None:
    assert re.search(r"18 May 2 3\d \d+\.\d \d+\+ \d+\+ 5\.2", words(page))


def test_a_runner_with_a_watch_alone_has_a_page(tmp_path: Path) -> None:
    alone = Settings(data=tmp_path)
    at_ns = round(NOON.timestamp()) * 10**9
    WatchRuns(alone.store_path).add(
        WatchRun("eve", at_ns, "Eve", 0.0, 1800.0, WATCH_M, None, None, 168.0, "running", "fit")
    )
    assert "18 May 1 30 5.2 – – 5.2" in words(physio_html(physio_facts(alone, "eve", NOON)))


def test_a_sign_stands_in_the_words_that_the_runner_read(page: str) -> None:
    told = "Do not run on it; have it seen this week: pain at the left outer ankle that grows while running."
    assert f"11 May: {told}" in words(page)


def test_sessions_stand_against_what_was_prescribed(settings: Settings) -> None:
    state = clinician_plan([Row(1, 120.0)], "Olga, physio", NOON.date() - timedelta(days=5))
    assert state.plan is not None
    followed = FollowedPlan("p", state.plan, NOON.date() - timedelta(days=5))
    facts = replace(physio_facts(settings, RUNNER, NOON), plan=PlanState(RUNNER, followed, "Next from Thursday."))
    shown = words(physio_html(facts))
    assert "Olga, physio" in shown
    assert "2 min running" in shown
    assert "Next from Thursday." in shown
    assert "Olga" not in words(physio_html(facts, {Scope.RUNS, Scope.FINDINGS}))


def test_what_is_not_given_is_not_shown_and_said_to_be_missing(settings: Settings) -> None:
    facts = physio_facts(settings, RUNNER, NOON)
    runs = words(physio_html(facts, {Scope.RUNS}))
    assert "Not shown to you: findings, pain and plan." in runs
    assert not re.search("outer ankle|have it seen|Ankle rolls|Diary", runs)
    pain = words(physio_html(facts, {Scope.PAIN_AND_PLAN}))
    assert "Not shown to you: runs, findings." in pain
    assert not re.search("Load by week|Left against right|Ankle rolls", pain)
    assert "Ankle-GO" in runs
    assert "Ankle-GO" in pain


def test_the_command_writes_a_page_that_fits_and_a_pdf_with_the_slots(settings: Settings, tmp_path: Path) -> None:
    html, pdf = tmp_path / "anna.html", tmp_path / "anna.pdf"
    with chromium() as browser:
        for file in (html, pdf):
            with RealCommand(settings.data, "physio", RUNNER, "--to", str(file)) as command:
                assert command.finish() == 0, command.err
            assert file.stat().st_mode & 0o077 == 0
        assert pdf.read_bytes().startswith(b"%PDF")
        assert set(re.findall(rb"/MediaBox \[0 0 (\d+)\S* (\d+)", pdf.read_bytes())) == {A4_POINTS}
        for width in (360, 1280):
            tab = browser.new_page(viewport={"width": width, "height": 800})
            tab.goto(html.as_uri())
            assert overflow_px(tab) <= 0
            assert violations(tab) == []
            assert tab.locator("table.slots").count() == 2


@pytest.mark.parametrize(("width", "media"), [(A4_BETWEEN_MARGINS_PX, "print"), (360, "screen")])
def test_nothing_is_cut_on_paper_or_a_phone_however_much_there_is(
    tmp_path: Path, width: int, media: Literal["print", "screen"]
) -> None:
    html = tmp_path / "full.html"
    html.write_text(physio_html(full_facts()), encoding="utf-8")
    with chromium() as browser:
        tab = browser.new_page(viewport={"width": width, "height": 800})
        tab.emulate_media(media=media)
        tab.goto(html.as_uri())
        assert tab.locator(".words").count() == 2
        assert overflow_px(tab) <= 0


def test_a_name_of_neither_kind_and_a_runner_who_is_not_here_are_refused(settings: Settings, tmp_path: Path) -> None:
    for runner, file, reason in ((RUNNER, "a.doc", "neither in .html nor in .pdf"), ("eve", "a.html", "nothing of")):
        with RealCommand(settings.data, "physio", runner, "--to", str(tmp_path / file)) as command:
            assert command.finish() == 2
        assert reason in command.err

"""The page of a plan on a phone, in a real browser."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from surefoot.analysis.legs.calf_raises import RaiseCount
from surefoot.analysis.model import Foot
from surefoot.analysis.weeks.exercises import Did, Exercise, ExerciseDone
from surefoot.analysis.weeks.feeling import CheckIn, OnBone, Pain, Place, Trend, When
from surefoot.analysis.weeks.followed import FollowedPlan
from surefoot.analysis.weeks.injuries import Injury, InjuryKind
from surefoot.analysis.weeks.labels import RunLabels, Surface
from surefoot.analysis.weeks.measured_legs import MeasuredLegs
from surefoot.analysis.weeks.plan import PlanKind, Row
from surefoot.analysis.weeks.words import day_name
from surefoot.dashboards.physio.page import physio_html
from surefoot.dashboards.viewers import Scope
from surefoot.dashboards.wall.hosting import WallServer
from surefoot.sensor_ingest.recording.manifest import Manifest, PodAssignment
from surefoot.sensor_ingest.recording.run_folder import adopt_run
from surefoot.service.people.people import People
from surefoot.service.settings import Settings
from surefoot.service.store.tail import StoreTail
from surefoot.service.views.diary import Diary
from surefoot.service.views.physio import physio_facts
from surefoot.service.views.plan import RunnerPlan
from surefoot.service.views.squad_state import StoredRuns
from surefoot.service.views.wall import Archive, WallDataSource
from surefoot.service.weeks.beginning import Plans
from surefoot.service.weeks.exercises import Exercises
from tests.dashboards.browser import SIZES, chromium, overflow_px, violations
from tests.service.made_sessions import RUNNER, all_well, bouts_of, know_usual, say, store_session

WIDTH, HEIGHT = SIZES["phone"]
DAY = timedelta(days=1)
ROWS = (Row(6, 60.0, 240.0), Row(6, 120.0, 180.0))
NOW = datetime.now().astimezone().replace(hour=12, minute=0, second=0, microsecond=0)
BEGAN = NOW - 2 * DAY


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, has_touch=True)
    yield context
    context.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Somebody with a sprain who has run the first row."""
    found = Settings(data=tmp_path)
    people = People(found.data)
    people.keep(RUNNER, Injury("i1", Foot.LEFT, InjuryKind.SPRAIN, (NOW - 12 * DAY).date(), grade=1))
    know_usual(found, NOW - 12 * DAY)
    return found


@pytest.fixture
def wall(settings: Settings) -> Iterator[str]:
    with StoreTail(settings.store_path) as tail:
        source = WallDataSource(StoredRuns(tail), Archive(settings.runs_folder, settings))
        diary, plans = Diary(settings, settings.runs_folder), RunnerPlan(settings, lambda: NOW)
        with WallServer(source, diary=diary, plans=plans) as server:
            yield f"http://127.0.0.1:{server.port}/"


def words(page: str) -> str:
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.S).split())


def test_what_is_missing_is_answered_in_the_diary_and_then_the_next_row_is_named(
    settings: Settings, wall: str, phone: BrowserContext
) -> None:
    people = People(settings.data)
    Plans(people, RUNNER).begin_clinician(ROWS, "M. Roth", BEGAN.date(), BEGAN.date())
    run = store_session(settings, BEGAN, bouts_of(*(60.0, 240.0) * 6))
    page = phone.new_page()
    page.goto(f"{wall}runner/{RUNNER}")
    page.get_by_role("link", name="Plan", exact=True).click()
    expect(page.locator("#today")).to_contain_text("Cannot tell what comes next: how it felt is not told")
    assert page.get_by_role("link", name="Tell what is missing").get_attribute("href") == (
        f"/diary/?runner={RUNNER}&run={run}"
    )
    all_well(people, run, BEGAN + timedelta(hours=1))
    page.reload()
    expect(page.locator("#sessions")).to_contain_text("6 of 6 runs as planned.")
    expect(page.locator("#today")).to_contain_text("As planned; next row from")
    expect(page.locator("#rows li[aria-current]")).to_have_text("2. 6 × (2 min running, 3 min walking) ← next")
    assert (overflow_px(page), violations(page)) == (0, [])


def test_the_diary_asks_what_a_plan_needs_and_ends_with_what_comes_next(
    settings: Settings, wall: str, phone: BrowserContext
) -> None:
    people = People(settings.data)
    Plans(people, RUNNER).begin_clinician(ROWS, "M. Roth", NOW.date(), NOW.date())
    run = store_session(settings, NOW - timedelta(minutes=40), bouts_of(*(60.0, 240.0) * 6))
    people.keep(RUNNER, RunLabels(run, Surface.ROAD, hills=False, painkiller=False))
    pods = tuple(PodAssignment.worn_by(RUNNER, f"POD{foot[0]}", foot) for foot in Foot)
    adopt_run(settings.runs_folder, Manifest(run, NOW - timedelta(minutes=40), "test", pods))
    page = phone.new_page()
    page.goto(f"{wall}diary/?runner={RUNNER}&run={run}")
    expect(page.locator("#when")).not_to_be_empty()
    for name in ("Something", "left heel", "Not on the bone", "1", "Eased", "4", "No"):
        page.get_by_role("button", name=name, exact=True).first.click()
    expect(page.locator("#next .plan").first).to_have_text(
        "Cannot tell what comes next: how the morning after was at the left heel is not told."
    )
    said = {each.when: each.pains for each in people.all_of(RUNNER, CheckIn) if each.run == run}
    pain = Pain(Foot.LEFT, Place.HEEL, 1, OnBone.NO, Trend.EASED, swollen=False)
    assert said == {When.AFTER: (pain,), When.DURING: (replace(pain, score=4),)}
    assert (overflow_px(page), violations(page)) == (0, [])
    say(people, run, NOW + timedelta(seconds=1), when=When.NEXT_MORNING, as_usual=True)
    page.reload()
    expect(page.locator("#next .plan").first).to_contain_text("4 of 10 at the left heel; the same row again from")
    page.get_by_role("link", name="Plan", exact=True).click()
    expect(page.locator("#today")).to_contain_text("4 of 10 at the left heel")


def test_a_runner_begins_the_table_of_a_sprain_and_ends_it(
    settings: Settings, wall: str, phone: BrowserContext
) -> None:
    page = phone.new_page()
    page.goto(f"{wall}runner/{RUNNER}/plan")
    page.get_by_label("Do you stand on the foot without pain?").select_option("yes")
    page.get_by_role("button", name="Begin the walk–run table").click()
    expect(page.get_by_role("alert")).to_contain_text("whether the ankle moves freely is not told")
    store_session(settings, NOW - timedelta(hours=3), bouts_of(0.0, 400.0))
    page.get_by_label("Do you stand on the foot without pain?").select_option("yes")
    page.get_by_label("Does the ankle move freely?").select_option("yes")
    assert (overflow_px(page), violations(page)) == (0, [])
    page.get_by_role("button", name="Begin the walk–run table").click()
    expect(page.locator("#today")).to_contain_text("Today or later: 6 × (1 min running, 4 min walking).")
    [begun] = People(settings.data).all_of(RUNNER, FollowedPlan)
    assert (begun.plan.kind, begun.injury, begun.ended) == (PlanKind.SPRAIN, "i1", None)
    page.get_by_role("button", name="End the plan").click()
    expect(page.get_by_text("No plan is followed.")).to_be_visible()
    assert People(settings.data).all_of(RUNNER, FollowedPlan)[0].ended == begun.begun


def test_a_clinicians_rows_are_typed_in_one_a_line(settings: Settings, wall: str, phone: BrowserContext) -> None:
    page = phone.new_page()
    page.goto(f"{wall}runner/{RUNNER}/plan")
    rows, button = page.get_by_label("Rows, one a line"), page.get_by_role("button", name="Begin these rows")
    rows.fill("often")
    page.get_by_label("Made by").fill("M. Roth")
    button.click()
    expect(page.get_by_role("alert")).to_contain_text("This was not kept: 'often' is no row; 6x1/4 is six times 1 min")
    rows.fill("6x1/4\n\nmax 20")
    page.get_by_label("Made by").fill("M. Roth")
    button.click()
    expect(page.locator("#rows")).to_contain_text("made: M. Roth")
    [begun] = People(settings.data).all_of(RUNNER, FollowedPlan)
    assert list(begun.plan.rows) == [Row(6, 60.0, 240.0), Row(1, 1200.0, is_cap=True)]


def narrow_plan(phone: BrowserContext, wall: str) -> Page:
    """The page Plan on a small phone."""
    page = phone.new_page()
    page.set_viewport_size({"width": 360, "height": HEIGHT})
    page.goto(f"{wall}runner/{RUNNER}/plan")
    return page


def test_an_exercise_is_typed_in_as_prescribed_and_told_with_one_tap_a_day(
    settings: Settings, wall: str, phone: BrowserContext
) -> None:
    page = narrow_plan(phone, wall)
    page.get_by_text("Type in an exercise").click()
    page.get_by_label("As prescribed").fill("Off a step, <slowly>")
    page.get_by_label("Sets").fill("3")
    page.get_by_label("How many, or how long").fill("12")
    page.get_by_label("Side").select_option("each side")
    page.get_by_label("Days a week").fill("3")
    page.get_by_label("From").fill((NOW - 28 * DAY).date().isoformat())
    page.get_by_label("Prescribed by").fill("M. Roth")
    assert (overflow_px(page), violations(page)) == (0, [])
    page.get_by_role("button", name="Keep this exercise").click()
    shown = page.locator("#exercises li")
    expect(shown).to_contain_text("Off a step, <slowly>")
    expect(shown).to_contain_text("3 × 12, each side, 3 a week for 12 weeks. M. Roth, from ")
    people = People(settings.data)
    [kept] = people.all_of(RUNNER, Exercise)
    for day in (0, 2, 4, 7, 9, 14, 16, 18, 21):
        people.keep(RUNNER, ExerciseDone(f"d{day}", kept.id, kept.begun + day * DAY, Did.DONE))
    page.reload()
    expect(shown).to_contain_text("9 of 12 in 4 weeks; 3 not told. This week, which is not over: 0 of 3.")
    asked = shown.get_by_role("group", name="Today: ")
    asked.get_by_label("Hurt").select_option("yes")
    asked.get_by_role("button", name="Partly").click()
    expect(shown).to_contain_text("Today: partly.")
    asked.get_by_role("button", name="Done", exact=True).click()
    expect(shown).to_contain_text("Today: done.")
    expect(shown).to_contain_text("not over: 1 of 3.")
    assert (overflow_px(page), violations(page)) == (0, [])
    [today] = [each for each in people.all_of(RUNNER, ExerciseDone) if each.day == NOW.date()]
    assert (today.did, today.hurt) == (Did.DONE, True)
    if shot := os.environ.get("SHOT"):
        page.screenshot(path=shot, full_page=True)
    facts = words(physio_html(physio_facts(settings, RUNNER, NOW)))
    assert "Exercises Off a step, &lt;slowly&gt; 3 × 12, each side, 3 a week for 12 weeks. M. Roth, from" in facts
    assert "1 of 3, not a whole week 0 0 – 1" in facts
    assert "slowly" not in words(physio_html(physio_facts(settings, RUNNER, NOW), {Scope.RUNS, Scope.FINDINGS}))
    shown.get_by_text("No longer").click()
    page.get_by_role("button", name="End: Off a step").click()
    expect(shown).to_contain_text("; ended ")
    expect(shown.get_by_role("button", name="End")).to_have_count(0)
    expect(asked).to_have_count(0)
    assert people.all_of(RUNNER, Exercise)[0].ended == NOW.date()


def test_a_day_that_was_forgotten_is_told_corrected_and_taken_back(
    settings: Settings, wall: str, phone: BrowserContext
) -> None:
    people, yesterday = People(settings.data), (NOW - DAY).date()
    people.keep(RUNNER, Exercise("e1", "Off a step, slowly", 3, (NOW - 3 * DAY).date(), by="M. Roth"))

    def told() -> list[ExerciseDone]:
        return list(people.all_of(RUNNER, ExerciseDone))

    page = narrow_plan(phone, wall)
    earlier = page.get_by_text("Earlier days")
    expect(earlier).to_have_text("Earlier days: 0 of 3 told")
    earlier.tap()
    asked = page.get_by_role("group", name=f"{day_name(yesterday)}: ")
    assert (overflow_px(page), violations(page)) == (0, [])
    asked.get_by_role("button", name="Done", exact=True).tap()
    expect(earlier).to_have_text("Earlier days: 1 of 3 told")
    expect(page.locator("#exercises li")).to_contain_text("not over: 1 of 3.")
    assert [(each.day, each.did) for each in told()] == [(yesterday, Did.DONE)]
    earlier.tap()
    asked.get_by_label("Hurt").select_option("yes")
    asked.get_by_role("button", name="Partly").tap()
    expect(page.locator("#exercises li")).to_contain_text("not over: 0 of 3.")
    assert [(each.day, each.did, each.hurt) for each in told()] == [(yesterday, Did.PARTLY, True)]
    earlier.tap()
    expect(asked.get_by_label("Hurt")).to_have_value("yes")
    if shot := os.environ.get("SHOT"):
        page.screenshot(path=shot, full_page=True)
    asked.get_by_role("button", name="Take back").tap()
    expect(earlier).to_have_text("Earlier days: 0 of 3 told")
    expect(page.locator("#exercises li")).to_contain_text("Today: not told.")
    assert told() == []


def test_what_pods_saw_stands_beside_a_day_and_fills_in_nothing(
    settings: Settings, wall: str, phone: BrowserContext
) -> None:
    people, today = People(settings.data), NOW.date()
    page = narrow_plan(phone, wall)
    page.get_by_text("Type in an exercise").tap()
    page.get_by_label("As prescribed").fill("Off a step")
    page.get_by_label("Pods measure of it").select_option("calf raises on one leg")
    page.get_by_label("Days a week").fill("3")
    page.get_by_label("Prescribed by").fill("M. Roth")
    page.get_by_role("button", name="Keep this exercise").tap()
    shown = page.locator("#exercises li")
    expect(page.locator("#exercises")).to_contain_text('"Off a step": record it with both pods')
    sets = {Foot.LEFT: (RaiseCount(14, 30.0, 2.1),) * 3, Foot.RIGHT: (RaiseCount(12, 28.0, 2.4),)}
    measured = MeasuredLegs("run-1", today, sets, ())
    assert len(Exercises(people, RUNNER).keep_measured(measured)) == 1
    page.reload()
    saw = "Measured: left 3 × 14, one every 2.1 s, the sole up to 30°; right 12, one every 2.4 s, the sole up to 28°."
    expect(shown).to_contain_text(f"Today: not told.{saw}")
    expect(shown).to_contain_text("This week, which is not over: 0 of 3.")
    assert (overflow_px(page), violations(page)) == (0, [])
    if shot := os.environ.get("SHOT"):
        page.screenshot(path=shot, full_page=True)
    assert f"{day_name(today)} not told {saw}" in words(physio_html(physio_facts(settings, RUNNER, NOW)))
    shown.get_by_role("button", name="Partly").tap()
    expect(shown).to_contain_text(f"Today: partly.{saw}")
    expect(shown).to_contain_text("This week, which is not over: 0 of 3.")
    assert f"{day_name(today)} partly {saw}" in words(physio_html(physio_facts(settings, RUNNER, NOW)))


def test_an_exercise_that_cannot_be_kept_says_why_and_one_of_today_is_taken_back(settings: Settings, wall: str) -> None:
    def sent(name: str, fields: Mapping[str, str]) -> tuple[int, str]:
        with closing(HTTPConnection(urlsplit(wall).netloc, timeout=60)) as link:
            link.request("POST", f"/runner/{RUNNER}/plan/{name}", urlencode(fields), {"Sec-Fetch-Site": "same-origin"})
            answer = link.getresponse()
            return answer.status, words(answer.read().decode())

    typed = {"text": "Slowly", "times_a_week": "3", "begun": NOW.date().isoformat(), "by": "M. Roth"}
    for wrong, sentence in (
        ({"times_a_week": "9"}, "times a week must be 1 to 7, not 9"),
        ({"sets": "-1"}, "-1 is no whole number"),
        ({"begun": "soon"}, "soon is no day"),
        ({"text": " "}, "an exercise has 1 to 300 characters"),
    ):
        status, text = sent("exercise", {**typed, **wrong})
        assert (status, f"This was not kept: {sentence}" in text) == (400, True)
    assert sent("exercise", typed)[0] == 303
    people = People(settings.data)
    [kept] = people.all_of(RUNNER, Exercise)
    on_day = {"id": kept.id, "day": NOW.date().isoformat()}
    assert "say done, partly or not done" in sent("exercise/did", on_day)[1]
    assert "there is no such exercise" in sent("exercise/did", {**on_day, "id": "guess", "did": "done"})[1]
    for day in (NOW - DAY, NOW + DAY):
        status, text = sent("exercise/did", {**on_day, "day": day.date().isoformat(), "did": "done"})
        assert (status, f"of {day_name(day.date())} nothing can be told of this exercise now" in text) == (400, True)
    assert sent("exercise/end", {"id": kept.id})[0] == 303
    assert people.all_of(RUNNER, Exercise) == []

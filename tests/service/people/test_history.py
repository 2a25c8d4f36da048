"""A runner's page over weeks, through the real command and in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from http.client import HTTPConnection
from itertools import product
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from surefoot.analysis.metrics import CONTACT
from surefoot.analysis.model import Foot
from surefoot.analysis.track import JoinedTrack, Track
from surefoot.analysis.weeks.feeling import CheckIn, Pain, Place, Trend, When
from surefoot.analysis.weeks.injuries import Injury, InjuryKind, Onset
from surefoot.analysis.weeks.labels import RunLabels, Shoe
from surefoot.analysis.weeks.words import day_name
from surefoot.dashboards.history_source import PastRun
from surefoot.dashboards.wall.calendar_feed import calendar
from surefoot.sensor_ingest.watches.kept_track import keep_track
from surefoot.service.people.people import People
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader
from surefoot.service.store.watch_runs import WatchRun, WatchRuns
from surefoot.service.views.history import RunnerHistory
from tests.dashboards.browser import SIZES, chromium, overflow_px, page_events, violations
from tests.service.people.test_diary import address
from tests.service.real_command import RealCommand
from tests.service.stored_runs import stored

RUNNER = "runner-1"
TODAY = datetime.now().astimezone().date()
DAYS_AGO = (9, 5, 1)
TRACK_M, LABEL_M, WATCH_M = 480.0, 500.0, 5200.0


@dataclass(frozen=True)
class World:
    """A served data folder, and the runs of the pods in it, oldest first."""

    settings: Settings
    wall: str
    runs: tuple[str, ...]

    @property
    def page(self) -> str:
        return f"{self.wall}runner/{RUNNER}/history"


def noon(days_ago: int) -> datetime:
    """Midday by the clock on the wall, some days ago."""
    return datetime.combine(TODAY - timedelta(days=days_ago), datetime.min.time()).astimezone() + timedelta(hours=12)


@pytest.fixture(scope="module")
def settings(demo: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Three runs of pods, one of a watch alone, a diary with a nothing and a pain, shoes and an injury."""
    found = Settings(data=tmp_path_factory.mktemp("data"))
    folders = [
        stored(found, demo.run, run_id=f"{noon(ago):%Y%m%d}T110000Z-0000000{n}", created_utc=noon(ago).astimezone(UTC))
        for n, ago in enumerate(DAYS_AGO)
    ]
    way_m = np.linspace(0.0, TRACK_M, 9)
    track = replace(Track(*[np.full(9, np.nan)] * 8), time_s=np.arange(9.0), distance_m=way_m)
    keep_track(folders[0], RUNNER, JoinedTrack(track, "fit", "cadence", 0.0, 0.1, 0.9))
    watched = noon(3).timestamp()
    WatchRuns(found.store_path).add(
        WatchRun(RUNNER, round(watched) * 10**9, RUNNER, 0.0, 1800.0, WATCH_M, None, None, 168.0, "running", "fit")
    )
    people = People(found.data)
    people.keep(RUNNER, Shoe("s1", "Blue ones", distance_m=100_000.0))
    for folder, distance_m in zip(folders, (None, LABEL_M, None), strict=True):
        people.keep(RUNNER, RunLabels(folder.manifest.run_id, shoe="s1", distance_m=distance_m))
    pain = Pain(Foot.LEFT, Place.SHIN, 3, trend=Trend.GREW)
    for n, (ago, pains) in enumerate(((5, (pain,)), (1, ()))):
        day = TODAY - timedelta(days=ago)
        people.keep(RUNNER, CheckIn(f"c{n}", noon(ago).astimezone(UTC), day, When.AFTER, pains))
    began, over = date(2025, 1, 2), date(2025, 3, 1)
    people.keep(RUNNER, Injury("i1", Foot.RIGHT, InjuryKind.SPRAIN, began, Onset.SUDDEN, 2, over))
    return found


@pytest.fixture(scope="module")
def browser(settings: Settings) -> Iterator[Browser]:
    """A browser, started after what runs an event loop of its own."""
    assert settings.store_path.exists()
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def world(settings: Settings) -> Iterator[World]:
    with RealCommand(settings.data, "serve", "--port", "0") as serve, StoreReader(settings.store_path) as reader:
        yield World(settings, address(serve), tuple(each.run for each in reader.runs(RUNNER)))


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    width, height = SIZES["phone"]
    tab = browser.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
    yield tab
    tab.close()


def asked(world: World, path: str) -> tuple[int, str]:
    with closing(HTTPConnection("127.0.0.1", urlsplit(world.wall).port or 0, timeout=60)) as link:
        link.request("GET", path)
        answer = link.getresponse()
        return answer.status, answer.read().decode()


def newest_km(page: Page) -> float:
    return float(page.locator("table.runs tbody tr").first.locator("td").nth(4).inner_text())


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_fits_and_axe_finds_nothing(world: World, page: Page, theme: Literal["light", "dark"]) -> None:
    events = page_events(page)
    page.emulate_media(color_scheme=theme)
    for address_of, (width, height) in product((world.page, pair_of(world)), (SIZES["phone"], (1280, 800))):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(address_of)
        assert overflow_px(page) <= 0
        assert violations(page) == []
    assert not [each for each in events if each.startswith("error") or world.wall not in each]


def pair_of(world: World) -> str:
    return f"{world.page}/pair?first={world.runs[0]}&second={world.runs[2]}"


def test_the_live_page_the_list_of_runs_and_the_diary_lead_there(world: World, page: Page) -> None:
    ways = {f"runner/{RUNNER}": "Over weeks", "runs": RUNNER, f"diary/?runner={RUNNER}": "Over weeks"}
    for start, link in ways.items():
        page.goto(world.wall + start)
        page.get_by_role("link", name=link, exact=True).first.click()
        expect(page.get_by_role("heading", name="Over runs")).to_be_visible()


def test_each_day_of_the_month_has_its_runs_and_its_pain_and_no_entry_is_not_nothing(world: World, page: Page) -> None:
    def cell(days_ago: int) -> str:
        day = TODAY - timedelta(days=days_ago)
        page.goto(f"{world.page}?month={day:%Y-%m}")
        cells = page.locator("table.month td:not(.other)")
        return " ".join(cells.nth(day.day - 1).inner_text().split()[1:])

    assert cell(1) == "2 min pain 0"
    assert cell(5) == "2 min pain 3"
    assert cell(9) == "2 min"
    assert cell(3) == "30 min"


def test_the_months_before_and_after_are_one_key_away(world: World, page: Page) -> None:
    page.goto(f"{world.page}?month=2026-01")
    expect(page.locator("caption")).to_have_text("January 2026")
    page.get_by_role("link", name="← December").press("Enter")
    expect(page.locator("caption")).to_have_text("December 2025")


def test_the_numbers_of_a_run_are_those_of_its_summary(world: World, page: Page) -> None:
    page.goto(world.page)
    with StoreReader(world.settings.store_path) as reader:
        summary = reader.runs(RUNNER)[-1].summary
    assert summary is not None
    told = page.locator("table.runs tbody tr").first.inner_text()
    assert f"{summary['numbers']['cadence_spm']:.0f}" in told
    for foot in Foot:
        assert f"{1000 * summary['numbers'][f'{CONTACT}_{foot}']:.0f} ms" in told
    assert page.locator("#trends circle.dot.left").count() == page.locator("#trends rect.dot.right").count() == 3
    assert page.locator("#trends circle.dot.both").count() == 6


def test_what_changed_since_last_week_is_told(world: World, page: Page) -> None:
    page.goto(world.page)
    said = page.locator("#load")
    expect(said).to_contain_text(f"Up to the run of {day_name(TODAY - timedelta(days=1))}:")
    expect(said).to_contain_text(
        re.compile(r"6\.\d km in the last 7 days, \d+ % more than in the 7 days before \(0\.\d km\)")
    )


def test_the_diary_shows_a_nothing_a_pain_and_no_mark_for_a_day_without_an_entry(world: World, page: Page) -> None:
    page.goto(world.page)
    assert page.locator("#diary .said-nothing").count() == 1
    assert page.locator("#diary rect.pain").count() == 1
    rows = page.locator("#diary tbody tr").all_inner_texts()
    assert [re.split(r"\t", row)[-1] for row in rows] == ["nothing", "left shin 3, grew"]
    expect(page.locator("#diary .flag")).to_contain_text("have it seen this week")


def test_a_shoe_has_run_what_it_had_before_and_every_distance_that_is_known(world: World, page: Page) -> None:
    page.goto(world.page)
    km = (100_000.0 + TRACK_M + LABEL_M) / 1000.0 + newest_km(page)
    told = page.locator("#shoes li").first.inner_text()
    assert f"Blue ones {km:.1f} km in 3 runs " in told


def test_how_far_a_run_was_is_by_its_pods_where_nobody_told_it_and_the_same_in_its_report(
    world: World, page: Page
) -> None:
    page.goto(world.page)
    _, report = asked(world, f"/runs/{world.runs[-1]}/report/{RUNNER}")
    told = re.search(r"Distance, [a-z ]+<[^0-9]*(\d+\.\d)", report)
    assert told is not None
    assert abs(float(told[1]) - newest_km(page)) <= 0.055  # the one has a digit, the other two


def test_a_pair_is_added_and_put_away_with_the_keyboard(world: World, page: Page) -> None:
    name = "Red ones"
    page.goto(world.page)
    page.get_by_label("Name", exact=True).press_sequentially(name)
    page.get_by_label("Already run, km").fill("12.5")
    page.keyboard.press("Enter")
    expect(page.locator("#shoes li", has_text=name)).to_contain_text("12.5 km in 0 runs")
    page.get_by_role("button", name=f"No longer worn: {name}").press("Enter")
    expect(page.locator("#shoes li", has_text=name)).to_contain_text("no longer worn")
    found = [each for each in People(world.settings.data).all_of(RUNNER, Shoe) if each.name == name]
    assert [(each.distance_m, each.retired) for each in found] == [(12_500.0, True)]


def test_a_press_that_comes_twice_adds_one_pair(world: World, page: Page) -> None:
    page.goto(world.page)
    page.get_by_label("Name", exact=True).fill("Green ones")
    page.get_by_role("button", name="Add a pair").dblclick()
    page.get_by_role("button", name="No longer worn: Green ones").click()
    expect(page.locator("#shoes li", has_text="Green ones")).to_contain_text("no longer worn")
    assert len([each for each in People(world.settings.data).all_of(RUNNER, Shoe) if each.name == "Green ones"]) == 1


def test_an_injury_is_added_ended_and_removed(world: World, page: Page) -> None:
    page.goto(world.page)
    page.get_by_label("Which foot or leg").select_option("left")
    page.get_by_label("What it was").select_option("tendon")
    page.get_by_label("Since", exact=True).fill((TODAY - timedelta(days=20)).isoformat())
    page.get_by_label("How it began").select_option("bit by bit")
    page.get_by_role("button", name="Add an injury").click()
    item = page.locator("#injuries li", has_text="left tendon")
    expect(item).to_contain_text("began bit by bit")
    item.get_by_role("button", name="It is over since").click()
    expect(item).to_contain_text(f"to {TODAY:%d %b %Y}")
    [kept] = [each for each in People(world.settings.data).all_of(RUNNER, Injury) if each.kind is InjuryKind.TENDON]
    assert (kept.onset, kept.over) == (Onset.GRADUAL, TODAY)
    item.get_by_role("button", name="Remove").click()
    expect(item).to_have_count(0)
    expect(page.locator("#injuries li")).to_have_count(1)


def test_an_injury_that_cannot_be_is_refused_with_the_reason(world: World, page: Page) -> None:
    page.goto(world.page)
    page.evaluate("document.querySelector('[name=day]').removeAttribute('max')")
    page.get_by_label("Since", exact=True).fill((TODAY + timedelta(days=2)).isoformat())
    page.get_by_role("button", name="Add an injury").click()
    expect(page.get_by_role("alert")).to_have_text("This was not kept: an injury has begun today or before.")


def test_two_runs_stand_side_by_side_for_each_foot(world: World, page: Page) -> None:
    page.goto(world.page)
    page.get_by_label(f"first: {noon(9):%d %B %Y, %H:%M}").check()
    page.get_by_label(f"second: {noon(1):%d %B %Y, %H:%M}").check()
    page.get_by_role("button", name="Show the two side by side").click()
    row = page.get_by_role("row", name="Ground contact", exact=False).first
    expect(row.locator("td")).to_have_count(6)
    numbers = row.locator("td").all_inner_texts()
    assert numbers[0] == numbers[1]  # one recording, on two days
    assert numbers[0].endswith(" ms")
    assert numbers[4].endswith(" %")


def test_two_runs_that_cannot_be_compared_are_refused_in_a_sentence(world: World) -> None:
    status, text = asked(world, f"/runner/{RUNNER}/history/pair?first={world.runs[0]}&second=guess")
    assert (status, "Choose two runs that pods have measured." in text) == (404, True)


def test_a_calendar_reads_the_runs_and_nothing_of_how_they_felt_until_its_address_is_taken_back(
    world: World, page: Page
) -> None:
    page.goto(world.page)
    page.locator("#feed").get_by_role("button", name=re.compile("^Make")).click()
    first = page.locator("#feed code").inner_text()
    status, text = asked(world, urlsplit(first).path)
    assert status == 200
    assert text.count("BEGIN:VEVENT\r\n") == 4
    began = noon(3).astimezone(UTC)
    assert f"DTSTART:{began:%Y%m%dT%H%M%SZ}\r\nDTEND:{began + timedelta(seconds=1800):%Y%m%dT%H%M%SZ}\r\n" in text
    assert "SUMMARY:Run\\, 30:00 min\\, 5.2 km\r\n" in text
    assert not re.search("pain|shin|sprain|Blue|injur|contact|asymmetry|steps", text)
    page.get_by_role("button", name="Make another").click()
    expect(page.locator("#feed code")).not_to_have_text(first)
    second = page.locator("#feed code").inner_text()
    assert [asked(world, urlsplit(each).path)[0] for each in (first, second)] == [404, 200]
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator("#feed")).to_contain_text("There is no address yet.")
    assert asked(world, urlsplit(second).path)[0] == 404
    assert urlsplit(second).path.split("/")[-1].removesuffix(".ics") not in people_log(world)


def people_log(world: World) -> str:
    return (world.settings.data / "people.log").read_text("utf-8")


def test_long_and_odd_names_make_lines_that_calendars_can_read() -> None:
    run = PastRun("r1", datetime(2026, 3, 29, 1, 30, tzinfo=UTC), 600.0, None, True)
    lines = calendar("Zoë; with, a \\ and\na" + "ü" * 90, [run, replace(run, run="r2", duration_s=None)]).split("\r\n")
    assert lines[-1] == ""
    assert max(len(line.encode()) for line in lines) <= 75
    unfolded = "\r\n".join(lines).replace("\r\n ", "")
    assert "X-WR-CALNAME:Zoë\\; with\\, a \\\\ and a" in unfolded
    assert "r2" not in unfolded


def test_there_is_nothing_of_a_runner_who_is_not_here(world: World, tmp_path: Path) -> None:
    assert asked(world, "/runner/nobody/history")[0] == 404
    with pytest.raises(KeyError):
        RunnerHistory(Settings(data=tmp_path), tmp_path / "runs").history("nobody")

"""The diary on a phone, through the real command and in a real browser: taps counted, offline kept, nothing twice."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from surefoot.analysis.companions import BELT_SPEED, Companion, CompanionReading
from surefoot.analysis.model import Foot
from surefoot.analysis.session import Results
from surefoot.analysis.weeks.feeling import CheckIn, OnBone, Pain, Place, Sign, Trend, When
from surefoot.analysis.weeks.labels import NEXT_RUN, RunLabels, Shoe, Support, Surface
from surefoot.sensor_ingest.recording.run_folder import adopt_run
from surefoot.service.people.people import People
from surefoot.service.people.typed_values import to_json
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.runtime.recovery import store_recorded_run
from surefoot.service.settings import Settings
from surefoot.service.store.writing import RunClock, StoreWriter
from surefoot.service.views.diary import Diary
from tests.dashboards.browser import SIZES, chromium, overflow_px, page_events, violations
from tests.service.demo_runs import record_demo_run
from tests.service.real_command import RealCommand
from tests.service.servers import wait

RUNNER = "runner-1"
WIDTH, HEIGHT = SIZES["phone"]


@pytest.fixture(scope="module")
def rolled(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    """Two minutes with an ankle that rolls."""
    return record_demo_run(tmp_path_factory.mktemp("rolled"), 2.0, name="ankle-roll")


@pytest.fixture(scope="module")
def browser(demo: DemoRun, rolled: DemoRun) -> Iterator[Browser]:
    """A browser, started after what runs an event loop of its own."""
    assert demo is not rolled
    with chromium() as found:
        yield found


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


@pytest.fixture
def people(settings: Settings) -> People:
    return People(settings.data)


@pytest.fixture
def wall(settings: Settings, demo: DemoRun) -> Iterator[str]:
    """A served wall with one run."""
    shutil.copytree(demo.run.path, settings.runs_folder / demo.run.path.name)
    with RealCommand(settings.data, "serve", "--port", "0") as serve:
        yield address(serve)


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, has_touch=True)
    yield context
    context.close()


def address(serve: RealCommand) -> str:
    """Where the wall of a command is."""
    wait(lambda: "The wall is at " in serve.out)
    return serve.out.split("The wall is at ")[1].split()[0]


class Taps:
    """Taps on a page, counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def tap(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()
        self.count += 1


def opened(phone: BrowserContext, wall: str) -> Page:
    page = phone.new_page()
    page.goto(f"{wall}diary/?runner={RUNNER}")
    expect(page.locator("#when")).not_to_be_empty()
    expect(page.get_by_role("heading", name="Feet and legs?")).to_be_visible()
    return page


def only(people: People) -> CheckIn:
    [said] = people.all_of(RUNNER, CheckIn)
    return said


def kept(page: Page) -> None:
    """Wait until everything is with the service."""
    # asked from outside: the page's policy lets nothing be evaluated in it again and again
    wait(lambda: not page.evaluate("JSON.parse(localStorage.getItem('surefoot diary outbox') ?? '[]').length"))
    expect(page.locator("#sending")).to_be_empty()


def test_the_runners_page_leads_to_the_diary(wall: str, phone: BrowserContext) -> None:
    page = phone.new_page()
    page.goto(f"{wall}runner/{RUNNER}")
    page.get_by_role("link", name="How do feet and legs feel?").click()
    expect(page.get_by_role("heading", name="Feet and legs?")).to_be_visible()


def test_nothing_takes_one_tap_and_is_an_explicit_nothing(wall: str, phone: BrowserContext, people: People) -> None:
    page = opened(phone, wall)
    assert re.search(r"\w+ \d+ \w+, \d\d:\d\d", page.locator("#when").inner_text())
    taps = Taps(page)
    taps.tap("Nothing")
    kept(page)
    assert taps.count <= 2
    assert only(people).is_nothing
    assert only(people).run is not None


def test_nothing_is_asked_before_it_is_known_of_which_run(wall: str, phone: BrowserContext, people: People) -> None:
    now, held = datetime.now(UTC), list[Route]()
    phone.clock.install(time=now)
    phone.clock.pause_at(now + timedelta(seconds=1))  # the page's patience does not end
    page = phone.new_page()
    phone.route("**/diary/of/**", lambda route: held.append(route), times=1)
    with page.expect_request("**/diary/of/**"):
        page.goto(f"{wall}diary/?runner={RUNNER}")
    page.locator("h1").click()
    page.clock.run_for(100)  # by which a press has ended
    expect(page.get_by_role("link", name="Over weeks")).to_have_attribute(
        "href", re.compile(f"/runner/{RUNNER}/history$")
    )
    expect(page.get_by_role("button", name="Nothing", exact=True)).to_have_count(0)
    held.pop().continue_()
    expect(page.get_by_role("button", name="Nothing", exact=True)).to_be_visible()
    page.clock.resume()
    Taps(page).tap("Nothing")
    kept(page)
    assert only(people).run is not None


def test_an_answer_that_comes_late_is_shown(wall: str, phone: BrowserContext) -> None:
    page, held = phone.new_page(), list[Route]()
    phone.route("**/diary/of/**", lambda route: held.append(route), times=1)
    with page.expect_request("**/diary/of/**"):
        page.goto(f"{wall}diary/?runner={RUNNER}")
    expect(page.get_by_role("heading", name="Feet and legs?")).to_be_visible()  # the page's patience has ended
    expect(page.locator("#when")).to_be_empty()
    held.pop().continue_()
    expect(page.locator("#when")).not_to_be_empty()


@pytest.mark.parametrize("comes_back", ["with an event", "unseen"])
def test_the_run_is_asked_for_again_when_there_is_network(wall: str, phone: BrowserContext, comes_back: str) -> None:
    page = phone.new_page()
    phone.route("**/diary/of/**", lambda route: route.abort())
    page.goto(f"{wall}diary/?runner={RUNNER}")
    expect(page.get_by_role("heading", name="Feet and legs?")).to_be_visible()
    expect(page.locator("#when")).to_be_empty()
    phone.unroute("**/diary/of/**")
    if comes_back == "with an event":
        phone.set_offline(True)
        phone.set_offline(False)
    expect(page.locator("#when")).not_to_be_empty()


def test_a_page_left_open_asks_in_the_morning(wall: str, phone: BrowserContext) -> None:
    page = opened(phone, wall)
    with page.expect_response(f"**/diary/of/{RUNNER}?*"):  # after which nothing is drawn anew by itself
        Taps(page).tap("Nothing")
    kept(page)
    page.clock.set_fixed_time(datetime.now(UTC) + timedelta(days=1))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_role("heading", name="This morning?")).to_be_visible()


def test_two_pages_that_send_at_once_lose_nothing(wall: str, phone: BrowserContext, people: People) -> None:
    page, other = opened(phone, wall), opened(phone, wall)
    said = list[Route]()
    phone.route("**/diary/of/*/check_in", lambda route: said.append(route))
    phone.route("**/diary/of/*/labels", lambda route: route.abort())
    with page.expect_request("**/check_in"):
        Taps(page).tap("Nothing")
    with other.expect_request("**/check_in"):
        other.reload()  # it finds what waits, and sends it too
    page.locator("#labels").get_by_label("On", exact=True).select_option("grass")
    for each, route in ((page, said[0]), (other, said[1])):
        with each.expect_request("**/labels"):
            route.continue_()
    other.close()
    phone.unroute("**/diary/of/*/labels")
    page.evaluate("dispatchEvent(new Event('online'))")
    kept(page)
    assert only(people).is_nothing
    assert [each.surface for each in people.all_of(RUNNER, RunLabels)] == [Surface.GRASS]


def test_a_press_is_not_lost_when_an_answer_comes_meanwhile(wall: str, phone: BrowserContext, people: People) -> None:
    page, sent = opened(phone, wall), list[Route]()
    phone.route("**/diary/of/*/check_in", lambda route: sent.append(route))
    with page.expect_request("**/check_in"):
        Taps(page).tap("Nothing")
    page.locator(".row", has_text="Hills?").get_by_role("button", name="Yes").hover()
    page.mouse.down()
    sent.pop().continue_()
    wait(lambda: page.evaluate("localStorage.getItem('surefoot diary outbox')") == "[]")
    page.wait_for_timeout(300.0)
    page.mouse.up()
    kept(page)
    wait(lambda: [each.hills for each in people.all_of(RUNNER, RunLabels)] == [True])


def test_what_is_told_before_the_page_is_drawn_anew_adds_up(wall: str, phone: BrowserContext, people: People) -> None:
    page = opened(phone, wall)
    page.get_by_text("The run: surface, shoes …").click()
    page.locator("h1").hover()
    page.mouse.down()  # nothing is drawn while something is pressed
    page.get_by_label("On", exact=True).select_option("grass")
    page.get_by_label("Ankle held by", exact=True).select_option("tape")
    page.mouse.up()
    kept(page)
    labels = people.all_of(RUNNER, RunLabels)[-1]
    assert (labels.surface, labels.support) == (Surface.GRASS, Support.TAPE)


def test_a_pain_takes_five_taps(wall: str, phone: BrowserContext, people: People) -> None:
    page = opened(phone, wall)
    taps = Taps(page)
    for name in ("Something", "left Achilles tendon", "Not on the bone", "4", "Eased"):
        taps.tap(name)
    kept(page)
    assert taps.count <= 5
    pain = Pain(Foot.LEFT, Place.ACHILLES, 4, OnBone.NO, Trend.EASED)
    assert only(people).pains == (pain,)
    assert only(people).when is When.AFTER


def test_more_can_be_told_corrected_and_taken_back(wall: str, phone: BrowserContext, people: People) -> None:
    page = opened(phone, wall)
    taps = Taps(page)
    for name in ("Something", "right heel", "I don't know", "6", "Grew", "More"):
        taps.tap(name)
    page.get_by_label("Stiff in the morning").select_option("15 min")
    page.locator(".row", has_text="Swollen?").get_by_role("button", name="No").click()
    kept(page)
    pain = Pain(Foot.RIGHT, Place.HEEL, 6, OnBone.DONT_KNOW, Trend.GREW, stiffness_min=15, swollen=False)
    assert only(people).pains == (pain,)
    expect(page.locator("#flags")).to_contain_text(
        "have it seen this week: pain at the right heel that grows while running"
    )
    taps.tap("Undo")
    kept(page)
    assert people.all_of(RUNNER, CheckIn) == []
    expect(page.get_by_role("heading", name="Feet and legs?")).to_be_visible()


def test_what_is_said_without_network_survives_a_reload_and_arrives_once(
    settings: Settings, demo: DemoRun, phone: BrowserContext, people: People
) -> None:
    shutil.copytree(demo.run.path, settings.runs_folder / demo.run.path.name)
    with RealCommand(settings.data, "serve", "--port", "0") as serve:
        port = str(urlsplit(address(serve)).port)
        page = opened(phone, address(serve))
        page.evaluate("navigator.serviceWorker.ready")
    Taps(page).tap("Nothing")
    expect(page.locator("#sending")).to_have_text("Kept on this phone; sent when there is network.")
    page.reload()
    expect(page.locator("#said")).to_contain_text("Nothing")
    assert people.all_of(RUNNER, CheckIn) == []
    for _ in range(2):
        with RealCommand(settings.data, "serve", "--port", port) as serve:
            address(serve)
            kept(page)
            page.reload()
            kept(page)
    assert only(people).is_nothing
    assert len(people.file.path.read_bytes().splitlines()) == 1


def test_the_next_morning_is_asked_as_usual_or_worse(
    wall: str, phone: BrowserContext, people: People, demo: DemoRun
) -> None:
    began = demo.run.manifest.created_utc
    yesterday = began.astimezone().date() - timedelta(days=1)
    people.keep(RUNNER, CheckIn("c1", began - timedelta(days=1), yesterday, When.AFTER, run=demo.run.manifest.run_id))
    page = phone.new_page()
    page.goto(f"{wall}diary/?runner={RUNNER}")
    expect(page.get_by_role("heading", name="This morning?")).to_be_visible()
    Taps(page).tap("Worse")
    for name in ("left sole", "Not on the bone", "3"):
        Taps(page).tap(name)
    kept(page)
    _, worse, pain = people.all_of(RUNNER, CheckIn)
    assert (worse.when, worse.as_usual, worse.tells_scores) == (When.NEXT_MORNING, False, False)
    assert (pain.when, pain.worst) == (When.NEXT_MORNING, 3)


def test_labels_are_filled_in_from_the_last_run_and_kept_with_one_tap(
    wall: str, phone: BrowserContext, people: People, settings: Settings, demo: DemoRun
) -> None:
    earlier = adopt_run(
        settings.runs_folder,
        replace(demo.run.manifest, run_id="20200101T000000Z-00000000", created_utc=datetime(2020, 1, 1, tzinfo=UTC)),
    )
    people.keep(RUNNER, Shoe("s1", "Blue ones"))
    people.keep(RUNNER, RunLabels(earlier.manifest.run_id, Surface.TRAIL, "s1", painkiller=True, note="hot"))
    page = opened(phone, wall)
    Taps(page).tap("Nothing")
    expect(page.locator("#labels").get_by_label("On", exact=True)).to_have_value("trail")
    assert len(people.all_of(RUNNER, RunLabels)) == 1
    Taps(page).tap("That is right")
    kept(page)
    run = demo.run.manifest.run_id
    assert people.all_of(RUNNER, RunLabels)[-1] == RunLabels(run, Surface.TRAIL, "s1")


def test_labels_are_told_during_a_run_and_before_the_next(
    wall: str, phone: BrowserContext, people: People, settings: Settings, demo: DemoRun
) -> None:
    page = opened(phone, wall)
    page.get_by_text("The run: surface, shoes …").click()
    page.get_by_label("On", exact=True).select_option("grass")
    kept(page)
    expect(page.get_by_role("heading", name="Feet and legs?")).to_be_visible()
    Taps(page).tap("Nothing")
    page.get_by_text("Before the next run: surface, shoes …").click()
    page.locator("#ahead").get_by_label("On", exact=True).select_option("sand")
    page.locator("#ahead").get_by_text("Painkiller?").locator("..").get_by_role("button", name="Yes").click()
    kept(page)
    assert violations(page) == []
    now, ahead = people.all_of(RUNNER, RunLabels)
    assert (now.run, now.surface) == (demo.run.manifest.run_id, Surface.GRASS)
    assert (ahead.run, ahead.surface, ahead.painkiller) == (NEXT_RUN, Surface.SAND, True)
    following = replace(
        demo.run.manifest, run_id="20990101T000000Z-00000000", created_utc=datetime(2099, 1, 1, tzinfo=UTC)
    )
    diary = Diary(settings, settings.runs_folder)
    assert (diary.state(RUNNER, "").next_labels or {})["surface"] == "sand"
    adopt_run(settings.runs_folder, following)
    state = diary.state(RUNNER, "")
    assert state.next_labels is None
    assert {**(state.labels or {}), "run": NEXT_RUN} == to_json(ahead)
    assert (diary.state(RUNNER, demo.run.manifest.run_id).labels or {})["surface"] == "grass"


def test_a_run_on_a_treadmill_is_filled_in_as_one_whatever_was_typed_last(
    settings: Settings, demo: DemoRun, people: People
) -> None:
    run, created_utc = demo.run.manifest.run_id, demo.run.manifest.created_utc
    shutil.copytree(demo.run.path, settings.runs_folder / demo.run.path.name)
    belt = [CompanionReading(Companion.TREADMILL, float(second), {BELT_SPEED: 3.0}) for second in range(60)]
    diary = Diary(settings, settings.runs_folder)
    assert "surface" not in (diary.state(RUNNER, run).labels or {})
    with StoreWriter(settings.store_path) as writer, writer.transaction():
        writer.add_run(run, RUNNER, RUNNER, 0, "test", tuple(Foot))
        writer.add_results(run, RUNNER, RunClock(created_utc), Results({}, (), companions=tuple(belt)))
    state = diary.state(RUNNER, run)
    assert ((state.labels or {})["surface"], state.labels_typed) == ("treadmill", False)
    people.keep(RUNNER, RunLabels(run, Surface.ROAD))
    assert (diary.state(RUNNER, run).labels or {})["surface"] == "road"


def test_after_a_roll_each_sign_is_asked_once(
    settings: Settings, rolled: DemoRun, phone: BrowserContext, people: People
) -> None:
    shutil.copytree(rolled.run.path, settings.runs_folder / rolled.run.path.name)
    store_recorded_run(rolled.run, settings)
    with RealCommand(settings.data, "serve", "--port", "0") as serve:
        page = opened(phone, address(serve))
        Taps(page).tap("Nothing")
        expect(
            page.get_by_role("heading", name="An ankle may have rolled in this run. Is any of this so?")
        ).to_be_visible()
        Taps(page).tap("I cannot stand and walk four steps")
        Taps(page).tap("Keep")
        kept(page)
        flag = page.locator("#flags p")
        expect(flag).to_have_text(
            "Do not run on it; have it seen today: standing and walking four steps is not possible."
        )
        assert only(people).signs == {Sign.CANNOT_WALK}
        assert only(people).signs_asked
        for name in ("Add a pain", "left heel", "Not on the bone", "3", "Eased", "Undo"):
            Taps(page).tap(name)
        kept(page)
        expect(page.locator("#said")).not_to_contain_text("left heel")
        expect(flag).to_be_visible()  # the pain is taken back, the sign is not
        Taps(page).tap("Undo")
        kept(page)
        expect(flag).to_have_count(0)
    assert only(people).is_nothing


def test_the_page_fits_a_phone_can_be_read_aloud_and_asks_nobody_else(wall: str, phone: BrowserContext) -> None:
    page = phone.new_page()
    events = page_events(page)
    page.goto(f"{wall}diary/?runner={RUNNER}")
    for name in ("Something", "left shin", "On the bone", "7", "Grew"):
        page.get_by_role("button", name=name, exact=True).first.click()
        assert overflow_px(page) == 0
        assert violations(page) == []
    kept(page)
    assert [event for event in events if not event.startswith(wall)] == []


def posted(wall: str, path: str, body: bytes, site: str = "same-origin") -> tuple[int, str]:
    """Status and text of an answer to an entry."""
    with closing(HTTPConnection(urlsplit(wall).netloc, timeout=30)) as link:
        link.request("POST", f"/diary/of/{RUNNER}/{path}", body, {"Sec-Fetch-Site": site})
        answer = link.getresponse()
        return answer.status, answer.read().decode()


def test_an_entry_is_taken_from_the_diarys_own_page_alone(wall: str, people: People) -> None:
    body = json.dumps({"id": "x", "at_utc": "2026-05-20T18:00:00Z", "day": "2026-05-20", "when": "after"})
    assert posted(wall, "check_in", body.encode(), "cross-site")[0] == 403
    assert people.all_of(RUNNER, CheckIn) == []


def test_what_cannot_be_kept_is_refused_in_a_sentence(wall: str) -> None:
    unknown = "there are no entries dream; there are check_in, injury, labels, push, seen, shoe"
    assert posted(wall, "check_in", b"no") == (400, "an entry is a JSON object")
    assert posted(wall, "check_in", b"{}") == (400, "id: field required")
    assert posted(wall, "dream", b"{}") == (400, unknown)
    assert posted(wall, "check_in", b" " * 20_001) == (413, "too long")

"""The timer on a phone, in a real browser: changes by the clock, without network, over a reload and a phone asleep."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from surefoot.analysis.weeks.plan import SPRAIN_ROWS, Row
from surefoot.analysis.weeks.timeline import cues, stretches
from surefoot.dashboards.data_source import SquadState
from surefoot.dashboards.timer_source import NextSession
from surefoot.dashboards.wall.hosting import WallServer
from surefoot.service.people.people import People
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.settings import Settings
from surefoot.service.views.timers import MAX_SILENCE_S, SHOWN_AFTER_S, TimedSquad, Timers
from surefoot.service.weeks.beginning import Plans
from tests.dashboards.browser import SIZES, chromium, overflow_px, page_events, violations
from tests.dashboards.fake_source import FakeViewDataSource, eventful_runner
from tests.service.formats.fit_readers import by_fitdecode
from tests.service.people.test_diary import address
from tests.service.real_command import RealCommand
from tests.service.servers import wait

RUNNER = "runner-1"
WIDTH, HEIGHT = SIZES["phone"]
ROW = {"runs": 2, "run_s": 60.0, "walk_s": 120.0}
BEGAN = datetime(2026, 6, 1, 8, tzinfo=UTC)
SIGNALLED = """
window.signalled = [];
navigator.vibrate = (pattern) => window.signalled.push(pattern.join(" "));
window.tones = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...at) { window.tones++; return start.apply(this, at); };
navigator.wakeLock.request = async (what) => {
  window.awake = what;
  return { released: false, release: () => delete window.awake };
};
"""
LATE_SOUND = """
const begun = new Promise((begin) => (window.begin = begin));
begun.then(() => (window.isBegun = true));
AudioContext.prototype.resume = () => begun;
Object.defineProperty(AudioContext.prototype, "state", { get: () => (window.isBegun ? "running" : "suspended") });
"""
SOON, RUN, WALK, DONE = "80", "200 100 200", "600", "200 100 200 100 600"


@pytest.fixture(scope="module")
def browser(demo: DemoRun) -> Iterator[Browser]:
    """A browser, started after what runs an event loop of its own."""
    assert demo.run
    with chromium() as found:
        yield found


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A phone whose clock the test sets."""
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, has_touch=True)
    context.add_init_script(SIGNALLED)
    context.clock.install(time=BEGAN)
    yield context
    context.close()


@pytest.fixture
def timers() -> Timers:
    return Timers(lambda _: NextSession("Today or later.", Row(2, 60.0, 120.0), BEGAN.date()))


@pytest.fixture
def wall(timers: Timers) -> Iterator[str]:
    source = FakeViewDataSource(eventful_runner(RUNNER, 100.0))
    with WallServer(source, timers=timers) as server:
        yield f"http://127.0.0.1:{server.port}/"


def opened(phone: BrowserContext, wall: str) -> Page:
    """The page on a phone on which time passes where the test says, and nowhere else."""
    page = shown(phone, wall)
    expect(page.locator("#planned")).to_be_visible()  # else the hour ends the question for it
    page.clock.pause_at(BEGAN + timedelta(hours=1))
    return page


def shown(context: BrowserContext, wall: str) -> Page:
    page = context.new_page()
    page.goto(f"{wall}timer/?runner={RUNNER}")
    expect(page.get_by_role("button", name="Start by hand")).to_be_visible()
    return page


def test_nothing_can_be_pressed_before_the_page_can_act(phone: BrowserContext, wall: str) -> None:
    page, held = phone.new_page(), list[Route]()
    phone.route("**/timer/timer.js", lambda route: held.append(route), times=1)
    with page.expect_request("**/timer/timer.js"):
        page.goto(f"{wall}timer/?runner={RUNNER}", wait_until="commit")
    expect(page.get_by_role("heading", name="Run and walk by the clock")).to_be_visible()
    expect(page.get_by_role("button", name="Start by hand")).to_be_hidden()
    held.pop().continue_()
    expect(page.get_by_role("button", name="Start by hand")).to_be_visible()


def by_hand(page: Page, runs: int, run_min: float, walk_min: float) -> None:
    for label, value in (("Runs", runs), ("Minutes running", run_min), ("Minutes walking after each", walk_min)):
        page.get_by_label(label, exact=True).fill(str(value))
    page.get_by_role("button", name="Start by hand").click()
    expect(page.locator("#doing")).to_be_visible()


def pass_s(page: Page, seconds: float) -> None:
    """Let time pass as on a page that is looked at."""
    page.clock.run_for(round(1000 * seconds))


def signalled(page: Page) -> list[str]:
    found: list[str] = page.evaluate("window.signalled")
    return found


def test_the_page_has_the_numbers_of_the_library(phone: BrowserContext, wall: str) -> None:
    page = opened(phone, wall)
    for row in (*SPRAIN_ROWS, Row(3, 90.0), Row(2, 4.0, 3.0), Row(1, 725.0, 60.0)):
        for first_s in (0.0, 300.0):
            found: dict[str, Any] = page.evaluate(
                """async ([row, firstS]) => {
                    const { stretches, cues } = await import("/timer/timeline.js");
                    const session = stretches(row, firstS);
                    return { session: session.map((each) => [each.doing, each.startS, each.endS, each.number, each.of]),
                             cues: cues(session).map((each) => [each.atS, each.kind, each.words]) };
                }""",
                [{"runs": row.runs, "run_s": row.run_s, "walk_s": row.walk_s}, first_s],
            )
            session = stretches(row, first_s)
            assert found["session"] == [[e.doing, e.start_s, e.end_s, e.number, e.of] for e in session]
            assert found["cues"] == [[each.at_s, each.kind, each.words] for each in cues(session)]


def test_each_change_is_shown_felt_and_read_aloud(phone: BrowserContext, wall: str) -> None:
    page = opened(phone, wall)
    by_hand(page, 2, 1, 2)
    expect(page.locator("#doing")).to_have_text("Run 1 of 2")
    expect(page.locator("#then")).to_have_text("then walk 2 min")
    pass_s(page, 30.0)
    expect(page.locator("#left")).to_have_text("0:30")
    assert signalled(page) == [RUN]
    pass_s(page, 30.5)
    expect(page.locator("#doing")).to_have_text("Walk")
    expect(page.get_by_role("status")).to_have_text("Walk, 2 min.")
    assert signalled(page) == [RUN, SOON, WALK]
    pass_s(page, 300.0)
    expect(page.locator("#how-far")).to_have_text("Done: 2 of 2 runs by the clock.")
    assert signalled(page) == [RUN, SOON, WALK, SOON, RUN, SOON, WALK, SOON, DONE]


def test_a_change_sounds_and_the_screen_stays_on_until_the_end(phone: BrowserContext, wall: str) -> None:
    page = opened(phone, wall)
    page.get_by_label("Vibration").uncheck()
    by_hand(page, 1, 1, 0)
    assert page.evaluate("window.awake") == "screen"
    wait(lambda: page.evaluate("window.tones") == 2)  # a computer may take a while until it sounds
    pass_s(page, 56.0)
    wait(lambda: page.evaluate("window.tones") == 3)  # one before its end
    assert signalled(page) == []
    page.get_by_label("Sound").uncheck()
    pass_s(page, 5.0)
    expect(page.locator("#how-far")).to_be_visible()
    assert page.evaluate("[window.tones, window.awake ?? null]") == [3, None]


def test_the_first_change_is_heard_also_where_sound_begins_late(phone: BrowserContext, wall: str) -> None:
    phone.add_init_script(LATE_SOUND)
    page = opened(phone, wall)
    page.get_by_role("button", name="Start", exact=True).tap()
    expect(page.locator("#doing")).to_be_visible()
    assert page.evaluate("window.tones") == 0
    page.evaluate("window.begin()")
    wait(lambda: page.evaluate("window.tones") == 2)


def test_after_the_session_one_link_leads_to_the_diary(phone: BrowserContext, wall: str) -> None:
    page = opened(phone, wall)
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_role("button", name="End").click()
    page.locator("#sure").get_by_role("button", name="End").click()
    expect(page.locator("#how-far")).to_have_text("Ended: 0 of 2 runs by the clock.")
    expect(page.get_by_role("link", name="How do feet and legs feel?")).to_have_attribute(
        "href", f"/diary/?runner={RUNNER}"
    )
    page.get_by_role("button", name="Another session").click()
    expect(page.get_by_role("button", name="Start by hand")).to_be_visible()


def test_a_phone_that_slept_is_where_the_clock_is_and_cues_once(phone: BrowserContext, wall: str) -> None:
    page = opened(phone, wall)
    by_hand(page, 2, 1, 2)
    pass_s(page, 1.0)
    page.clock.fast_forward(200_000)  # no timer fires more than once, as on a phone asleep
    expect(page.locator("#doing")).to_have_text("Run 2 of 2")
    expect(page.locator("#left")).to_have_text("0:39")
    assert signalled(page) == [RUN, RUN]


def test_a_pause_takes_no_time_and_a_clock_set_back_gives_none(phone: BrowserContext, wall: str) -> None:
    page = opened(phone, wall)
    by_hand(page, 2, 1, 2)
    pass_s(page, 10.0)
    page.get_by_role("button", name="Pause").click()
    pass_s(page, 500.0)
    expect(page.locator("#left")).to_have_text("0:50")
    page.get_by_role("button", name="Go on").click()
    pass_s(page, 10.0)
    expect(page.locator("#left")).to_have_text("0:40")
    page.clock.set_system_time(BEGAN)
    pass_s(page, 10.0)
    expect(page.locator("#left")).to_have_text(re.compile("0:(29|30|31)"))


def test_on_a_rest_day_the_plans_row_is_told_and_does_not_start(phone: BrowserContext) -> None:
    later = NextSession("Today is the rest day.", Row(2, 60.0, 120.0), BEGAN.date() + timedelta(days=1))
    with WallServer(FakeViewDataSource(), timers=Timers(lambda _: later)) as server:
        page = opened(phone, f"http://127.0.0.1:{server.port}/")
        expect(page.locator("#from")).to_have_text("Today is the rest day.")
        expect(page.get_by_role("button", name="Start", exact=True)).to_be_hidden()


def test_without_network_it_opens_goes_on_after_a_reload_and_knows_the_plans_row(
    timers: Timers, browser: Browser
) -> None:
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
    with WallServer(FakeViewDataSource(), timers=timers) as server:
        page = shown(context, f"http://127.0.0.1:{server.port}/")
        expect(page.locator("#row")).to_have_text("2 × (1 min running, 2 min walking)")
        page.evaluate("navigator.serviceWorker.ready")
    page.reload()
    expect(page.locator("#row")).to_have_text("2 × (1 min running, 2 min walking)")
    page.get_by_role("button", name="Start", exact=True).click()
    began_ms = page.evaluate("JSON.parse(localStorage.getItem('surefoot timer')).startedMs")
    page.reload()
    expect(page.locator("#doing")).to_have_text("Run 1 of 2")
    assert page.evaluate("JSON.parse(localStorage.getItem('surefoot timer')).startedMs") == began_ms
    context.close()


def test_it_fits_a_phone_can_be_read_aloud_and_asks_nobody_else(phone: BrowserContext, wall: str) -> None:
    page = phone.new_page()
    events = page_events(page)
    page.goto(f"{wall}timer/?runner={RUNNER}")
    expect(page.locator("#row")).to_be_visible()
    for is_on in (False, True):
        if is_on:
            by_hand(page, 2, 99, 60)
        assert overflow_px(page) == 0
        assert violations(page) == []
    assert [event for event in events if not event.startswith(wall)] == []


def test_the_wall_shows_what_is_done_now_and_when_it_changes(timers: Timers, phone: BrowserContext) -> None:
    source = TimedSquad(FakeViewDataSource(eventful_runner(RUNNER, 100.0)), timers)

    class Timed(FakeViewDataSource):
        def squad_state(self) -> SquadState:
            self.set()
            return replace(source.squad_state(), revision=super().squad_state().revision)

    with WallServer(Timed(), timers=timers) as server:
        wall = f"http://127.0.0.1:{server.port}/"
        page = opened(phone, wall)
        by_hand(page, 2, 1, 2)
        wait(lambda: RUNNER in timers.alone())
        card = phone.new_page()
        card.goto(wall)
        expect(card.locator(".timed")).to_contain_text("run 1 of 2: 0:")
        page.get_by_role("button", name="Pause").click()
        expect(card.locator(".timed")).to_contain_text("paused")
        card.goto(f"{wall}runner/{RUNNER}")
        expect(card.locator(".timed")).to_contain_text("then walk")


def test_a_session_is_shown_until_it_is_over_or_its_phone_is_silent_for_hours() -> None:
    now = [0.0]
    timers = Timers(now_s=lambda: now[0])
    timers.keep(RUNNER, {"row": ROW, "passed_s": 30.0})
    now[0] = 20.0
    timed = timers.alone()[RUNNER].timed
    assert timed is not None
    assert timed.moment.left_s == 10.0
    now[0] = 330.0 + SHOWN_AFTER_S + 1.0
    assert not timers.alone()
    timers.keep(RUNNER, {"row": ROW, "passed_s": 30.0, "is_paused": True})
    now[0] += MAX_SILENCE_S - 1.0
    assert timers.alone()
    now[0] += 2.0
    assert not timers.alone()
    timers.keep(RUNNER, {"row": ROW, "passed_s": 30.0})
    timers.keep(RUNNER, {"row": ROW, "passed_s": 30.0, "is_over": True})
    assert not timers.alone()


def test_a_runner_without_pods_is_called_by_their_name_which_is_asked_for_once_a_session() -> None:
    names = iter(["Anna", "Anna Novak"])
    timers = Timers(name_of=lambda _: next(names))
    squad = TimedSquad(FakeViewDataSource(), timers)
    for name in ("Anna", "Anna Novak"):
        for passed_s in (30.0, 50.0):
            timers.keep(RUNNER, {"row": ROW, "passed_s": passed_s})
            assert [each.name for each in squad.squad_state().runners] == [name]
        timers.keep(RUNNER, {"row": ROW, "passed_s": 60.0, "is_over": True})


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ([], "the session: "),
        ({}, "row: Field required"),
        ({"row": ROW}, "passed_s: Field required"),
        ({"row": {"runs": 0, "run_s": 60.0}, "passed_s": 0.0}, "a row has runs of more than 0 s"),
        ({"row": {"runs": 61, "run_s": 60.0}, "passed_s": 0.0}, "a row has at most 60 runs"),
        ({"row": {"runs": 6, "run_s": 1e9}, "passed_s": 0.0}, "a row has at most 60 runs, and 6 h in all"),
        ({"row": ROW, "passed_s": float("nan")}, "not JSON compliant"),
        ({"row": ROW, "passed_s": 0.0, "dream": 1}, "dream: "),
    ],
)
def test_what_is_no_session_is_refused(told: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Timers().keep(RUNNER, told)


def test_the_served_wall_has_the_page_and_the_runners_page_leads_to_it(
    tmp_path: Path, demo: DemoRun, browser: Browser
) -> None:
    settings = Settings(data=tmp_path)
    shutil.copytree(demo.run.path, settings.runs_folder / demo.run.path.name)
    today = datetime.now().astimezone().date()
    Plans(People(tmp_path), RUNNER).begin_clinician((Row(3, 60.0, 30.0),), "A physio", today, today, is_flat=False)
    with RealCommand(tmp_path, "serve", "--port", "0") as serve:
        page = browser.new_page()
        page.goto(f"{address(serve)}runner/{RUNNER}")
        page.get_by_role("link", name="Run and walk by the clock").click()
        expect(page.locator("#row")).to_have_text("3 × (1 min running, 0.5 min walking)")
        page.get_by_role("button", name="Start", exact=True).click()
        expect(page.locator("#doing")).to_have_text("Run 1 of 3")
        page.close()


def test_a_runner_without_pods_has_a_small_card_on_the_served_wall_until_they_end(
    tmp_path: Path, browser: Browser
) -> None:
    config = tmp_path / "config/surefoot/surefoot.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f'[runners.{RUNNER}]\nname = "Anna Novak"\nleft = "1A2B"\n')
    context = browser.new_context()
    with RealCommand(tmp_path, "serve", "--port", "0") as serve:
        page, wall = shown(context, address(serve)), context.new_page()
        events = page_events(wall)
        wall.goto(address(serve))
        expect(wall.locator(".cards")).to_contain_text("Nobody is running right now.")
        by_hand(page, 2, 1, 2)
        card = wall.locator(".card")
        expect(card).to_have_text(re.compile(r"^Anna Novakno podsrun 1 of 2: 0:\d\d left, then walk$"))
        expect(wall.locator("#clock")).to_have_text(re.compile("^0:[0-5]"))
        assert violations(wall) == []
        card.get_by_role("link").click()
        expect(wall.get_by_role("heading", name="Anna Novak")).to_be_visible()
        expect(wall.locator(".runner .timed")).to_contain_text("then walk")
        expect(wall.locator("section:visible")).to_have_count(1)
        wall.go_back()
        expect(card).to_be_visible()
        page.get_by_role("button", name="End").click()
        page.locator("#sure").get_by_role("button", name="End").click()
        expect(wall.locator(".cards")).to_contain_text("Nobody is running right now.")
        expect(card).to_have_count(0)
        assert [event for event in events if not event.startswith(address(serve))] == []
    context.close()


def test_the_plan_is_asked_for_again_when_there_is_network(phone: BrowserContext, wall: str) -> None:
    phone.route("**/timer/of/**", lambda route: route.abort())
    page = shown(phone, wall)
    expect(page.locator("#planned")).to_be_hidden()
    phone.unroute("**/timer/of/**")
    phone.set_offline(True)
    phone.set_offline(False)
    expect(page.locator("#planned")).to_be_visible()


def test_the_session_is_downloaded_for_a_watch(phone: BrowserContext, wall: str, tmp_path: Path) -> None:
    page = opened(phone, wall)
    page.get_by_label("Minutes walking before").fill("5")
    for link in ("#fit", "#fit-planned"):
        with page.expect_download() as download:
            page.locator(link).click()
        path = tmp_path / f"{link[1:]}.fit"
        download.value.save_as(path)
        walk, run, after, again = by_fitdecode(path)["workout_step"]
        assert (walk["duration_time"], run["duration_time"]) == (300.0, 60.0)
        assert (after["duration_time"], again["repeat_steps"]) == ((240.0, 6) if link == "#fit" else (120.0, 2))


def test_the_page_that_records_tells_the_same_session_and_each_change_once(browser: Browser, wall: str) -> None:
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})  # both pages by the true clock
    context.add_init_script(SIGNALLED)
    page, recording = shown(context, wall), context.new_page()
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true })")  # as it is behind the other one
    recording.goto(f"{wall}phone/")
    expect(recording.locator("#timed")).to_be_hidden()
    by_hand(page, 1, 0.1, 50)
    expect(recording.locator("#timed")).to_contain_text("Walk, ")
    wait(lambda: WALK in signalled(page) + signalled(recording))
    given = signalled(page) + signalled(recording)
    assert (given.count(RUN), given.count(WALK)) == (1, 1)
    assert given.count(SOON) <= 1  # none where a busy machine slept over it
    assert (overflow_px(recording), violations(recording)) == (0, [])
    page.get_by_role("button", name="Pause").click()
    expect(recording.locator("#timed")).to_contain_text("paused")
    page.close()
    recording.reload()
    expect(recording.locator("#timed")).to_contain_text("paused")
    context.close()


def test_a_session_that_ran_out_on_a_page_asleep_is_over_when_it_is_opened(phone: BrowserContext, wall: str) -> None:
    page = opened(phone, wall)
    by_hand(page, 2, 1, 2)
    page.evaluate("""() => {
        const state = JSON.parse(localStorage.getItem("surefoot timer"));  // as if another page gave the last cue
        localStorage.setItem("surefoot timer", JSON.stringify({ ...state, cuedS: 360 }));
    }""")
    page.clock.fast_forward(400_000)
    expect(page.locator("#how-far")).to_have_text("Done: 2 of 2 runs by the clock.")
    assert DONE not in signalled(page)


@pytest.mark.parametrize(
    ("body", "site", "status"),
    [
        (b"[" * 1999, "same-origin", 400),
        (b"[]", "same-origin", 400),
        (b"{}", "same-origin", 400),
        (b"\xff", "same-origin", 400),
        (b" " * 2001, "same-origin", 413),
        (b'{"row": {"runs": 2, "run_s": 60.0}, "passed_s": 5.0}', "same-origin", 204),
        (b'{"row": {"runs": 2, "run_s": 60.0}, "passed_s": 5.0}', "cross-site", 403),
    ],
)
def test_a_session_is_taken_from_the_timers_own_page_alone(wall: str, body: bytes, site: str, status: int) -> None:
    with closing(HTTPConnection(urlsplit(wall).netloc, timeout=30)) as link:
        link.request("POST", f"/timer/of/{RUNNER}", body, {"Sec-Fetch-Site": site})
        assert link.getresponse().status == status


@pytest.mark.parametrize(
    "query", ["", "runs=6", "runs=six&run_s=60", "runs=0&run_s=60", "runs=6&run_s=inf", "runs=6&run_s=nan"]
)
def test_what_is_no_row_is_no_workout(wall: str, query: str) -> None:
    with closing(HTTPConnection(urlsplit(wall).netloc, timeout=30)) as link:
        link.request("GET", f"/timer/workout.fit?{query}")
        assert link.getresponse().status == 400

"""The live wall in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from surefoot.analysis.model import Foot
from surefoot.dashboards.formatting import asymmetry_text
from surefoot.dashboards.live_snapshot import COMPARED_METRIC, LiveSnapshot
from surefoot.dashboards.wall.hosting import WallServer
from tests.dashboards.accounts import owner
from tests.dashboards.browser import SIZES, overflow_px, page_events, violations
from tests.dashboards.fake_source import FakeViewDataSource, eventful_runner
from tests.dashboards.runs import ROLL_S, RUN
from tests.service.servers import free_port

QUIET_S, ROLLED_S = 100.0, ROLL_S + 20.0
PAGES = ("/", "/runner/anna", "/runs", f"/runs/{RUN.run_id}", f"/runs/{RUN.run_id}/runner/anna")


@pytest.fixture
def source() -> FakeViewDataSource:
    return FakeViewDataSource(
        eventful_runner("anna", ROLLED_S),
        eventful_runner("ben", QUIET_S),
        eventful_runner("carl", QUIET_S, age_s=42.0, heard=False),
    )


@pytest.fixture
def wall(source: FakeViewDataSource) -> Iterator[str]:
    with WallServer(source) as server:
        yield f"http://127.0.0.1:{server.port}"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    tab = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    yield tab
    tab.close()


def names(page: Page) -> list[str]:
    return page.locator(".card .name").all_inner_texts()


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent"))


def test_the_numbers_on_screen_are_those_of_the_source(wall: str, page: Page, source: FakeViewDataSource) -> None:
    page.goto(wall)
    expect(page.locator(".card")).to_have_count(3)
    for runner in source.squad_state().runners:
        card, now = page.locator(".card", has_text=runner.name), LiveSnapshot.last_known(runner)
        assert now.cadence_spm is not None
        assert card.locator(".figure b").all_inner_texts() == [
            f"{now.cadence_spm:.0f}",
            *(now.compared_text(foot, COMPARED_METRIC).removesuffix(" ms") for foot in Foot),
        ]
        assert asymmetry_text(now.asymmetry_pct) in card.inner_text()


def test_who_needs_a_look_comes_first_and_moves_there(wall: str, page: Page, source: FakeViewDataSource) -> None:
    page.goto(wall)
    expect(page.locator(".card").first).to_contain_text("Ankle roll, left at 2:30")
    assert names(page) == ["anna", "carl", "ben"]
    source.set(eventful_runner("anna", QUIET_S), eventful_runner("ben", ROLLED_S))
    expect(page.locator(".card")).to_have_count(2)
    expect(page.locator(".card").first).to_contain_text("ben")
    expect(page.locator("#alert")).to_contain_text("ben: The left ankle rolled over")


def test_old_values_look_old(wall: str, page: Page) -> None:
    page.goto(wall)
    carl = page.locator("[data-piece='runner carl']")
    expect(carl).to_have_class("stale")
    expect(carl.locator(".age")).to_have_text(re.compile(r"^(4[2-9]|5\d) s ago$"))
    assert "grayscale" in carl.locator(".card").evaluate("card => getComputedStyle(card).filter")
    expect(page.locator("[data-piece='runner ben']")).not_to_have_class("stale")


def test_a_runner_is_shown_at_length(wall: str, page: Page) -> None:
    page.goto(f"{wall}/runner/anna")
    expect(page.locator(".finding")).to_have_count(1)
    assert page.locator(".finding svg.chart").count() == 3
    assert page.locator("svg.foot").count() == 2
    assert page.locator(".minute svg .dot.left").count() > 100
    expect(page.locator("section.pods")).to_contain_text("80 %")


def test_a_connection_that_is_lost_is_told_as_that(page: Page, wall: str) -> None:
    page.route("**/events", lambda route: route.abort())
    page.goto(wall)
    expect(page.locator("#link")).to_have_text("connection lost, reconnecting")


def test_a_wall_that_does_not_answer_is_asked_again(page: Page, wall: str) -> None:
    asked = list[Route]()

    def answer(route: Route) -> None:
        if route.request.resource_type == "fetch" and not asked:
            asked.append(route)  # and never answered
        else:
            route.continue_()

    page.route(f"{wall}/", answer)
    page.route("**/events", lambda route: route.abort(), times=1)
    page.goto(f"{wall}/")
    expect(page.locator("#link")).to_have_text("connection lost, reconnecting")
    expect(page.locator("#link")).to_have_text("live")
    assert asked


def test_after_a_restart_it_goes_on(page: Page, source: FakeViewDataSource) -> None:
    with WallServer(source, port=free_port()) as first:
        page.goto(f"http://127.0.0.1:{first.port}")
        expect(page.locator("#link")).to_have_text("live")
    expect(page.locator("#link")).to_have_text("surefoot has stopped")
    expect(page.locator("html")).to_have_class("lost")
    source.set(eventful_runner("dora", QUIET_S))
    with WallServer(source, port=first.port):
        expect(page.locator(".card .name")).to_have_text(["dora"])
        expect(page.locator("#link")).to_have_text("live")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_page_suits_every_screen_and_everybody(wall: str, browser: Browser, size: str, scheme: str) -> None:
    width, height = SIZES[size]
    tab = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
    requests = page_events(tab)
    for path in PAGES:
        tab.goto(wall + path)
        tab.wait_for_selector(".card, .finding, table, svg.foot")
        assert overflow_px(tab) <= 0, path
        assert violations(tab) == [], path
    assert all(each.startswith(f"{wall}/") for each in requests), requests
    tab.close()


def test_keys_lead_from_card_to_card_in_and_out(wall: str, page: Page) -> None:
    page.goto(wall)
    expect(page.locator(".card")).to_have_count(3)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert focused(page) == "carl"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    page.wait_for_url("**/runner/anna")
    page.keyboard.press("Escape")
    page.wait_for_url(f"{wall}/")


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_what_is_new_moves_only_for_who_likes_it(
    wall: str, browser: Browser, source: FakeViewDataSource, motion: str
) -> None:
    tab = browser.new_page(reduced_motion=motion)  # type: ignore[arg-type]
    tab.add_init_script("window.moved = []; addEventListener('animationstart', event => moved.push(event.target))")
    tab.goto(wall)
    expect(tab.locator(".card")).to_have_count(3)
    source.set(eventful_runner("ben", ROLLED_S))
    expect(tab.locator(".card")).to_have_count(1)
    expect(tab.locator(".card")).to_contain_text("Ankle roll")
    tab.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    assert tab.evaluate("moved.length") == (0 if motion == "reduce" else 1)
    tab.close()


def test_a_recorded_run_is_replayed_at_any_place_and_speed(wall: str, page: Page) -> None:
    page.goto(f"{wall}/runs")
    page.get_by_role("link", name="Replay").click()
    expect(page.locator(".card")).to_have_count(1)
    expect(page.locator(".card")).not_to_contain_text("Ankle roll")
    page.select_option("#speed", "100")
    expect(page.locator(".card")).to_contain_text("Ankle roll, left at 2:30")
    page.get_by_role("button", name="Pause").click()
    at = page.locator("#at").inner_text()
    page.locator("#place").evaluate("place => { place.value = 60; place.dispatchEvent(new Event('change')) }")
    expect(page.locator("#at")).to_have_text("1:00")
    assert at != "1:00"
    expect(page.locator(".card")).not_to_contain_text("Ankle roll")
    page.locator(".card").click()
    for _ in range(2):
        expect(page.locator("#at")).to_have_text("1:00")
        expect(page.locator("#speed")).to_have_value("100")
        expect(page.locator("#play")).to_have_text("Play")
        page.keyboard.press("Escape")


def test_the_report_is_one_click_away(wall: str, page: Page) -> None:
    page.goto(f"{wall}/runs")
    page.get_by_role("link", name="anna").click()
    expect(page.locator("h1")).to_contain_text("The left ankle rolled over at 2:30")
    assert page.evaluate("getComputedStyle(document.querySelector('.finding')).borderLeftWidth") == "5px"


def test_a_wrong_password_sees_nothing_and_the_right_one_everything(
    browser: Browser, source: FakeViewDataSource
) -> None:
    with WallServer(source, accounts=owner("open sesame")) as server:
        wall = f"http://127.0.0.1:{server.port}"
        tab = browser.new_context().new_page()
        for path in PAGES:
            tab.goto(wall + path)
            assert tab.url == f"{wall}/login"
            assert "anna" not in tab.content()
        assert tab.request.get(f"{wall}/events").status == 401
        tab.fill("#password", "open barley")
        tab.get_by_role("button", name="Sign in").click()
        expect(tab.get_by_role("alert")).to_have_text("Wrong name or password.")
        tab.goto(wall)
        assert tab.url == f"{wall}/login"
        assert violations(tab) == []
        tab.fill("#password", "open sesame")
        tab.get_by_role("button", name="Sign in").click()
        expect(tab.locator(".card")).to_have_count(3)
        tab.context.close()


def test_who_signs_out_is_out_with_every_copy_of_the_cookie(browser: Browser, source: FakeViewDataSource) -> None:
    with WallServer(source, accounts=owner("open sesame")) as server:
        wall = f"http://127.0.0.1:{server.port}"
        tab = browser.new_context().new_page()
        tab.goto(f"{wall}/login")
        tab.fill("#password", "open sesame")
        tab.get_by_role("button", name="Sign in").click()
        expect(tab.locator(".card")).to_have_count(3)
        copied = tab.context.cookies()
        for path in PAGES:
            tab.goto(wall + path)
            assert tab.get_by_role("button", name="Sign out").count() == 1
        assert violations(tab) == []
        tab.get_by_role("button", name="Sign out").click()
        expect(tab).to_have_url(f"{wall}/login")
        assert tab.context.cookies() == []
        tab.context.add_cookies(copied)  # type: ignore[arg-type]
        tab.goto(wall)
        assert tab.url == f"{wall}/login"
        tab.context.close()


def test_without_a_password_there_is_nothing_to_sign_out_of(wall: str, page: Page) -> None:
    page.goto(wall)
    assert page.get_by_role("button", name="Sign out").count() == 0


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/", {"Host": "elsewhere.example"}, 400),
        ("/nothing", {}, 404),
        ("/assets/../server.py", {}, 404),
        ("/runs/..%2f..", {}, 404),
        (f"/runs/{RUN.run_id}/report/nobody", {}, 404),
        (f"/runs/{RUN.run_id}/events?at=x", {}, 404),
    ],
)
def test_what_is_not_there_is_said_so(wall: str, path: str, headers: dict[str, str], status: int) -> None:
    with pytest.raises(OSError, match=f"HTTP Error {status}") as refused:
        urlopen(Request(wall + path, headers=headers))
    refused.value.close()  # type: ignore[attr-defined]


def test_every_answer_forbids_strangers(wall: str) -> None:
    with urlopen(wall) as answer:
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"

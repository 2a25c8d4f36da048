"""The wall keeps still under the pointer and around the focus."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from surefoot.dashboards.data_source import RunnerState
from surefoot.dashboards.wall.hosting import WallServer
from tests.dashboards.browser import SIZES, overflow_px, violations
from tests.dashboards.fake_source import FakeViewDataSource, eventful_runner
from tests.dashboards.runs import ROLL_S, RUN

QUIET_S, ROLLED_S = 100.0, ROLL_S + 20.0
SPOKEN = """() => {
    window.spoken = [];
    const live = "[role=status], [role=alert], [aria-live]";
    new MutationObserver((seen) => {
        for (const { target } of seen) {
            const region = (target.closest ? target : target.parentElement)?.closest(live);
            if (region) window.spoken.push(region.textContent);
        }
    }).observe(document, { childList: true, subtree: true, characterData: true });
}"""


STILL = "performance.now = ((at) => () => at)(performance.now())"
"""No time passes for the page, however long the test takes."""
AFTER_PRESS = """() => {
    const ben = [...document.querySelectorAll(".card")].find((card) => card.textContent.includes("ben"));
    window.shown = new Promise((done) => addEventListener("pointerup", () => setTimeout(() => done(ben.textContent))));
}"""


def squad(*rolled: str, at_s: float = 0.0) -> list[RunnerState]:
    return [eventful_runner(name, (ROLLED_S if name in rolled else QUIET_S) + at_s) for name in ("anna", "ben", "carl")]


@pytest.fixture
def source() -> FakeViewDataSource:
    return FakeViewDataSource(*squad("anna"))


@pytest.fixture
def page(browser: Browser, source: FakeViewDataSource) -> Iterator[Page]:
    with WallServer(source) as server:
        tab = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        tab.goto(f"http://127.0.0.1:{server.port}")
        expect(tab.locator(".card")).to_have_count(3)
        yield tab
        tab.close()


def order(page: Page) -> list[str]:
    return page.locator(".card .name").all_inner_texts()


def wait_for_order(page: Page, *names: str) -> None:
    expect(page.locator(".card .name")).to_have_text(names)


def test_a_press_opens_what_it_began_on_whatever_comes_meanwhile(page: Page, source: FakeViewDataSource) -> None:
    page.locator(".card", has_text="ben").hover()
    page.evaluate(STILL)
    page.mouse.down()
    source.set(*squad("carl", at_s=3.0))
    expect(page.locator("#clock")).to_have_text("2:53")
    assert order(page) == ["anna", "ben", "carl"]
    page.mouse.up()
    page.wait_for_url("**/runner/ben")


def test_what_came_during_a_press_is_shown_after_it(page: Page, source: FakeViewDataSource) -> None:
    page.evaluate("addEventListener('click', (event) => event.preventDefault())")
    page.locator(".card", has_text="ben").hover()
    page.evaluate(STILL)
    page.mouse.down()
    source.set(*squad("ben", at_s=3.0))
    expect(page.locator("#clock")).to_have_text("2:53")
    expect(page.locator(".card", has_text="ben")).not_to_contain_text("Ankle roll")
    page.evaluate(AFTER_PRESS)
    page.mouse.up()
    assert "Ankle roll" in page.evaluate("window.shown")
    page.evaluate("delete performance.now")
    page.evaluate("document.activeElement.blur()")
    page.mouse.move(0, 0)
    wait_for_order(page, "ben", "anna", "carl")


def test_cards_keep_their_places_and_the_focus_while_one_has_it(page: Page, source: FakeViewDataSource) -> None:
    page.keyboard.press("ArrowRight")
    page.evaluate("window.focused = document.activeElement; addEventListener('focusout', () => (window.left = true))")
    source.set(*squad("carl", at_s=3.0))
    expect(page.locator(".card", has_text="carl")).to_contain_text("Ankle roll")
    expect(page.locator("#waiting")).to_contain_text("Escape sorts them")
    assert order(page) == ["anna", "ben", "carl"]
    assert page.evaluate("document.activeElement === window.focused && !window.left")
    page.keyboard.press("Escape")
    wait_for_order(page, "carl", "anna", "ben")
    expect(page.locator("#waiting")).to_be_hidden()


def test_a_pod_that_comes_and_goes_moves_no_card(page: Page, source: FakeViewDataSource) -> None:
    wait_for_order(page, "anna", "ben", "carl")
    page.evaluate(STILL)
    for heard in (False, True, False):
        calm = squad("anna")
        source.set(*calm[:2], eventful_runner("carl", QUIET_S, heard=heard))
        expect(page.locator(".card .badge", has_text="out of reach")).to_have_count(0 if heard else 1)
        assert order(page) == ["anna", "ben", "carl"]
    page.evaluate("performance.now = ((now) => () => now() + 11_000)(performance.now.bind(performance))")
    wait_for_order(page, "anna", "carl", "ben")


def test_nothing_is_read_out_but_what_is_new(page: Page, source: FakeViewDataSource) -> None:
    page.evaluate(SPOKEN)
    for second in (1.0, 2.0, 3.0):
        source.set(*squad("anna", at_s=second))
        expect(page.locator("#clock")).to_have_text(f"2:{50 + second:.0f}")
    assert page.evaluate("window.spoken") == []
    source.set(*squad("anna", "carl", at_s=4.0))
    expect(page.locator("#alert")).to_contain_text("carl: The left ankle rolled over")
    assert page.evaluate("window.spoken.length") == 1


def test_a_screen_reader_hears_which_foot_a_number_is_of(page: Page) -> None:
    heard = page.locator(".card", has_text="ben").aria_snapshot()
    assert re.search(r"steps/min left \d+ right \d+ contact, ms", heard)


def test_numbers_change_and_their_elements_stay(page: Page, source: FakeViewDataSource) -> None:
    page.evaluate("window.parts = [...document.querySelectorAll('.card, .card b, .card svg, .card .pod')]")
    source.set(*squad("anna", at_s=9.0))
    expect(page.locator("#clock")).to_have_text("2:59")
    assert page.evaluate("window.parts.every((each) => each.isConnected)")


def test_what_stands_what_is_lost_and_what_is_slow_look_different(page: Page, source: FakeViewDataSource) -> None:
    stands = eventful_runner("anna", QUIET_S, age_s=42.0)
    lost = eventful_runner("ben", QUIET_S, age_s=42.0, heard=False)
    slow = eventful_runner("carl", QUIET_S, behind_s=42.0)
    source.set(stands, lost, slow)
    look = "card => [getComputedStyle(card).backgroundImage !== 'none', getComputedStyle(card).borderTopStyle]"
    expect(page.locator(".card", has_text="anna")).to_contain_text("Stopped")
    expect(page.locator(".card", has_text="carl")).to_contain_text("surefoot is 42 s behind")
    seen = {name: page.locator(".card", has_text=name).evaluate(look) for name in ("anna", "ben", "carl")}
    assert seen == {"anna": [False, "solid"], "ben": [True, "solid"], "carl": [False, "dashed"]}
    for width, height in SIZES.values():
        page.set_viewport_size({"width": width, "height": height})
        assert overflow_px(page) <= 0
    assert violations(page) == []


def test_a_wall_without_news_says_since_when(page: Page) -> None:
    page.evaluate("performance.now = ((now) => () => now() + 60_000)(performance.now.bind(performance))")
    expect(page.locator("#link")).to_contain_text("no news since ")
    expect(page.locator("html")).to_have_class("silent")


def test_dates_are_those_of_whoever_looks(browser: Browser, source: FakeViewDataSource) -> None:
    with WallServer(source) as server:
        for zone, told in (("Asia/Tokyo", 9), ("America/Caracas", -4)):
            tab = browser.new_page(timezone_id=zone)
            tab.goto(f"http://127.0.0.1:{server.port}/runs")
            hour = (RUN.created_utc.hour + told) % 24
            expect(tab.locator(".runs time")).to_contain_text(f", {hour:02d}:{RUN.created_utc:%M} GMT{told:+d}")
            tab.close()


def test_what_always_stands_on_a_card_is_not_marked_as_a_message(page: Page) -> None:
    expect(page.locator(".card .told").first).to_have_css("background-color", "rgba(0, 0, 0, 0)")

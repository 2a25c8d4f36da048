"""Presses of the mouse and the place of the keyboard on a wall where twenty runners change and pods come and go."""

from __future__ import annotations

import random
from collections.abc import Iterator

from playwright.sync_api import Page

from tests.accuracy.report import Finding
from tests.dashboards.browser import chromium
from tests.wall.crowd import RUNNERS
from tests.wall.load import crowd, opened, write_line

PRESSES = 500
SHORTEST_MS, LONGEST_MS = 100.0, 250.0
FOCUSED_S = 60.0
"""In this time every runner's pod goes and comes back."""
APART_MS = 60.0
RESTS_EVERY, REST_MS = 20, 2000.0
"""While the pointer rests, the cards may take a new order."""
LASTS_S = 400.0
WATCH = """() => {
    window.pressed = [];
    const runner = (event) => event.target.closest?.(".card")?.querySelector(".name").textContent ?? null;
    addEventListener("mousedown", (event) => { window.pressed.push({ on: runner(event), clicked: null }); }, true);
    addEventListener("click", (event) => {
        event.preventDefault();
        window.pressed.at(-1).clicked = runner(event);
        document.activeElement.blur();
    }, true);
    window.orders = new Set();
    const order = () => [...document.querySelectorAll(".card .name")].map((each) => each.textContent).join();
    new MutationObserver(() => window.orders.add(order()))
        .observe(document.querySelector(".cards"), { childList: true });
}"""
WATCH_FOCUS = """() => {
    window.jumps = 0;
    addEventListener("focusin", () => { window.jumps += 1; }, true);
    addEventListener("focusout", () => { window.jumps += 1; }, true);
}"""
POINT = """([which, across, down]) => {
    const boxes = [...document.querySelectorAll(".card")].map((each) => each.getBoundingClientRect());
    const seen = boxes.filter((each) => each.bottom < innerHeight);
    const box = seen[Math.floor(which * seen.length)];
    return [box.x + across * box.width, box.y + down * box.height];
}"""
HIT = "() => window.pressed.filter((each) => each.on !== null && each.clicked === each.on).length"


def findings(presses: int = PRESSES) -> Iterator[Finding]:
    """Rows of the printed table."""
    what = f"{RUNNERS} restless runners"
    with crowd(LASTS_S, "restless") as (process, port), chromium() as browser:
        page = opened(browser, port)
        write_line(process, "begin")
        jumps = _focus_jumps(page)
        yield Finding(what, f"focus jumps in {FOCUSED_S:g} s", f"{jumps}", "0", jumps == 0)
        lost, orders = _lost_presses(page, presses)
        name = f"of {presses} presses of {SHORTEST_MS:g}–{LONGEST_MS:g} ms, lost"
        yield Finding(what, name, f"{lost} ({orders} orders seen)", "0", lost == 0 and orders > 1)


def _focus_jumps(page: Page) -> int:
    """How often the focus comes or goes while nobody touches anything."""
    page.keyboard.press("ArrowRight")
    page.evaluate(WATCH_FOCUS)
    page.wait_for_timeout(1000.0 * FOCUSED_S)
    jumps = int(page.evaluate("window.jumps"))
    page.evaluate("document.activeElement.blur()")
    return jumps


def _lost_presses(page: Page, presses: int) -> tuple[int, int]:
    """Presses that open nothing or somebody else, and how many orders the cards were in meanwhile."""
    chance = random.Random(7)
    page.evaluate(WATCH)
    for number in range(presses):
        place = chance.random(), chance.uniform(0.1, 0.9), chance.uniform(0.1, 0.9)
        page.mouse.move(*page.evaluate(POINT, place))
        page.mouse.down()
        page.wait_for_timeout(chance.uniform(SHORTEST_MS, LONGEST_MS))
        page.mouse.up()
        page.wait_for_timeout(APART_MS if number % RESTS_EVERY else REST_MS)
    return presses - int(page.evaluate(HIT)), int(page.evaluate("window.orders.size"))

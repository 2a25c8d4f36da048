"""The page of the phone in a real browser: pods by Web Bluetooth, a journal on the phone, the real service."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.recording.entries import EventEntry, EventKind
from tests.dashboards.browser import overflow_px, violations
from tests.phone.carried_run import SAFE, card, carry, delivery, end, expect_recording, press_end, start
from tests.phone.gateway_service import GatewayService, entries, heard
from tests.phone.pods import PodsInReach
from tests.service.servers import wait

KEPT = """() => new Promise((found) => {
    const opening = indexedDB.open("surefoot");
    opening.onsuccess = () => {
        const counting = opening.result.transaction("runs").objectStore("runs").count();
        counting.onsuccess = () => found(counting.result);
    };
})"""
"""How many runs are kept on the phone."""
CUES = """async () => {
    const { Cues } = await import("/phone/cues.js");
    const [spoken, answers, looks] = [[], [], []];
    window.setInterval = (look) => looks.push(look);
    speechSynthesis.speak = (said) => spoken.push(said.text);
    const ask = () => new Promise((answer) => answers.push(answer));
    const recording = { run: { id: "1", cue: 0 }, pods: [] };
    new Cues({ ask }, () => recording, () => true);
    for (let times = 0; times < 2; times++) looks[0]();
    const cues = [{ number: 1, kind: "inversion_event", text: "Left ankle rolled." }];
    for (const answer of answers) answer({ status: 200, json: async () => ({ cues }) });
    await new Promise((done) => setTimeout(done));
    return spoken;
}"""
"""What is spoken where the first question is not answered before the second one."""


def test_a_run_offline_reloaded_and_without_the_service_for_a_while_is_there_once(
    tmp_path: Path, browser: BrowserContext, page: Page, pods: PodsInReach
) -> None:
    assert carry(browser, page, GatewayService(tmp_path / "data"), pods, 40.0).is_exact


def test_a_pod_out_of_reach_is_told_and_fetched_later(page: Page, service: GatewayService, pods: PodsInReach) -> None:
    start(page, service)
    page.get_by_label("Speak").check()
    left = pods.runner.pods[Foot.LEFT]
    away = asyncio.run_coroutine_threadsafe(left.outage(20.0), pods.loop)
    expect(page.locator(card(Foot.LEFT))).to_contain_text("Out of reach")
    expect(page.locator(card(Foot.RIGHT))).to_contain_text("Packets now")
    away.result()
    expect_recording(page)
    end(page)
    assert delivery(service, pods).is_exact
    kinds = [entry.kind for entry in entries(service.part()) if isinstance(entry, EventEntry) and entry.pod == 0]
    assert kinds.count(EventKind.CONNECTED) == 2


def test_a_pod_that_restarts_goes_on_in_the_same_run(page: Page, service: GatewayService, pods: PodsInReach) -> None:
    start(page, service)
    right = pods.runner.pods[Foot.RIGHT]
    before = {truth.boot for truth in list(right.truth)}
    pods.do(right.power_cycle)
    wait(lambda: right.firmware.streaming and any(truth.boot not in before for truth in list(right.truth)))
    end(page)
    assert delivery(service, pods).is_exact
    assert len({boot for pod, boot, _ in heard(service.part()) if pod == 1}) == 2


@pytest.mark.slow
def test_it_records_on_without_a_session_and_asks_to_sign_in(
    tmp_path: Path, browser: BrowserContext, page: Page, pods: PodsInReach
) -> None:
    with GatewayService(tmp_path / "data", password="eight letters") as service:
        page.goto(service.address)
        page.get_by_label("Password").fill("eight letters")
        page.get_by_role("button", name="Sign in").click()
        start(page, service)
        expect(page.locator("#upload")).not_to_contain_text("Sign in")
        browser.clear_cookies()
        expect(page.locator("#upload")).to_contain_text("Sign in on the wall to upload")
        other = browser.new_page()
        other.goto(service.address)
        other.get_by_label("Password").fill("eight letters")
        other.get_by_role("button", name="Sign in").click()
        other.close()
        end(page)
        assert delivery(service, pods).is_exact


def test_a_second_press_begins_no_second_run(page: Page, service: GatewayService, pods: PodsInReach) -> None:
    start(page, service, presses=2)
    end(page)
    assert delivery(service, pods).is_exact
    assert page.evaluate(KEPT) == 0


def test_a_cue_is_spoken_once_however_late_its_answer_is(page: Page, service: GatewayService) -> None:
    page.goto(service.address)
    assert page.evaluate(CUES) == ["Left ankle rolled."]


def test_a_second_tab_waits(browser: BrowserContext, page: Page, service: GatewayService) -> None:
    page.goto(service.address)
    second = browser.new_page()
    second.goto(service.address)
    second.evaluate("localStorage.setItem('runner', 'Ada')")
    expect(second.locator("#notice")).to_contain_text("open in another tab")
    second.get_by_label("Who runs").fill("Bea")
    expect(second.get_by_role("link", name="Run and walk by the clock")).to_have_attribute("href", "/timer/")
    page.close()
    expect(second.locator("#notice")).to_be_hidden()
    expect(second.locator("#upload")).not_to_be_empty()
    expect(second.get_by_label("Who runs")).to_have_value("Bea")
    second.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_small_phone_and_anybody_can_use_it(page: Page, service: GatewayService, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(service.address)
    expect(page.get_by_role("button", name="Start")).to_be_disabled()
    assert overflow_px(page) == 0
    assert violations(page) == []


def test_a_pod_is_told_what_is_safe_once_the_service_has_it_and_nothing_of_another_run(
    browser: BrowserContext, page: Page, service: GatewayService, pods: PodsInReach
) -> None:
    start(page, service)
    pods.keep(True)
    pods.wait_until(pods.now_s + 20.0)
    browser.set_offline(True)
    press_end(page)
    expect(page.locator(card(Foot.LEFT))).to_contain_text("Done")
    expect(page.locator(card(Foot.RIGHT))).to_contain_text("Done")
    assert pods.oldest_kept() == [0, 0]
    browser.set_offline(False)
    expect(page.locator("#upload")).to_have_text(SAFE)
    wait(lambda: min(pods.oldest_kept()) > 20)
    released = pods.oldest_kept()
    start(page, service)  # while the pods hold what they kept since
    end(page)
    assert pods.oldest_kept() == released
    pods.keep(False)

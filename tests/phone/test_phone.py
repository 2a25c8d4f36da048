"""The page of the phone in a real browser: pods by Web Bluetooth, a journal on the phone, the real service."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.body.runner_profile import PlannedBout, RunnerProfile
from surefoot.firmware_sim.scenarios import GOOD_LINK, Scenario
from surefoot.sensor_ingest.recording.entries import EventEntry, EventKind
from tests.dashboards.browser import overflow_px, violations
from tests.phone.carried_run import SAFE, card, carry, delivery, end, expect_recording, press_end, start
from tests.phone.gateway_service import GatewayService, entries, heard
from tests.phone.phone_browser import phone_browser
from tests.phone.pods import PodsInReach, pods_in_reach
from tests.phone.private_bus import private_bus
from tests.service.servers import wait

SPEED = 8.0
RUN = Scenario("phone", RunnerProfile(), (PlannedBout("run", 1200.0, 3.0),), link_quality=GOOD_LINK)


@pytest.fixture(scope="module")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with private_bus(tmp_path_factory.mktemp("bus")) as address:
        yield address


@pytest.fixture(scope="module")
def pods(bus: str) -> Iterator[PodsInReach]:
    with pods_in_reach(bus, RUN, speed=SPEED) as near:
        yield near


@pytest.fixture(scope="module")
def browser(bus: str, pods: PodsInReach, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    assert pods  # it looks for BlueZ as it starts
    with phone_browser(bus, tmp_path_factory.mktemp("browser")) as context:
        yield context


@pytest.fixture
def page(browser: BrowserContext) -> Iterator[Page]:
    tab = browser.new_page()
    yield tab
    tab.close()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayService]:
    with GatewayService(tmp_path_factory.mktemp("data")) as running:
        yield running


def test_a_run_offline_reloaded_and_without_the_service_for_a_while_is_there_once(
    tmp_path: Path, browser: BrowserContext, page: Page, pods: PodsInReach
) -> None:
    assert carry(browser, page, GatewayService(tmp_path / "data"), pods, 60.0).is_exact


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
    pods.do(pods.runner.pods[Foot.RIGHT].power_cycle)
    page.wait_for_timeout(500)
    expect_recording(page)
    page.wait_for_timeout(1000)
    end(page)
    assert delivery(service, pods).is_exact
    assert len({boot for pod, boot, _ in heard(service.part()) if pod == 1}) == 2


def test_a_second_tab_waits(browser: BrowserContext, page: Page, service: GatewayService) -> None:
    page.goto(service.address)
    second = browser.new_page()
    second.goto(service.address)
    expect(second.locator("#notice")).to_contain_text("open in another tab")
    page.close()
    expect(second.locator("#notice")).to_be_hidden()
    second.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_small_phone_and_anybody_can_use_it(page: Page, service: GatewayService, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(service.address)
    expect(page.get_by_role("button", name="Start")).to_be_disabled()
    assert overflow_px(page) == 0
    assert violations(page) == []


def test_a_pod_is_told_what_is_safe_once_the_service_has_it_and_nothing_of_another_run(
    tmp_path: Path, service: GatewayService
) -> None:
    still = Scenario("still", RunnerProfile(), (PlannedBout("still", 80.0), PlannedBout("run", 600.0, 3.0)))
    with (
        private_bus(tmp_path) as bus,
        pods_in_reach(bus, still, speed=SPEED, flash_bytes=1 << 21) as pods,
        phone_browser(bus, tmp_path / "browser") as phone,
    ):
        page = phone.pages[0]
        start(page, service)
        pods.wait_until(110.0)
        phone.set_offline(True)
        press_end(page)
        expect(page.locator("#feet")).to_contain_text("Done")
        page.wait_for_timeout(1000)
        assert [pods.store(foot).oldest for foot in Foot] == [0, 0]
        phone.set_offline(False)
        expect(page.locator("#upload")).to_have_text(SAFE)
        wait(lambda: all(pods.store(foot).oldest > 50 for foot in Foot))
        released = [pods.store(foot).oldest for foot in Foot]
        start(page, service)  # while the pods hold what they kept since
        end(page)
        assert [pods.store(foot).oldest for foot in Foot] == released

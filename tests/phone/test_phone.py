"""The page of the phone in a real browser: pods by Web Bluetooth, a journal on the phone, the real service."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from surefoot.firmware_sim.body.runner_profile import PlannedBout, RunnerProfile
from surefoot.firmware_sim.scenarios import GOOD_LINK, Scenario
from tests.phone.gateway_service import GatewayService, given_up, heard
from tests.phone.phone_browser import Chooser, phone_browser
from tests.phone.pods import PodsInReach, pods_in_reach
from tests.phone.private_bus import private_bus

SPEED = 8.0
RUN = Scenario("phone", RunnerProfile(), (PlannedBout("run", 900.0, 3.0),), link_quality=GOOD_LINK)


def connect(page: Page, chooser: Chooser) -> None:
    """Choose both pods, and begin."""
    for foot, end in (("left", "-L"), ("right", "-R")):
        card = page.locator(f"[data-foot={foot}]")
        chooser.choose(end)
        card.get_by_role("button").click()
        expect(card.locator(".more")).to_contain_text("Ready")
    page.get_by_label("Who runs").fill("Ada")
    page.get_by_role("button", name="Start").click()
    for foot in ("left", "right"):
        expect(page.locator(f"[data-foot={foot}]")).to_contain_text("Packets now")


def end(page: Page) -> None:
    page.get_by_role("button", name="End the run").click()
    page.get_by_role("button", name="End", exact=True).click()
    expect(page.locator("#upload")).to_have_text("The run is safe on the service.")


def expect_all_once(service: GatewayService, pods: PodsInReach) -> None:
    run = service.part()
    got = heard(run)
    made = {
        (number, truth.boot, truth.sequence)
        for number, pod in enumerate(pods.runner.pods.values())
        for truth in pod.truth
    }
    assert made
    assert given_up(run) == 0
    assert set(got) == made
    assert set(got.values()) == {1}


def test_a_run_offline_reloaded_and_without_the_service_for_a_while_is_there_once(tmp_path: Path) -> None:
    service = GatewayService(tmp_path / "data")
    with (
        private_bus(tmp_path) as bus,
        pods_in_reach(bus, RUN, speed=SPEED) as pods,
        phone_browser(bus, tmp_path / "browser") as phone,
    ):
        page = phone.pages[0]
        with service:
            page.goto(service.address)
            connect(page, Chooser(page))
            page.wait_for_timeout(2000)
            phone.set_offline(True)
            expect(page.locator("#upload")).to_contain_text("No network")
            page.reload()
            expect(page.locator("[data-foot=left]")).to_contain_text("Packets now")
            page.wait_for_timeout(1000)
        phone.set_offline(False)
        expect(page.locator("#upload")).to_contain_text("No network")
        with service:
            end(page)
            expect_all_once(service, pods)

"""A run with the phone in the pocket: offline, reloaded and without the service for a while; what of it arrives."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from playwright.sync_api import BrowserContext, Page, expect

from surefoot.analysis.model import Foot
from tests.phone.gateway_service import GatewayService, given_up, heard
from tests.phone.phone_browser import Chooser
from tests.phone.pods import PodsInReach

NAME_ENDS = {Foot.LEFT: "-L", Foot.RIGHT: "-R"}
SAFE = "The run is safe on the service."


@dataclass(frozen=True, slots=True)
class Delivery:
    """Packets of a run: made by the pods from the first one heard to the end, received, and how.

    Parameters
    ----------
    took_s : real time of the run.
    """

    made: int
    received: int
    given_up: int
    lost: int
    doubled: int
    strange: int
    took_s: float

    @property
    def is_exact(self) -> bool:
        """Everything is there, once."""
        return self.made > 0 and self.lost == self.doubled == self.given_up == self.strange == 0


def card(foot: Foot) -> str:
    """The part of the page about a foot."""
    return f"[data-foot={foot}]"


def expect_recording(page: Page) -> None:
    """Wait until packets come from both pods."""
    for foot in Foot:
        expect(page.locator(card(foot))).to_contain_text("Packets now")


def go_on(page: Page) -> None:
    """One tap for each pod that the browser does not know any more."""
    chooser = Chooser(page)
    for foot, name_end in NAME_ENDS.items():
        expect(page.locator(f"{card(foot)} .state")).to_have_text(re.compile("Tap to go on|Connect"))
        if "Tap" in page.locator(f"{card(foot)} .state").inner_text():
            chooser.choose(name_end)
            page.locator(card(foot)).get_by_role("button").click()
    expect_recording(page)


def start(page: Page, service: GatewayService, *, presses: int = 1) -> None:
    """Open the page, choose both pods, and begin."""
    page.goto(service.address)
    chooser = Chooser(page)
    for foot, name_end in NAME_ENDS.items():
        chooser.choose(name_end)
        page.locator(card(foot)).get_by_role("button").click()
        expect(page.locator(f"{card(foot)} .more")).to_contain_text("Ready")
    page.get_by_label("Who runs").fill("Ada")
    page.get_by_role("button", name="Start").click(click_count=presses)
    expect_recording(page)


def press_end(page: Page) -> None:
    """End the run."""
    page.get_by_role("button", name="End the run").click()
    page.get_by_role("button", name="End", exact=True).click()


def end(page: Page) -> None:
    """End the run, and wait until the service has all of it."""
    press_end(page)
    expect(page.locator("#upload")).to_have_text(SAFE)


def delivery(service: GatewayService, pods: PodsInReach, took_s: float = 0.0) -> Delivery:
    """What the service has of the last run."""
    run = service.part()
    got = heard(run)
    first = {pod: min(each for each in got if each[0] == pod) for pod in {pod for pod, _, _ in got}}
    boots = {each[:2] for each in got}
    made = {
        (number, truth.boot, truth.sequence)
        for number, pod in enumerate(pods.runner.pods.values())
        for truth in list(pod.truth)
        if (number, truth.boot) in boots
    }
    wanted = {each for each in made if each[1] != first[each[0]][1] or each >= first[each[0]]}
    doubled = sum(got.values()) - len(got)
    return Delivery(
        len(wanted), len(got), given_up(run), len(wanted - set(got)), doubled, len(set(got) - wanted), took_s
    )


def carry(browser: BrowserContext, page: Page, service: GatewayService, pods: PodsInReach, lasts_s: float) -> Delivery:
    """A run of so long for the pods: offline for three tenths of it with a reload, and the service down for one tenth.

    The service must not run yet.
    """
    began_s = time.monotonic()
    with service:
        start(page, service)
        begin_s = pods.now_s
        pods.wait_until(begin_s + 0.2 * lasts_s)
        browser.set_offline(True)
        pods.wait_until(begin_s + 0.35 * lasts_s)
        page.reload()
        expect_recording(page)
        pods.wait_until(begin_s + 0.5 * lasts_s)
        browser.set_offline(False)
        pods.wait_until(begin_s + 0.7 * lasts_s)
    pods.wait_until(begin_s + 0.8 * lasts_s)
    with service:
        pods.wait_until(begin_s + lasts_s)
        end(page)
        return delivery(service, pods, time.monotonic() - began_s)

"""One bus, two pods, one service and one browser per module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from surefoot.firmware_sim.body.runner_profile import PlannedBout, RunnerProfile
from surefoot.firmware_sim.scenarios import GOOD_LINK, Scenario
from tests.phone.gateway_service import GatewayService
from tests.phone.phone_browser import phone_browser
from tests.phone.pods import PodsInReach, pods_in_reach
from tests.phone.private_bus import private_bus

SPEED = 8.0
RUN = Scenario("phone", RunnerProfile(), (PlannedBout("run", 1200.0, 3.0),), link_quality=GOOD_LINK)


@pytest.fixture(scope="module")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with private_bus(tmp_path_factory.mktemp("bus")) as address:
        yield address


@pytest.fixture(scope="module")
def pods(bus: str) -> Iterator[PodsInReach]:
    with pods_in_reach(bus, RUN, speed=SPEED, flash_bytes=1 << 21) as near:
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

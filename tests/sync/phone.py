"""Ten minutes of two pods through the phone's page: offline for three of them, reloaded, and the service down once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from surefoot.firmware_sim.body.runner_profile import PlannedBout, RunnerProfile
from surefoot.firmware_sim.scenarios import GOOD_LINK, Scenario
from tests.accuracy.report import Finding
from tests.phone.carried_run import Delivery, carry
from tests.phone.gateway_service import GatewayService
from tests.phone.phone_browser import phone_browser
from tests.phone.pods import pods_in_reach
from tests.phone.private_bus import private_bus

RUN_S, SPEED = 600.0, 20.0
DATA = "phone, 10 min"


def rows(lasts_s: float = RUN_S) -> Sequence[Finding]:
    """Packets lost and doubled on the way from two pods over a browser to the service."""
    found = delivered(lasts_s)
    return [
        Finding(DATA, "packets lost", f"{found.lost + found.given_up} of {found.made}", "0", found.is_exact),
        Finding(DATA, "packets doubled", f"{found.doubled} of {found.received}", "0", not found.doubled),
        Finding(DATA, "notifications taken", f"{found.received / found.took_s:.0f} /s", "", passed=True),
    ]


def delivered(lasts_s: float) -> Delivery:
    """A run of so long for the pods."""
    scenario = Scenario("phone", RunnerProfile(), (PlannedBout("run", 2.0 * lasts_s, 3.0),), link_quality=GOOD_LINK)
    with TemporaryDirectory() as folder:
        place = Path(folder)
        with (
            private_bus(place) as bus,
            pods_in_reach(bus, scenario, speed=SPEED) as pods,
            phone_browser(bus, place / "browser") as browser,
        ):
            return carry(browser, browser.pages[0], GatewayService(place / "data"), pods, lasts_s)

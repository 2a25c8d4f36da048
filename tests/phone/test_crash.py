"""What the phone has written stays, however its browser ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.phone.carried_run import delivery, end, go_on, start
from tests.phone.gateway_service import GatewayService
from tests.phone.phone_browser import crash, phone_browser
from tests.phone.pods import PodsInReach


@pytest.mark.slow
def test_a_browser_that_crashed_goes_on_where_it_was(
    bus: str, tmp_path: Path, service: GatewayService, pods: PodsInReach
) -> None:
    with phone_browser(bus, tmp_path) as phone:
        start(phone.pages[0], service)
        phone.pages[0].wait_for_timeout(1500)
        crash(phone)
    with phone_browser(bus, tmp_path) as phone:
        page = phone.pages[0]
        page.goto(service.address)
        go_on(page)
        end(page)
    assert delivery(service, pods).is_exact

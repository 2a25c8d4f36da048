"""A runner confirms their usual with a button on their page, through the real command and in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from surefoot.analysis.weeks.anchor import Anchor
from surefoot.service.people.people import People
from surefoot.service.settings import Settings
from tests.dashboards.browser import SIZES, chromium, overflow_px, violations
from tests.service.past_balances import store_balance, store_past
from tests.service.people.test_diary import address
from tests.service.real_command import RealCommand

RUNNER = "anna"
EVEN = (0.0, 1.0, -1.0, 0.5, -0.5)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Five healthy runs, and one of today with the left shorter."""
    found, today = Settings(data=tmp_path), datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    store_past(found, RUNNER, *EVEN, first=today - timedelta(days=30))
    store_balance(found, RUNNER, today - timedelta(hours=1), 5.0)
    return found


@pytest.fixture
def page(settings: Settings) -> Iterator[Page]:
    assert settings.store_path.exists()
    width, height = SIZES["phone"]
    with chromium() as browser:
        yield browser.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")


def test_the_button_confirms_and_the_newest_run_is_told_beside_it(settings: Settings, page: Page) -> None:
    with RealCommand(settings.data, "serve", "--port", "0") as serve:
        page.goto(f"{address(serve)}runner/{RUNNER}/history")
        section = page.locator("#usual")
        expect(section).to_contain_text("No usual is confirmed; 5 healthy runs are known")
        page.get_by_label("Healthy runs up to").fill("2020-01-01")
        page.get_by_role("button", name="Confirm these runs as my usual").click()
        expect(page.get_by_role("alert")).to_contain_text("0 healthy runs are known up to 01 Jan 2020")
        page.get_by_role("button", name="Confirm these runs as my usual").click()
        expect(section).to_contain_text("The usual: 5 healthy runs up to")
        expect(section).to_contain_text("Different from usual: left contact is 5.0 % shorter against the right")
        expect(section.locator("tbody tr").first).to_contain_text("contact")
        expect(section).to_contain_text("How much runs differ: 5 of 10 runs")
        assert overflow_px(page) <= 0
        assert violations(page) == []
    (anchor,) = People(settings.data).all_of(RUNNER, Anchor)
    assert len(anchor.runs) == len(EVEN)

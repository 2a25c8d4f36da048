"""One browser per module: Playwright's event loop would disturb the asyncio tests of other modules."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.dashboards.browser import chromium
from tests.dashboards.grafana_world import BoardDatabase, board_database


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoardDatabase]:
    """A database that the boards ask; tests only add what belongs to runners of their own."""
    with board_database(tmp_path_factory.mktemp("grafana")) as found:
        yield found

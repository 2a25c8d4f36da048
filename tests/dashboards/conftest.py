"""One browser per module: Playwright's event loop would disturb the asyncio tests of other modules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from playwright.sync_api import Browser

from tests.dashboards.browser import chromium
from tests.dashboards.grafana_world import BoardDatabase, board_databases
from tests.dashboards.influx_versions import NEW, OLD


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


@pytest.fixture(scope="session")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, BoardDatabase]]:
    """A database of each version with the same rows."""
    with board_databases(tmp_path_factory.mktemp("grafana")) as found:
        yield found


@pytest.fixture(scope="session", params=[OLD, NEW])
def world(worlds: Mapping[str, BoardDatabase], request: pytest.FixtureRequest) -> BoardDatabase:
    """A database that the boards ask; tests only add what belongs to runners of their own."""
    return worlds[request.param]

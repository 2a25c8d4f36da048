"""Grafana's own libraries show what was planted in a real database, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from surefoot.dashboards.grafana.board_files import BOARDS
from tests.accuracy.report import Finding
from tests.boards import figures, shown_boards
from tests.boards.bundle import HERE, built_page
from tests.boards.planted import Planted, planted
from tests.boards.shown_boards import ShownBoards
from tests.dashboards.browser import chromium
from tests.dashboards.influx_versions import NEW, OLD
from tests.service.command import ROOT

MINUTES = 1.5
VERSIONS = (f"InfluxDB {OLD}", f"InfluxDB {NEW}", f"{OLD} and {NEW}")
TOLD = ("all boards", "coach live", "pods", "runner live", "run", "trends", "links", *VERSIONS)
GRAFANA = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["grafana"]
LIBRARIES = ("data", "schema", "ui")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    built_page()  # skips at once without npm
    with planted(tmp_path_factory.mktemp("boards"), MINUTES) as found:
        yield found


@pytest.fixture(scope="module")
def shown(world: Planted, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ShownBoards, Path]]:
    pictures = tmp_path_factory.mktemp("pictures")
    with chromium() as browser:
        yield shown_boards.show(browser, built_page().as_uri(), world, 1280, "light", pictures), pictures


@pytest.fixture(scope="module")
def found(world: Planted, shown: tuple[ShownBoards, Path]) -> Mapping[str, list[Finding]]:
    told: dict[str, list[Finding]] = {}
    for each in figures.findings(shown[0], world):
        told.setdefault(each.data, []).append(each)
    return told


@pytest.mark.parametrize("board", TOLD)
def test_a_board_shows_what_was_planted(found: Mapping[str, list[Finding]], board: str) -> None:
    assert [each for each in found[board] if not each.passed] == []


def test_every_figure_is_of_a_board_that_is_tested(found: Mapping[str, list[Finding]]) -> None:
    assert set(found) == set(TOLD)


def test_every_panel_is_shown_and_every_board_has_a_picture(shown: tuple[ShownBoards, Path]) -> None:
    boards, pictures = shown
    for board in BOARDS:
        name = board.uid.removeprefix("surefoot-")
        titles = {panel["title"] for panel in board.json()["panels"] if panel["type"] != "row"}
        assert set(boards.panels[name]) == titles
        assert (pictures / f"{name}-1280-light.png").stat().st_size > 20_000


def test_the_libraries_are_of_the_version_of_grafana_that_compose_starts() -> None:
    image = GRAFANA["image"]
    wanted = json.loads((HERE / "package.json").read_text())["dependencies"]
    locked = json.loads((HERE / "package-lock.json").read_text())["packages"]
    for name in LIBRARIES:
        version = locked[f"node_modules/@grafana/{name}"]["version"]
        assert wanted[f"@grafana/{name}"] == version == image.partition(":")[2]


def test_the_page_and_grafana_write_dates_on_axes_as_the_viewers_browser_does() -> None:
    assert "systemDateFormats.useBrowserLocale()" in (HERE / "page" / "registries.js").read_text()
    assert GRAFANA["environment"]["GF_DATE_FORMATS_USE_BROWSER_LOCALE"] == "true"


def test_the_lock_file_names_no_place_to_download_from() -> None:
    lock = json.loads((HERE / "package-lock.json").read_text())
    assert all("resolved" not in each for each in lock["packages"].values())

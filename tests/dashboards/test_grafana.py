"""Boards match the registry, their queries return rows from a real InfluxDB, and Grafana's own dashboard model parses
them.
"""

from __future__ import annotations

import json
import re
import shutil
import warnings
from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from surefoot.analysis.metrics import STRIDE_METRICS
from surefoot.dashboards.grafana import colours
from surefoot.dashboards.grafana.board import DATA_QUALITY_ROW
from surefoot.dashboards.grafana.board_files import BOARDS, BOARDS_FOLDER
from tests.dashboards.grafana_schema import assert_is_a_dashboard
from tests.dashboards.grafana_world import (
    DRIFTING,
    DRIFTING_BEGAN,
    BoardDatabase,
    board_queries,
    columns,
    names_in,
)
from tests.service.command import ROOT, surefoot
from tests.service.drifting_run import WINDOW_S, WINDOWS

PROVISIONING = ROOT / "dashboards" / "grafana" / "provisioning"
LOADED: dict[str, dict[str, Any]] = {
    board.uid: json.loads((BOARDS_FOLDER / f"{board.uid}.json").read_text(encoding="utf-8")) for board in BOARDS
}
BOARD = pytest.mark.parametrize("board", LOADED.values(), ids=LOADED)
EVERY = [(uid, where, asked) for uid, board in LOADED.items() for where, asked in board_queries(board)]


def drifting(world: BoardDatabase) -> BoardDatabase:
    """The boards at the end of the run with a planted drift."""
    return replace(world, run=DRIFTING, now_ms=round(1000 * (DRIFTING_BEGAN.timestamp() + WINDOWS * WINDOW_S)))


@pytest.mark.parametrize(("uid", "where", "asked"), EVERY, ids=[f"{uid}: {where}" for uid, where, _ in EVERY])
def test_both_versions_answer_with_the_same_rows(
    worlds: Mapping[str, BoardDatabase], uid: str, where: str, asked: str
) -> None:
    since = LOADED[uid]["time"]["from"].removeprefix("now-")
    for moment in (lambda world: world, drifting):
        old, new = (moment(world).ask(asked, since) for world in worlds.values())
        assert old == new, where


def panels(board: dict[str, Any]) -> list[dict[str, Any]]:
    return [panel for panel in board["panels"] if panel["type"] != "row"]


@pytest.mark.parametrize(("uid", "where", "asked"), EVERY, ids=[f"{uid}: {where}" for uid, where, _ in EVERY])
def test_every_question_has_an_answer(world: BoardDatabase, uid: str, where: str, asked: str) -> None:
    since = LOADED[uid]["time"]["from"].removeprefix("now-")
    answer = world.ask(asked, since) or drifting(world).ask(asked, since)
    values = [value for series in answer for row in series.rows for value in row[1:]]
    assert values, where
    assert not all(value is None for value in values), where


@BOARD
def test_every_column_that_a_panel_speaks_of_is_in_its_answers(world: BoardDatabase, board: dict[str, Any]) -> None:
    since = board["time"]["from"].removeprefix("now-")
    for panel in panels(board):
        if panel["type"] == "table":
            answers = [columns(world.ask(target["query"], since)) for target in panel["targets"]]
            assert names_in(panel) <= set().union(*answers), panel["title"]


@pytest.mark.parametrize(("title", "rows"), [("Who needs me?", 2), ("Is every pod heard?", 4)], ids=["runners", "pods"])
def test_who_is_silent_stays_on_the_board_as_stale(world: BoardDatabase, title: str, rows: int) -> None:
    (panel,) = [panel for panel in panels(LOADED["surefoot-coach-live"]) if panel["title"] == title]
    for later_ms, stale in ((0, False), (60_000, True)):
        now = replace(world, now_ms=world.now_ms + later_ms)
        numbers, states = (now.ask(target["query"], "15m") for target in panel["targets"][:2])
        assert len(numbers) == rows
        assert [series.rows[0][1] == 0 for series in states] == [stale] * rows


def test_no_live_number_is_told_when_it_is_old(world: BoardDatabase) -> None:
    later = replace(world, now_ms=world.now_ms + 60_000)
    for panel in panels(LOADED["surefoot-runner-live"]):
        if panel["type"] == "stat" and panel["fieldConfig"]["defaults"]["unit"] != "dateTimeFromNow":
            assert later.ask(panel["targets"][0]["query"], "5m") == [], panel["title"]


def test_left_and_right_answer_under_the_names_that_have_their_colours(world: BoardDatabase) -> None:
    for board in LOADED.values():
        for panel in panels(board):
            for target in panel["targets"]:
                if target["alias"] == "$tag_foot":
                    answer = world.ask(target["query"], board["time"]["from"].removeprefix("now-"))
                    assert {series.tags["foot"] for series in answer} == {"left", "right"}, panel["title"]


@BOARD
def test_grafanas_own_model_takes_the_board(board: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        assert_is_a_dashboard(board)


@BOARD
def test_panels_have_ids_of_their_own_and_do_not_overlap(board: dict[str, Any]) -> None:
    ids = [panel["id"] for panel in board["panels"]]
    assert len(set(ids)) == len(ids)
    places = [panel["gridPos"] for panel in board["panels"]]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    for a, b in combinations(places, 2):
        beside = a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"]
        assert beside or a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"]


@BOARD
def test_every_panel_is_one_question_with_words_and_a_unit(board: dict[str, Any]) -> None:
    assert 5 <= len(panels(board)) <= 12
    for panel in panels(board):
        assert panel["title"].endswith("?"), panel["title"]
        assert panel["description"].endswith("."), panel["title"]
        assert panel["type"] == "table" or "unit" in panel["fieldConfig"]["defaults"], panel["title"]
    assert [panel["title"] for panel in board["panels"] if panel["type"] == "row"] == [DATA_QUALITY_ROW]


@BOARD
def test_every_panel_asks_the_data_source_that_is_provisioned(board: dict[str, Any]) -> None:
    (source,) = yaml.safe_load((PROVISIONING / "datasources" / "surefoot.yaml").read_text())["datasources"]
    assert source["jsonData"]["version"] == "InfluxQL"
    uids = set(re.findall(r'"uid": "([^"]+)"', json.dumps({**board, "uid": None})))
    assert uids == {source["uid"]}


def test_the_compose_file_mounts_the_boards_where_grafana_looks_for_them() -> None:
    grafana = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["grafana"]
    (provider,) = yaml.safe_load((PROVISIONING / "dashboards" / "surefoot.yaml").read_text())["providers"]
    mounts = {target: source for source, target, *_ in (volume.split(":") for volume in grafana["volumes"])}
    assert (ROOT / mounts[provider["options"]["path"]]).resolve() == BOARDS_FOLDER.resolve()
    assert (ROOT / mounts["/etc/grafana/provisioning"]).resolve() == PROVISIONING.resolve()


def test_links_lead_to_boards_and_choices_that_are_there() -> None:
    for uid, name in re.findall(r"/d/([\w-]+)\?var-(\w+)=", json.dumps(list(LOADED.values()))):
        assert name in {variable["name"] for variable in LOADED[uid]["templating"]["list"]}
    addresses = re.findall(r'"url": "([^"]+)"', json.dumps(list(LOADED.values())))
    assert all(address.startswith("/d/") for address in addresses), "they work by whatever name Grafana has"
    for board in LOADED.values():
        assert set(board["links"][0]["tags"]) <= set(board["tags"])


def test_no_board_names_an_address_so_that_links_work_from_any_computer() -> None:
    assert "://" not in json.dumps(list(LOADED.values()))


def test_usual_ranges_come_from_the_registry() -> None:
    (panel,) = [
        panel for panel in panels(LOADED["surefoot-run"]) if panel["title"] == "How long is each foot on the ground?"
    ]
    metric = STRIDE_METRICS["ground_contact_time_s"]
    assert metric.typical_run is not None
    low, high = (round(1000.0 * limit) for limit in metric.typical_run)
    defaults = panel["fieldConfig"]["defaults"]
    assert [step["value"] for step in defaults["thresholds"]["steps"]] == [None, low, high]
    assert metric.description in panel["description"]
    assert defaults["unit"] == "suffix:ms"


def luminance(colour: str) -> float:
    """Relative luminance as in WCAG 2."""
    parts = [int(colour[place : place + 2], 16) / 255.0 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("background", ["#181b1f", "#ffffff"], ids=["dark", "light"])
def test_lines_stand_out_from_both_of_grafanas_themes(background: str) -> None:
    for colour in (colours.LEFT, colours.RIGHT, colours.REFERENCE):
        bright, dim = sorted((luminance(colour), luminance(background)), reverse=True)
        assert (bright + 0.05) / (dim + 0.05) >= 3.0, colour


def test_check_says_what_is_stale(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert surefoot(capsys, "dashboards", "check").out == "5 boards are up to date.\n"
    folder = tmp_path / "boards"
    built = surefoot(capsys, "dashboards", "build", "--folder", folder).out
    assert "Who needs me?" in built
    assert surefoot(capsys, "dashboards", "check", "--folder", folder).code == 0
    (folder / "surefoot-run.json").write_text("{}")
    (folder / "surefoot-pods.json").unlink()
    shutil.copy(folder / "surefoot-trends.json", folder / "surefoot-old.json")
    stale = surefoot(capsys, "dashboards", "check", "--folder", folder)
    assert stale.code == 1
    assert re.findall(r"surefoot-(\w+)\.json is stale", stale.out) == ["old", "pods", "run"]
    surefoot(capsys, "dashboards", "build", "--folder", folder)
    assert surefoot(capsys, "dashboards", "check", "--folder", folder).code == 0


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    refused = surefoot(capsys, "dashboards", "build", "--folder", tmp_path / "file")
    assert (refused.code, refused.out) == (2, "")
    assert "cannot be written" in refused.err

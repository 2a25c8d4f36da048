"""How long after its start the service that compose starts has filled the live boards."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from surefoot.dashboards.grafana.board_files import BOARDS_FOLDER
from surefoot.service.exporters.influxdb_client import InfluxClient
from surefoot.service.settings import InfluxSettings
from tests.accuracy.report import Finding
from tests.dashboards.grafana_world import BoardDatabase
from tests.service.command import ROOT
from tests.service.real_command import RealCommand
from tests.service.servers import TOKEN, InfluxServer

MOST_S, WAITED_S = 60.0, 120.0
LIVE = ("coach-live", "runner-live", "pods")
MAY_BE_EMPTY = ("What was found?", "Which alerts were sent?", "Do landings exceed the sensor's range?")
"""There may be nothing to find, and summaries come at a run's end."""


def findings(folder: Path) -> Iterator[Finding]:
    """Seconds from the start of the command to an answer for every panel of each live board."""
    command = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]["squad"]["command"]
    with InfluxServer(folder / "influxdb") as server:
        settings = {"INFLUXDB_URL": server.url, "INFLUXDB_TOKEN": TOKEN}
        began_s = time.monotonic()
        with (
            RealCommand(folder / "data", *command, settings=settings),
            InfluxClient(InfluxSettings.model_validate({"url": server.url, "token": TOKEN})) as influx,
        ):
            for board, full_s in _filled(influx, began_s).items():
                found = "never" if full_s is None else f"{full_s:.0f} s"
                met = full_s is not None and full_s <= MOST_S
                yield Finding("first start", f"until {board} is full", found, f"≤ {MOST_S:g} s", met)


def _filled(influx: InfluxClient, began_s: float) -> Mapping[str, float | None]:
    """Board → seconds until each of its panels had an answer; None if one never had."""
    filled: dict[str, float | None] = dict.fromkeys(LIVE)
    waiting = {name: list(_panels(name)) for name in LIVE}
    while any(waiting.values()) and time.monotonic() - began_s < WAITED_S:
        time.sleep(1.0)
        asked = BoardDatabase(influx, ("runner-1",), "", round(1000.0 * time.time()))
        for name in LIVE:
            waiting[name] = [panel for panel in waiting[name] if not _has_answer(asked, panel)]
            if filled[name] is None and not waiting[name]:
                filled[name] = time.monotonic() - began_s
    return filled


def _panels(name: str) -> Iterator[Mapping[str, Any]]:
    board = json.loads((BOARDS_FOLDER / f"surefoot-{name}.json").read_text(encoding="utf-8"))
    for panel in board["panels"]:
        if panel["type"] != "row" and panel["title"] not in MAY_BE_EMPTY:
            yield panel


def _has_answer(asked: BoardDatabase, panel: Mapping[str, Any]) -> bool:
    answers = (asked.ask(target["query"], "5m") for target in panel["targets"])
    return any(value is not None for answer in answers for series in answer for row in series.rows for value in row[1:])

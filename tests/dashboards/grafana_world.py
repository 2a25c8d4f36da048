"""A simulated squad's runs in a real InfluxDB, and the boards' queries as Grafana sends them."""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from surefoot.firmware_sim import virtual_time
from surefoot.firmware_sim.scenarios import Scenario, make_scenario
from surefoot.service.exporters.influxdb_client import InfluxClient, Series
from surefoot.service.runtime.daemon import Daemon, DaemonContext
from surefoot.service.runtime.pod_sources import simulated_squad
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoredRun, StoreReader
from surefoot.service.store.writing import RunClock, StoreWriter
from tests.dashboards.influx_versions import both_versions
from tests.service.drifting_run import USUAL, store_drifting_run
from tests.service.servers import TOKEN, InfluxServer

BEGAN = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
MINUTES = 1.3
EARLIER_WEEKS = 7
DRIFTING, DRIFTING_BEGAN = "20260301T080000Z-00000001", datetime(2026, 3, 1, 8, tzinfo=UTC)
"""A run with a planted drift, beside what its runner confirmed."""
UNITS_S = {"m": 60, "h": 3600, "w": 604_800}
PIXELS = 500
TIME_ZONE = "Europe/Berlin"
PLAYS = (make_scenario("ankle-roll", MINUTES, 1), make_scenario("tempo", MINUTES, 2))


@dataclass(frozen=True, slots=True)
class BoardDatabase:
    """A database, the choices on the boards, and the time of the queries: one second after the squad's run.

    Parameters
    ----------
    runners, run : choices; the board *Pods* may have several runners.
    frozen : the run if the database has its baseline, as the board's hidden variable finds out.
    """

    influx: InfluxClient
    runners: tuple[str, ...]
    run: str
    now_ms: int
    frozen: str = ""

    def ask(self, influxql: str, since: str) -> list[Series]:
        """Result of a board's query over its time range."""
        return self.influx.query(self.expanded(influxql, since))

    def expanded(self, influxql: str, since: str) -> str:
        """The query with Grafana's variables filled in."""
        range_s = int(since[:-1]) * UNITS_S[since[-1]]
        filled = {
            "$timeFilter": f"time >= {self.now_ms - 1000 * range_s}ms and time <= {self.now_ms}ms",
            "$__interval": f"{max(range_s // PIXELS, 1)}s",
            "${__from}": str(self.now_ms - 1000 * range_s),
            "${__timezone}": TIME_ZONE,
            "${__to}": str(self.now_ms),
            "${runner:regex}": grafana_regex(*self.runners),
            "${run:regex}": grafana_regex(self.run),
            "${frozen:regex}": grafana_regex(self.frozen),
        }
        for name, value in filled.items():
            influxql = influxql.replace(name, value)
        assert not re.search(r"\$[\w{]", influxql), influxql
        return influxql


def grafana_regex(*values: str) -> str:
    """Values as Grafana's format `regex` has them."""
    escaped = [re.sub(r"[\\^$*+?.()|\[\]{}/]", r"\\\g<0>", value) for value in values]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"


@contextmanager
def board_databases(folder: Path) -> Iterator[Mapping[str, BoardDatabase]]:
    """Both versions with two runners, one of whom has an ankle roll and runs in earlier weeks."""
    with InfluxServer(folder / "influxdb") as server:
        found = {"data": folder / "data", "influxdb": {"url": server.url, "token": TOKEN}}
        settings = Settings.model_validate(found)
        record_squad(settings, PLAYS, MINUTES)
        with StoreReader(settings.store_path) as reader:
            (run,) = reader.runs("runner-1")
        _earlier_runs(settings, run)
        store_drifting_run(settings, DRIFTING, run.runner, DRIFTING_BEGAN, usual=USUAL)
        assert run.summary is not None
        now_ms = round(1000 * datetime.fromisoformat(run.summary["ended"]).timestamp()) + 1000
        with both_versions(folder, settings) as versions:
            yield {name: BoardDatabase(influx, (run.runner,), run.run, now_ms) for name, influx in versions.items()}


def record_squad(settings: Settings, plays: Sequence[Scenario], minutes: float) -> None:
    """Record simulated pods, over the simulated radio, into the store."""

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        async with simulated_squad(len(plays), minutes, 1) as squad:
            daemon = Daemon(DaemonContext(settings, utc_s=lambda: BEGAN.timestamp() + loop.time()))
            loop.call_later(60.0 * minutes, daemon.stop)
            await daemon.run(squad, 1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("surefoot.firmware_sim.scenarios.make_squad", lambda *_: list(plays))
        virtual_time.run(serve(), speed=math.inf)


def _earlier_runs(settings: Settings, run: StoredRun) -> None:
    """Add the run's summary once for each earlier week."""
    assert run.summary is not None
    with StoreWriter(settings.store_path) as writer, writer.transaction():
        for week in range(1, EARLIER_WEEKS):
            clock = RunClock(run.started_utc - timedelta(weeks=week))
            name = f"{clock.zero_ns}"
            writer.add_run(name, run.runner, run.runner, clock.zero_ns, "test", run.feet)
            writer.add_summary(name, run.runner, clock.ns(60.0 * MINUTES), run.summary)


def board_queries(board: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(place, query) for every query of a board."""
    for variable in board["templating"]["list"]:
        yield f"variable {variable['name']}", variable["query"]["query"]
    for annotation in board["annotations"]["list"]:
        yield f"annotation {annotation['name']}", annotation["target"]["query"]
    for panel in board["panels"]:
        for target in panel.get("targets", ()):
            yield f"{panel['title']} {target['refId']}", target["query"]


def columns(answer: list[Series]) -> set[str]:
    """Column names of a query's result in a Grafana table."""
    return {name for series in answer for name in (*series.columns, *series.tags)} - {"time"} | {"Time"}


def names_in(panel: Mapping[str, Any]) -> set[str]:
    """Columns that a panel's transformations and overrides refer to, but for those that transformations add."""
    text = [
        each["matcher"]["options"] for each in panel["fieldConfig"]["overrides"] if each["matcher"]["id"] == "byName"
    ]
    for each in panel["transformations"]:
        options = each["options"]
        text += [*options.get("indexByName", ()), *options.get("include", {}).get("names", ())]
        text += [options["byField"]] if "byField" in options else []
    return set(text) - {each["options"].get("alias") for each in panel["transformations"]}

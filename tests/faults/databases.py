"""Databases that lie, forget or refuse: once they are honest again, `surefoot ship` brings them everything."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from surefoot.analysis.model import Foot, Samples
from surefoot.service.exporters.influxdb_client import InfluxClient
from surefoot.service.settings import InfluxSettings, Settings
from tests.faults.outcome import Outcome
from tests.service.command import simulated
from tests.service.exported_rows import Points, expected, held
from tests.service.influx_proxy import HTML, SWALLOWED, Answer, InfluxProxy, Request, to_writes
from tests.service.real_command import RealCommand
from tests.service.servers import TOKEN, InfluxServer
from tests.service.stored_runs import finding, manifest, store_samples

TARGET_S = 30.0
"""Most of it is the start of a program."""
LATER = "20260103T030405Z-00000002"
RETENTION = "CREATE RETENTION POLICY month ON surefoot DURATION 720h REPLICATION 1 DEFAULT"
CONFLICT = 'findings,run=x confidence="high" 1767323074000000000'


@dataclass(frozen=True, slots=True)
class Lie:
    """How a database lies.

    Parameters
    ----------
    answer : what it answers in the place of the truth, until it is honest again.
    code : of `ship` while it lies.
    ship : what the operator is told to do then.
    before, after : what befalls the database itself before the first `ship`, and after it.
    recent_run : whether there is a run of yesterday too, and only that one can be kept.
    """

    answer: Callable[[Request], Answer] = Request.answer
    code: int = 2
    ship: tuple[str, ...] = ()
    before: Callable[[InfluxServer], None] = lambda _: None
    after: Callable[[InfluxServer], None] = lambda _: None
    recent_run: bool = field(default=False, kw_only=True)


@cache
def samples() -> dict[Foot, Samples]:
    """Of a minute, simulated once."""
    return simulated()


def taken_without_an_answer(request: Request) -> Answer:
    """Rows are written, and nobody is told."""
    status, body = request.answer()
    return (SWALLOWED, b"") if request.is_write else (status, body)


def restored_from_last_week(server: InfluxServer) -> None:
    """Most of it is gone."""
    for table in ("strides", "windows_10s", "runs"):
        server.ask(f"DROP MEASUREMENT {table}")


def type_conflict(server: InfluxServer) -> None:
    """Somebody wrote a word where a number belongs."""
    with InfluxClient(InfluxSettings.model_validate({"url": server.url, "token": TOKEN})) as influx:
        influx.write([CONFLICT])


def shipped_to(lie: Lie, folder: Path) -> Outcome:
    """What a database has after it lied and was shipped to again."""
    with InfluxServer(folder / "influxdb") as server, InfluxProxy(server.url) as proxy:
        settings = Settings.model_validate({"data": folder / "data", "influxdb": {"url": proxy.url, "token": TOKEN}})
        store_samples(settings, samples(), [finding()])
        if lie.recent_run:
            store_samples(settings, samples(), run=manifest(LATER, datetime.now(UTC) - timedelta(days=1)))
        lie.before(server)
        proxy.lie = lie.answer
        told = _ship(settings)
        proxy.lie = Request.answer
        lie.after(server)
        began_s = time.monotonic()
        unfinished = _ship(settings, *lie.ship)
        recovered_s = time.monotonic() - began_s
        wanted = {key: row for key, row in expected(settings).items() if not lie.recent_run or ("run", LATER) in key[1]}
        return _outcome(wanted, held(settings), int(told != lie.code) + unfinished, recovered_s)


def _ship(settings: Settings, *arguments: str) -> int:
    wanted = {"INFLUXDB_URL": settings.influxdb.url, "INFLUXDB_TOKEN": TOKEN}
    with RealCommand(settings.data, "ship", *arguments, settings=wanted) as ship:
        return ship.finish()


def _outcome(wanted: Points, found: Points, untold: int, recovered_s: float) -> Outcome:
    lost = sum(fields != found.get(key) for key, fields in wanted.items())
    doubled = len(found.keys() - wanted.keys())
    return Outcome(
        {"points": len(wanted)}, {"points": lost, "words": untold}, {"points": doubled}, recovered_s, TARGET_S
    )


def findings_dropped(server: InfluxServer) -> None:
    """The operator has mended the table."""
    server.ask("DROP MEASUREMENT findings")


def retention(server: InfluxServer) -> None:
    """The bucket keeps a month."""
    server.ask(RETENTION)


LIES = {
    "InfluxDB: 200 with a page of HTML": Lie(to_writes((200, HTML))),
    "InfluxDB: 204, and drops everything": Lie(to_writes((204, b"")), 1, ("--again", "last")),
    "InfluxDB: no answer to what it took": Lie(taken_without_an_answer),
    "InfluxDB: 502 with a page of HTML": Lie(to_writes((502, HTML))),
    "InfluxDB restored from last week": Lie(code=0, ship=("--again", "last"), after=restored_from_last_week),
    "InfluxDB keeps less than the run's age": Lie(code=0, before=retention, recent_run=True),
    "InfluxDB: another type in a field": Lie(
        code=1, ship=("--again", "refused"), before=type_conflict, after=findings_dropped
    ),
}
FAULTS: dict[str, Callable[[Path], Outcome]] = {
    name: lambda folder, lie=lie: shipped_to(lie, folder)  # type: ignore[misc]
    for name, lie in LIES.items()
}

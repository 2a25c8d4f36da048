"""A database that lies, forgets or refuses is found out: every row is taken, refused and told, or sent later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from surefoot.analysis.model import Foot, Samples
from surefoot.service.diagnostics import run_checks
from surefoot.service.exporters.drain import drain_to_influxdb
from surefoot.service.exporters.influxdb_client import InfluxClient
from surefoot.service.serialization.line_protocol import FIELD_OF_EVERY_POINT, lines
from surefoot.service.settings import Settings
from surefoot.service.store.ledger import Ledger
from surefoot.service.store.outbox import Outbox
from surefoot.service.store.schema import EXPORTED_TABLES
from tests.service.command import Outcome, surefoot
from tests.service.exported_rows import assert_influx_has_all, expected, held
from tests.service.influx_proxy import (
    HTML,
    SWALLOWED,
    Answer,
    InfluxProxy,
    Request,
    Version2,
    keeping_from,
    to_writes,
)
from tests.service.servers import TOKEN, InfluxServer
from tests.service.stored_runs import RUNNER, finding, manifest, store_samples

RUN = manifest().run_id
LATER = "20260103T030405Z-00000002"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InfluxServer]:
    with InfluxServer(tmp_path_factory.mktemp("influxdb") / "db") as running:
        yield running


@pytest.fixture
def proxy(server: InfluxServer) -> Iterator[InfluxProxy]:
    server.ask("DROP DATABASE surefoot")
    server.ask("CREATE DATABASE surefoot")
    with InfluxProxy(server.url) as running:
        yield running


@pytest.fixture
def settings(
    tmp_path: Path, proxy: InfluxProxy, samples: dict[Foot, Samples], monkeypatch: pytest.MonkeyPatch
) -> Settings:
    monkeypatch.setenv("SUREFOOT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SUREFOOT_INFLUXDB_URL", proxy.url)
    monkeypatch.setenv("SUREFOOT_INFLUXDB_TOKEN", TOKEN)
    found = Settings.model_validate({"data": tmp_path / "data", "influxdb": {"url": proxy.url, "token": TOKEN}})
    store_samples(found, samples, [finding()])
    return found


def waiting(settings: Settings) -> int:
    with Outbox(settings.store_path, "influxdb") as outbox:
        return sum(outbox.pending_count(table) for table in EXPORTED_TABLES)


def one_line(done: Outcome) -> str:
    return " ".join((done.out + done.err).split())


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((200, HTML), "200 where InfluxDB answers 204; something else answers at this address"),
        ((502, HTML), "502 "),
        ((400, HTML), "400 Bad Request"),
        ((SWALLOWED, b""), ""),
    ],
)
def test_an_answer_that_is_not_of_influxdb_takes_and_refuses_nothing(
    settings: Settings, proxy: InfluxProxy, capsys: pytest.CaptureFixture[str], answer: Answer, told: str
) -> None:
    proxy.lie = to_writes(answer)
    before = waiting(settings)
    done = surefoot(capsys, "ship")
    assert (done.code, waiting(settings)) == (2, before)
    assert f"InfluxDB does not accept it ({told}" in one_line(done)
    proxy.lie = Request.answer
    assert surefoot(capsys, "ship").out == f"InfluxDB has everything: {before} rows sent.\n"
    assert_influx_has_all(settings)


MAY = "Set influxdb.token to a token that may read and write the bucket."
CREATE = "Create the bucket, or set influxdb.bucket and influxdb.organisation to those there are."
MAP = "Create the bucket if it is missing; else let the token read it too, and map the database of its name to it"


@pytest.mark.parametrize(
    ("database", "told", "advice"),
    [
        (
            Version2(knows_token=False),
            "401 unauthorized access",
            "Set influxdb.token to a token that the database knows",
        ),
        (Version2(may_write=False), "403 insufficient permissions for write", MAY),
        (Version2(may_read=False), "database not found: surefoot", MAP),
        (Version2(is_mapped=False), "database not found: surefoot", MAP),
        (Version2(has_bucket=False), '404 bucket "surefoot" not found', "Create the bucket"),
        (Version2(has_organisation=False), '404 organization name "surefoot" not found', CREATE),
        (Version2(is_deleting=True), "422 failure writing points to database: partial write: shard 7 is pending", ""),
    ],
)
def test_a_version_2_that_takes_nothing_gets_everything_once_it_does(
    settings: Settings,
    proxy: InfluxProxy,
    capsys: pytest.CaptureFixture[str],
    database: Version2,
    told: str,
    advice: str,
) -> None:
    before, proxy.lie = waiting(settings), database
    check = next(each for each in run_checks(settings) if each.name == "InfluxDB")
    assert told in check.detail
    assert check.advice.startswith(advice)
    done = surefoot(capsys, "ship")
    assert (done.code, waiting(settings)) == (2, before)
    assert advice in one_line(done)
    proxy.lie = Version2()
    assert surefoot(capsys, "ship").out == f"InfluxDB has everything: {before} rows sent.\n"
    assert_influx_has_all(settings)


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize("page", [HTML, b"{}", b"[1]"])
def test_an_answer_to_a_question_that_is_not_of_influxdb_is_a_failure(
    proxy: InfluxProxy, capsys: pytest.CaptureFixture[str], page: bytes
) -> None:
    proxy.lie = lambda request: request.answer() if request.is_write else (200, page)
    done = surefoot(capsys, "ship", "--check")
    assert done.code == 2
    assert "something else answers at this address" in one_line(done)


def test_rows_that_are_taken_and_dropped_are_missed_and_sent_again(
    settings: Settings, proxy: InfluxProxy, capsys: pytest.CaptureFixture[str]
) -> None:
    proxy.lie = to_writes((204, b""))
    done = surefoot(capsys, "ship")
    assert done.code == 1
    assert done.out.startswith("InfluxDB does not have everything: ")
    assert f"It has of run {RUN}: 0 of " in one_line(done)
    assert f"surefoot ship --again {RUN} sends this run anew" in one_line(done)
    proxy.lie = Request.answer
    assert surefoot(capsys, "ship", "--check").code == 1
    assert surefoot(capsys, "ship").code == 0
    assert_influx_has_all(settings)


def test_a_finding_of_an_earlier_revision_is_missed_and_sent_again(
    settings: Settings, samples: dict[Foot, Samples], capsys: pytest.CaptureFixture[str]
) -> None:
    assert surefoot(capsys, "ship").code == 0
    later = manifest(LATER, datetime.now(UTC) - timedelta(days=1))
    store_samples(settings, samples, [finding(), finding(revision=2, known_s=40.0)], run=later)
    assert surefoot(capsys, "ship").code == 0
    with Outbox(settings.store_path, "influxdb") as outbox, InfluxClient(settings.influxdb) as influx:
        (early,) = outbox.rows("SELECT * FROM findings WHERE run = ? ORDER BY seq LIMIT 1", LATER)
        influx.write(list(lines("findings", early)))
    done = surefoot(capsys, "ship", "--check")
    assert done.code == 1
    assert f"It has of run {LATER}: 0 of 2 revisions of findings; surefoot ship --again {LATER}" in one_line(done)
    assert surefoot(capsys, "ship").code == 0
    assert_influx_has_all(settings)


@pytest.mark.parametrize("version", [1, 2])
def test_a_run_is_sent_anew_in_place_of_what_is_there(
    settings: Settings, proxy: InfluxProxy, capsys: pytest.CaptureFixture[str], version: int
) -> None:
    if version == 2:
        proxy.lie = Version2()
    surefoot(capsys, "ship")
    with InfluxClient(settings.influxdb) as influx:
        influx.write([f"strides,runner={RUNNER},run={RUN},foot=left,gait=run flags=0 1700000000000000000"])
    done = surefoot(capsys, "ship", "--check")
    assert done.code == 1
    assert re.search(rf"It has of run {RUN}: (\d+) of (\d+) strides", one_line(done))
    assert surefoot(capsys, "ship", "--again", "last").code == 0
    assert_influx_has_all(settings)
    unknown = surefoot(capsys, "ship", "--again", "2026")
    assert (unknown.code, "there is no run 2026" in unknown.err) == (2, True)


@pytest.mark.parametrize("version", [1, 2])
def test_a_run_that_is_older_than_the_bucket_keeps_is_told_once_and_blocks_nothing(
    settings: Settings,
    server: InfluxServer,
    proxy: InfluxProxy,
    samples: dict[Foot, Samples],
    capsys: pytest.CaptureFixture[str],
    version: int,
) -> None:
    if version == 2:
        proxy.lie = Version2()
    server.ask("CREATE RETENTION POLICY month ON surefoot DURATION 720h REPLICATION 1 DEFAULT")
    store_samples(settings, samples, run=manifest(LATER, datetime.now(UTC) - timedelta(days=1)))
    first, second = surefoot(capsys, "ship"), surefoot(capsys, "ship")
    assert (first.code, second.code) == (0, 0)
    assert f"Run {RUN} is older than the bucket keeps: up to 02 Jan 2026" in one_line(first)
    assert second.out == "InfluxDB has everything: 0 rows sent.\n"
    assert held(settings) == {key: row for key, row in expected(settings).items() if ("run", LATER) in key[1]}
    assert sum(request.is_write for request in proxy.requests) < 80


def test_of_a_run_across_the_edge_of_what_is_kept_the_newer_part_arrives(
    settings: Settings, proxy: InfluxProxy, capsys: pytest.CaptureFixture[str]
) -> None:
    edge_ns = round((manifest().created_utc.timestamp() + 30.0) * 1e9)
    proxy.lie = keeping_from(edge_ns)
    assert surefoot(capsys, "ship").code == 0
    assert surefoot(capsys, "ship").out == "InfluxDB has everything: 0 rows sent.\n"
    found, newer = held(settings), {key: row for key, row in expected(settings).items() if key[2] >= edge_ns}
    assert len(found) > 50
    assert found == newer


@pytest.mark.parametrize("version", [1, 2])
def test_a_conflict_of_types_names_field_and_table_and_the_rows_can_be_sent_again(
    settings: Settings, server: InfluxServer, proxy: InfluxProxy, capsys: pytest.CaptureFixture[str], version: int
) -> None:
    if version == 2:
        proxy.lie = Version2()
    with InfluxClient(settings.influxdb) as influx:
        influx.write(['findings,run=x confidence="high" 1767323074000000000'])
    told = "the field confidence of findings is of type string in the database, and float here"
    done, listed = surefoot(capsys, "ship"), surefoot(capsys, "ship", "--refused")
    assert done.code == 1
    assert f"InfluxDB refused 1 row of findings of run {RUN} on " in one_line(listed)
    assert told in one_line(done)
    assert told in one_line(listed)
    assert surefoot(capsys, "ship", "--check").code == 1
    with Outbox(settings.store_path, "x") as outbox:
        total = sum(outbox.pending_count(table) for table in EXPORTED_TABLES)
    assert done.out.startswith(f"InfluxDB does not have everything: {total - 1} rows sent.")
    server.ask("DROP MEASUREMENT findings")
    assert surefoot(capsys, "ship", "--again", "refused").code == 0
    assert_influx_has_all(settings)
    assert surefoot(capsys, "ship", "--refused").out == "No row was refused.\n"


def test_a_run_is_sent_again_after_an_outage_in_the_middle(settings: Settings, proxy: InfluxProxy) -> None:
    drain_to_influxdb(settings)
    with Outbox(settings.store_path, "influxdb") as outbox:
        Ledger(outbox).send_again(RUN, replaced=True)
        assert outbox.backlog(EXPORTED_TABLES).waiting == sum(
            outbox.cursor(table) > 0 and len(Ledger(outbox).rows_of(table, RUN, 0, 1_000_000))
            for table in EXPORTED_TABLES
        )
    writes = 0

    def fail_in_the_middle(request: Request) -> Answer:
        nonlocal writes
        writes += request.is_write
        return (503, b"") if request.is_write and writes == 2 else request.answer()

    proxy.lie = fail_in_the_middle
    with pytest.raises(Exception, match="503"):
        drain_to_influxdb(settings)
    assert drain_to_influxdb(settings).has_everything
    assert_influx_has_all(settings)


def test_points_are_counted_as_the_lines_that_tell_them_apart(settings: Settings, samples: dict[Foot, Samples]) -> None:
    store_samples(settings, samples, [finding(revision=0), finding(revision=1)], run=manifest(LATER))
    counted: dict[tuple[str, str], int] = {}
    with Outbox(settings.store_path, "x") as outbox:
        for table in EXPORTED_TABLES:
            rows = outbox.pending(table, 1_000_000)
            own = [line for row in rows for line in lines(table, row) if line.startswith(f"{table},")]
            assert all(f"{FIELD_OF_EVERY_POINT[table]}=" in line for line in own)
            outbox.set_cursor(table, rows[-1]["seq"] if rows else 0)
            counted |= {(run, table): n for run, n in Ledger(outbox).point_counts(table, 0).items()}
    points = {key: known for key, known in expected(settings).items() if FIELD_OF_EVERY_POINT[key[0]] in known}
    keys = {(dict(tags)["run"], table) for table, tags, _ in points}
    of = {key: sum((dict(tags)["run"], table) == key for table, tags, _ in points) for key in keys}
    assert counted == of

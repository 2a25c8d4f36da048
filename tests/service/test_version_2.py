"""A real InfluxDB 2.x takes what a 1.6 takes, and refuses in the words of the imitation that the other tests use."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from surefoot.analysis.model import Foot, Samples
from surefoot.analysis.weeks.feeling import CheckIn, Pain, Place, When
from surefoot.dashboards.viewers import Role, Viewer
from surefoot.service.exporters.influxdb_client import InfluxClient
from surefoot.service.exporters.private_influxdb import drain_to_private_bucket, private_client
from surefoot.service.people.consents import Consents
from surefoot.service.people.people import People
from surefoot.service.settings import Settings
from surefoot.service.store.schema import EXPORTED_TABLES
from tests.people.installation import ANNA, BERT
from tests.service.command import surefoot
from tests.service.exported_rows import assert_influx_has_all
from tests.service.influx_proxy import Request, Version2
from tests.service.influx_version_2 import InfluxServer2
from tests.service.servers import TOKEN, InfluxServer
from tests.service.stored_runs import finding, manifest, store_samples

OLD = "m,run=x v=1 1767323074000000000"
OLD_RUN = datetime(2026, 1, 4, 3, 4, 5, tzinfo=UTC)
WRITE = "/api/v2/write?org=surefoot&bucket=surefoot&precision=ns"
QUERY = f"/query?db=surefoot&q={quote('SELECT * FROM m')}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InfluxServer2]:
    with InfluxServer2(tmp_path_factory.mktemp("influxdb2") / "db") as running:
        yield running


def settings_of(folder: Path, server: InfluxServer2, token: str, bucket: str) -> Settings:
    database = {"url": server.url, "token": token, "bucket": bucket}
    return Settings.model_validate({"data": folder / "data", "influxdb": database})


def shipped(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[object, str]:
    wanted = settings.influxdb
    values = {"DATA": settings.data, "INFLUXDB_URL": wanted.url, "INFLUXDB_BUCKET": wanted.bucket}
    for name, value in {**values, "INFLUXDB_TOKEN": wanted.token.get_secret_value()}.items():
        monkeypatch.setenv(f"SUREFOOT_{name}", str(value))
    done = surefoot(capsys, "ship")
    return done.code, " ".join((done.out + done.err).split())


def test_a_token_for_one_bucket_is_enough_for_everything(
    server: InfluxServer2,
    tmp_path: Path,
    samples: dict[Foot, Samples],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = settings_of(tmp_path, server, server.token(("read", "write")), "surefoot")
    store_samples(settings, samples, [finding()])
    for rights, told in ((("read",), "403 insufficient permissions for write"), (("write",), "database not found")):
        denied = settings_of(tmp_path, server, server.token(rights), "surefoot")
        code, said = shipped(denied, monkeypatch, capsys)
        assert (code, told in said) == (2, True), said
    assert shipped(settings, monkeypatch, capsys)[0] == 0
    assert_influx_has_all(settings)
    assert surefoot(capsys, "ship", "--again", "last").code == 0
    assert_influx_has_all(settings)


def test_what_is_too_old_and_what_has_another_type_holds_up_nothing(
    server: InfluxServer2,
    tmp_path: Path,
    samples: dict[Foot, Samples],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    token = server.token(("read", "write"), server.bucket_that_keeps("month", 30))
    settings = settings_of(tmp_path, server, token, "month")
    yesterday = datetime.now(UTC) - timedelta(days=1)
    store_samples(settings, samples, [finding()])
    store_samples(settings, samples, [finding()], run=manifest("20260103T030405Z-00000002", yesterday))
    time_ns = round(yesterday.timestamp() * 1e9)
    path = WRITE.replace("bucket=surefoot", "bucket=month")
    assert server.answer(path, f'findings,run=x confidence="high" {time_ns}'.encode(), token)[0] == 204
    code, said = shipped(settings, monkeypatch, capsys)
    assert code == 1
    assert f"Run {manifest().run_id} is older than the bucket keeps" in said
    assert "InfluxDB refused 1 row of findings" in said
    assert "the field confidence of findings is of type string in the database, and float here" in said


def test_the_imitation_says_what_it_says(server: InfluxServer2, tmp_path: Path) -> None:
    every = server.token(("read", "write"))
    short = server.token(("read", "write"), server.bucket_that_keeps("short", 30))
    server.answer(WRITE, b'm v="x" 1', every)
    with InfluxServer(tmp_path / "influxdb1") as version_1:
        version_1.ask("CREATE RETENTION POLICY month ON surefoot DURATION 720h REPLICATION 1")
        asked = [
            (Version2(knows_token=False), WRITE, "m v=1", "x"),
            (Version2(knows_token=False), QUERY, None, "x"),
            (Version2(may_write=False), WRITE, "m v=1", server.token(("read",))),
            (Version2(may_read=False), QUERY, None, server.token(("write",))),
            (Version2(has_bucket=False), WRITE.replace("bucket=surefoot", "bucket=other"), "m v=1", every),
            (Version2(has_bucket=False), QUERY.replace("surefoot", "other"), None, every),
            (Version2(has_organisation=False), WRITE.replace("org=surefoot", "org=other"), "m v=1", every),
        ]
        for imitation, path, line, token in asked:
            body = None if line is None else line.encode()
            request = Request(f"{version_1.url}{path}", {"Authorization": f"Token {TOKEN}"}, body)
            assert said(imitation(request)) == said(server.answer(path, body, token)), path
    status, told = server.answer(WRITE.replace("bucket=surefoot", "bucket=short"), OLD.encode(), short)
    assert (status, "dropped 1 points outside retention policy of duration 720h0m0s - oldest" in told.decode()) == (
        422,
        True,
    )


def said(answer: tuple[int, bytes]) -> tuple[int, object]:
    """Status and words, without the names of what is missing."""
    return answer[0], json.loads(re.sub(rb"other|surefoot", b"x", answer[1]))


def test_a_runner_is_forgotten_as_soon_as_the_token_may_write(
    server: InfluxServer2,
    tmp_path: Path,
    samples: dict[Foot, Samples],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = settings_of(tmp_path, server, server.token(("read", "write")), "surefoot")
    for run, name in (("20260104T030405Z-0000000a", ANNA), ("20260104T030405Z-0000000b", BERT)):
        store_samples(settings, samples, [finding()], run=manifest(run, OLD_RUN, name))
    assert shipped(settings, monkeypatch, capsys)[0] == 0
    before = {name: points(settings, name) for name in (ANNA, BERT)}
    assert all(before.values())
    read_only = {"SUREFOOT_INFLUXDB_TOKEN": server.token(("read",))}
    for variables, answer in (
        (read_only, "(insufficient permissions). Set influxdb.token to a token that may read and write the bucket."),
        ({"SUREFOOT_INFLUXDB_TOKEN": "wrong"}, "(401 Unauthorized). Set influxdb.token to a token that the database"),
    ):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        done = surefoot(capsys, "forget", ANNA, "--yes")
        assert (done.code, f"InfluxDB has not deleted it yet {answer}" in done.out) == (0, True), done.out
        assert points(settings, ANNA) == before[ANNA]
    assert shipped(settings, monkeypatch, capsys)[0] == 0
    assert (points(settings, ANNA), points(settings, BERT)) == ([], before[BERT])


def test_a_bucket_for_those_who_consent_is_theirs_alone_and_emptied_when_they_take_it_back(
    server: InfluxServer2, tmp_path: Path
) -> None:
    private = server.bucket_that_keeps("private", 0)
    settings = settings_of(tmp_path, server, server.token(("read", "write"), server.bucket, private), "surefoot")
    database = settings.influxdb.model_copy(update={"private_bucket": "private"})
    settings = settings.model_copy(update={"influxdb": database})
    people = People(settings.data)
    for name in (ANNA, BERT):
        people.keep(name, CheckIn("c1", OLD_RUN, OLD_RUN.date(), When.AFTER, (Pain(Foot.LEFT, Place.SHIN, 4),)))
    consents = Consents(people.file)

    def held() -> dict[str, float]:
        drain_to_private_bucket(settings)
        with private_client(database) as influx:
            found = influx.query("SELECT score FROM pains GROUP BY runner")
        return {each.tags["runner"]: each.rows[0][1] for each in found}

    assert held() == {}
    for name in (ANNA, BERT):
        consents.give(Viewer(name, name, Role.RUNNER, name))
    assert held() == {ANNA: 4.0, BERT: 4.0}
    consents.take_back(Viewer(ANNA, ANNA, Role.RUNNER, ANNA))
    assert held() == {BERT: 4.0}


def points(settings: Settings, runner: str) -> list[str]:
    """Every point of a runner."""
    with InfluxClient(settings.influxdb) as influx:
        found = [
            influx.query(f"SELECT * FROM {each} WHERE runner = $runner", runner=runner) for each in EXPORTED_TABLES
        ]
    return [repr(row) for series in found for each in series for row in each.rows]

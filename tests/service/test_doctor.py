"""The doctor tries every connection for real and says what to do."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from surefoot.dashboards.wall.hosting import WallServer
from surefoot.service.diagnostics import Check, CheckStatus, run_checks
from surefoot.service.gateway.keys import GatewayKeys
from surefoot.service.settings import Settings
from surefoot.service.views.received_parts import ReceivedParts
from tests.dashboards.fake_source import FakeViewDataSource
from tests.service.command import surefoot
from tests.service.servers import TOKEN, Broker, InfluxServer, free_port


def test_with_servers_that_work_all_connections_are_fine(tmp_path: Path) -> None:
    with InfluxServer(tmp_path / "influxdb") as server, Broker(tmp_path / "broker") as broker:
        settings = Settings.model_validate(
            {
                "data": tmp_path / "data",
                "influxdb": {"url": server.url, "token": TOKEN},
                "mqtt": {"host": "127.0.0.1", "port": broker.port},
                "command": {"program": ["cat"]},
            }
        )
        found = {each.name: each for each in run_checks(settings)}
        denied = settings.model_copy(update={"influxdb": settings.influxdb.model_copy(update={"bucket": "other"})})
        missing = {each.name: each for each in run_checks(denied)}["InfluxDB"]
    for name in ("Python", "Disk", "Data folder", "InfluxDB", "MQTT", "Command"):
        assert found[name].status is CheckStatus.OK, found[name]
    assert "written to surefoot and read back" in found["InfluxDB"].detail
    assert found["Runners"].status is CheckStatus.UNUSED
    assert missing.status is CheckStatus.PROBLEM
    assert missing.advice.startswith("Create the bucket")


def test_it_asks_the_service_that_a_gateway_hands_its_recordings_to(tmp_path: Path) -> None:
    service = Settings(data=tmp_path / "service")
    key = GatewayKeys(service.data).add("belt")
    with WallServer(FakeViewDataSource(), parts=ReceivedParts(service)) as wall:
        url = f"http://127.0.0.1:{wall.port}"
        asked = {word: gateway_check(tmp_path, url=url, key=word) for word in (key, "wrong")}
    gone = gateway_check(tmp_path, url=url, key=key)
    assert gateway_check(tmp_path).status is CheckStatus.UNUSED
    assert (asked[key].status, asked[key].detail) == (CheckStatus.OK, f"{url} takes recordings from here")
    assert (asked["wrong"].status, asked["wrong"].detail) == (CheckStatus.PROBLEM, f"{url} refuses the key")
    assert asked["wrong"].advice.startswith("Make one with surefoot gateway key NAME")
    assert (gone.status, gone.detail) == (CheckStatus.PROBLEM, f"{url} cannot be reached (Connection refused)")


def gateway_check(tmp_path: Path, **wanted: object) -> Check:
    settings = Settings.model_validate({"data": tmp_path, "gateway": wanted})
    return next(each for each in run_checks(settings) if each.name == "Gateway")


def wall_check(tmp_path: Path, **wanted: object) -> Check:
    settings = Settings.model_validate({"data": tmp_path, "wall": wanted})
    return next(each for each in run_checks(settings) if each.name == "Wall")


def test_it_knows_whether_the_wall_can_be_shown_and_to_whom(tmp_path: Path) -> None:
    port = free_port()
    everywhere = {"host": "0.0.0.0", "port": port}
    alone = wall_check(tmp_path, port=port)
    assert (alone.status, alone.detail) == (
        CheckStatus.OK,
        f"127.0.0.1 port {port}: can be shown, to this computer alone",
    )
    open_door = wall_check(tmp_path, **everywhere)
    assert open_door.status is CheckStatus.PROBLEM
    assert "0.0.0.0 is visible to others and needs a password" in open_door.detail
    assert "SUREFOOT_WALL_PASSWORD" in open_door.advice
    guarded = wall_check(tmp_path, **everywhere, password="open sesame")
    assert guarded.detail.endswith("to others too, with an account")
    elsewhere = wall_check(tmp_path, host="192.0.2.7", port=port, password="open sesame")
    assert (elsewhere.status, "address of this computer" in elsewhere.advice) == (CheckStatus.PROBLEM, True)


def test_it_tells_a_wall_from_something_else_at_its_port(tmp_path: Path) -> None:
    with WallServer(FakeViewDataSource()) as server:
        shown = wall_check(tmp_path, port=server.port)
    assert (shown.status, shown.detail.endswith("shown there now, to this computer alone")) == (CheckStatus.OK, True)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = wall_check(tmp_path, port=other.getsockname()[1])
    assert (taken.status, taken.detail.endswith("another program uses it")) == (CheckStatus.PROBLEM, True)


def test_every_problem_has_advice_and_the_exit_code_is_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    for name, value in {
        "DATA": str(tmp_path / "file"),
        "INFLUXDB_URL": f"http://127.0.0.1:{free_port()}",
        "MQTT_HOST": "127.0.0.1",
        "MQTT_PORT": str(free_port()),
        "COMMAND_PROGRAM": "/nowhere/to/be/found",
    }.items():
        monkeypatch.setenv(f"SUREFOOT_{name}", value)
    result = surefoot(capsys, "doctor")
    assert result.code == 1
    assert result.out.count("problem") >= 4
    assert result.out.count("→") == result.out.count(" problem ")

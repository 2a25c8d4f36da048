"""The doctor tries every connection for real and says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.doctor import Verdict, examine
from service.settings import Settings
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
        found = {each.name: each for each in examine(settings)}
        denied = settings.model_copy(update={"influxdb": settings.influxdb.model_copy(update={"bucket": "other"})})
        missing = {each.name: each for each in examine(denied)}["InfluxDB"]
    for name in ("Python", "Disk", "Data folder", "InfluxDB", "MQTT", "Command"):
        assert found[name].verdict is Verdict.OK, found[name]
    assert "written to surefoot and read back" in found["InfluxDB"].told
    assert found["Runners"].verdict is Verdict.UNUSED
    assert missing.verdict is Verdict.PROBLEM
    assert missing.advice.startswith("Create the bucket")


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

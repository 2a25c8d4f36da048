"""Recordings and secrets are for their owner alone, under any umask; a hook gets no secret."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from surefoot.analysis.model import Foot, Samples
from surefoot.sensor_ingest.recording.private_files import private_opener
from surefoot.service.configuration import SETTINGS_FILE, load_configuration
from surefoot.service.exporters.exporter_thread import ExporterThread
from surefoot.service.exposure import exposures
from surefoot.service.settings import Settings
from surefoot.service.views.reporting import recorded, write_reports
from tests.service.command import surefoot
from tests.service.demo_runs import record_demo_run
from tests.service.servers import wait
from tests.service.stored_runs import finding, store_samples

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows has other rights")


@pytest.fixture
def lax_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    """Rights of everything in a folder, and of the folder."""
    return {str(each): stat.S_IMODE(each.stat().st_mode) for each in (folder, *folder.rglob("*"))}


@pytest.mark.usefixtures("lax_umask")
def test_what_is_recorded_and_stored_is_for_its_owner_alone(tmp_path: Path, samples: dict[Foot, Samples]) -> None:
    data = tmp_path / "new" / "data"
    demo = record_demo_run(data / "runs", 1.0)
    analyses = demo.finished.analysis.conclude()
    reports = {runner: recorded(each, runner, demo.run.manifest) for runner, each in analyses.items()}
    write_reports(reports, demo.run.path / "report.html")
    store_samples(Settings(data=data), samples)
    found = modes(tmp_path / "new")
    assert len(found) >= 7
    assert {mode for path, mode in found.items() if Path(path).is_dir()} == {0o700}
    assert {mode for path, mode in found.items() if Path(path).is_file()} == {0o600}


def test_a_store_that_others_could_read_is_closed_to_them(tmp_path: Path, samples: dict[Foot, Samples]) -> None:
    settings = Settings(data=tmp_path)
    store_samples(settings, samples)
    settings.store_path.chmod(0o644)
    store_samples(settings, samples)
    assert stat.S_IMODE(settings.store_path.stat().st_mode) == 0o600


def test_what_is_no_file_keeps_its_rights(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo, 0o666)
    fifo.chmod(0o666)
    os.close(private_opener(str(fifo), os.O_RDWR))
    assert stat.S_IMODE(fifo.stat().st_mode) == 0o666


def test_what_others_can_read_is_told(tmp_path: Path) -> None:
    file, token, data = tmp_path / "surefoot.toml", tmp_path / "token", tmp_path / "data"
    file.write_text('[mqtt]\npassword = "secret"\n')
    token.write_text("a long enough token")
    data.mkdir()
    environment = {SETTINGS_FILE: str(file), "SUREFOOT_DATA": str(data), "SUREFOOT_METRICS_TOKEN_FILE": str(token)}
    for path in (file, token):
        path.chmod(0o640)
    data.chmod(0o755)
    told = exposures(load_configuration(environment), environment)
    assert sorted(told) == [
        f"{data} holds recordings and can be read by others; chmod 700 {data}",
        f"{file} holds a secret and can be read by others; chmod 600 {file}",
        f"{token} holds a secret and can be read by others; chmod 600 {token}",
    ]
    for path in (file, token):
        path.chmod(0o600)
    data.chmod(0o700)
    assert exposures(load_configuration(environment), environment) == []


def test_the_doctor_tells_it_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    data.chmod(0o755)
    monkeypatch.setenv("SUREFOOT_DATA", str(data))
    outcome = surefoot(capsys, "doctor")
    assert outcome.code == 1
    assert "can be read by others" in " ".join(outcome.out.split())


def test_a_hook_gets_its_alert_and_none_of_our_settings(
    tmp_path: Path, samples: dict[Foot, Samples], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUREFOOT_MQTT_PASSWORD", "secret")
    monkeypatch.setenv("NOTIFY_SOCKET", "/run/systemd/notify")
    monkeypatch.setenv("TOPIC", "the hook's own")
    out = tmp_path / "out"
    script = f"import json, os, sys; open({str(out)!r}, 'x').write(json.dumps(dict(os.environ)))"
    command = {"program": (sys.executable, "-c", script)}
    found = Settings.model_validate({"data": tmp_path / "data", "command": command, "alerts": {"hold_s": 0}})
    with ExporterThread(found):
        store_samples(found, samples, [finding()])
        wait(lambda: out.exists() and out.read_text())
    environment = json.loads(out.read_text())
    assert environment["TOPIC"] == "the hook's own"
    assert "secret" not in environment.values()
    assert not any(name.startswith(("SUREFOOT_", "NOTIFY_")) for name in environment)

"""The examples run as people run them: files, a real broker, a real database."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from surefoot.analysis.model import Foot, Samples
from surefoot.service.exporters.exporter_thread import ExporterThread
from surefoot.service.settings import Settings
from tests.service.command import ROOT, simulated, write_samples
from tests.service.servers import TOKEN, Broker, InfluxServer, wait
from tests.service.stored_runs import RUNNER, finding, store_samples

ENVIRONMENT = {**os.environ, "MPLBACKEND": "agg"}


@pytest.fixture(scope="module")
def samples() -> dict[Foot, Samples]:
    return simulated()


@pytest.fixture(scope="module")
def files(samples: dict[Foot, Samples], tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("files")
    return [str(write_samples(folder / f"{foot}.csv", samples[foot])) for foot in Foot]


def command(name: str, *arguments: object) -> list[str]:
    return [sys.executable, str(ROOT / "examples" / f"{name}.py"), *map(str, arguments)]


def run(name: str, *arguments: object) -> str:
    done = subprocess.run(
        command(name, *arguments), capture_output=True, text=True, check=False, timeout=120, env=ENVIRONMENT
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_contact_is_plotted(files: list[str], tmp_path: Path) -> None:
    picture = tmp_path / "contact.png"
    run("plot_contact", *files, picture)
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_left_is_held_against_right(files: list[str]) -> None:
    out = run("left_against_right", *files)
    assert " s  " in out.splitlines()[0]
    assert "Ground contact" in out


def test_a_session_is_fed_live(files: list[str]) -> None:
    out = run("live_session", *files)
    assert out.count("ms on the ground") > 100
    assert {line.split()[0] for line in out.splitlines()} == {"left", "right"}


def test_alerts_are_heard_over_mqtt(samples: dict[Foot, Samples], tmp_path: Path) -> None:
    with Broker(tmp_path / "broker", ("allow_anonymous true", "log_dest stderr", "log_type all")) as broker:
        settings = Settings.model_validate(
            {"data": tmp_path / "data", "mqtt": {"host": "127.0.0.1", "port": broker.port}}
        )
        listener = subprocess.Popen(
            command("mqtt_alerts", "127.0.0.1", broker.port), stdout=subprocess.PIPE, text=True, env=ENVIRONMENT
        )
        with listener, ExporterThread(settings) as exporters:
            wait(lambda: not exporters.statuses["mqtt"].problem)
            wait(lambda: "surefoot/v1/+/alert/+" in (broker.folder / "server.log").read_text())
            store_samples(settings, samples, [finding(at_s=20.0)])
            assert listener.stdout is not None
            line = listener.stdout.readline()
            listener.terminate()
    assert RUNNER in line
    assert "The left ankle rolled outward." in line


def test_the_database_is_asked(samples: dict[Foot, Samples], tmp_path: Path) -> None:
    with InfluxServer(tmp_path / "influxdb") as server:
        settings = Settings.model_validate({"data": tmp_path / "data", "influxdb": {"url": server.url, "token": TOKEN}})
        store_samples(settings, samples)
        with ExporterThread(settings) as exporters:
            wait(lambda: not exporters.statuses["influxdb"].problem)
            wait(lambda: run("query_influxdb", server.url, settings.influxdb.bucket, TOKEN).count(" ms") == 2)

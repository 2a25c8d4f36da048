"""The service writes its log to standard error: one event a line, in UTC, and nothing secret."""

from __future__ import annotations

import json
import logging
import re
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from surefoot.service.cli.log_output import LineFormatter
from surefoot.service.problem_log import REPEAT_S, ProblemLog
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.runtime.recovery import store_recorded_run
from surefoot.service.settings import Settings
from tests.service.real_command import RealCommand
from tests.service.servers import START_S, free_port, wait

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (DEBUG|INFO|WARNING|ERROR) surefoot(\.\w+)+: \S.*")
SECRETS = {
    "INFLUXDB_TOKEN": "correct-horse-battery",
    "MQTT_PASSWORD": "staple-of-brokers",
    "WALL_PASSWORD": "open-sesame-wall",
    "METRICS_TOKEN": "scrape-with-this-token",
}


def nobody_listens() -> dict[str, object]:
    """Settings of servers that refuse every connection."""
    return {
        "INFLUXDB_URL": f"http://127.0.0.1:{free_port()}",
        "MQTT_HOST": "127.0.0.1",
        "MQTT_PORT": free_port(),
        **SECRETS,
    }


def test_a_service_says_which_server_does_not_answer(tmp_path: Path) -> None:
    with RealCommand(tmp_path, "live", "--simulated", "1", settings=nobody_listens()) as service:
        service.expect("InfluxDB: Connection refused; trying again in ")
        service.expect("MQTT: Connection refused; trying again in ")
    assert service.finish() == 0
    assert [line for line in service.lines if not LINE.fullmatch(line)] == []
    assert {line.split()[1] for line in service.lines} == {"WARNING"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
def test_a_service_whose_output_is_on_a_full_disk_goes_on_and_says_so(tmp_path: Path) -> None:
    with (
        Path("/dev/full").open("wb") as full,
        RealCommand(tmp_path, "live", "--simulated", "1", output=full) as service,
    ):
        service.expect("What is said here cannot be written (No space left on device); recording goes on.")
        wait(lambda: list(tmp_path.glob("runs/*/journal.bin")))
    assert service.finish() == 0


def test_at_debug_level_every_line_is_an_event_of_ours_without_a_secret(tmp_path: Path) -> None:
    loud = {**nobody_listens(), "LOG": "debug"}
    with RealCommand(tmp_path, "live", "--simulated", "1", settings=loud) as service:
        service.expect("DEBUG surefoot.service.exporters.influxdb: InfluxDB: Connection refused")
    assert [line for line in service.lines if not LINE.fullmatch(line)] == []
    assert [secret for secret in SECRETS.values() if secret in service.err + service.out] == []


@pytest.mark.skipif(sys.platform != "linux", reason="without the message bus there is no Bluetooth on Linux")
def test_without_bluetooth_the_service_says_so_at_once_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path / 'no-bus'}")
    (tmp_path / "surefoot.toml").write_text('[runners.anna]\nleft = "1A2B"\n')
    wanted = {"SETTINGS": tmp_path / "surefoot.toml", "LOG": "debug"}
    with RealCommand(tmp_path, "live", settings=wanted) as service:
        service.expect("Bluetooth cannot be used (the Bluetooth service is not running); start it, on Linux with: ")
        service.expect("DEBUG surefoot.service.runtime.daemon: Bluetooth cannot be used (the Bluetooth service is not")
    assert {line.split()[1] for line in service.lines[1:]} == {"DEBUG"}
    assert service.out.count("Waiting for pods.") == 1
    assert LINE.fullmatch(service.lines[0])
    assert service.lines[0].endswith("sudo systemctl start bluetooth. Trying again in 1 s.")
    assert "Recording" not in service.out


class Refusing(BaseHTTPRequestHandler):
    """A database that answers questions, takes no row, and repeats the token that it was given."""

    def do_GET(self) -> None:
        self._answer(200, b'{"results": []}')

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        message = f"no such field\nfor {self.headers['Authorization']}"
        self._answer(422, json.dumps({"message": message}).encode())

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self, code: int, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def refusing_database() -> Iterator[str]:
    """Its address while it runs."""
    with HTTPServer(("127.0.0.1", 0), Refusing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_ship_logs_which_rows_a_server_refuses_without_the_token_that_it_repeats(tmp_path: Path, demo: DemoRun) -> None:
    store_recorded_run(demo.run, Settings(data=tmp_path))
    with refusing_database() as url:
        wanted = {"INFLUXDB_URL": url, "INFLUXDB_TOKEN": SECRETS["INFLUXDB_TOKEN"]}
        with RealCommand(tmp_path, "ship", settings=wanted) as ship:
            ship.finish()
    assert LINE.fullmatch(ship.lines[0])
    assert ship.lines[0].endswith("InfluxDB refuses 1 rows of runs for good: 422 no such field for Token ********")
    assert SECRETS["INFLUXDB_TOKEN"] not in ship.err + ship.out


def test_a_stranger_cannot_fill_the_log_of_the_wall(tmp_path: Path) -> None:
    port = free_port()
    with RealCommand(tmp_path, "serve", settings={"WALL_PORT": port}) as serving:
        wait(lambda: "The wall is at" in serving.out)
        with socket.create_connection(("127.0.0.1", port), timeout=START_S) as stranger:
            stranger.sendall(b"this is no request\r\n\r\n")
            assert stranger.recv(100).startswith(b"HTTP/1.1 400 ")
    assert serving.lines == []


def formatted(message: str, *secrets: str) -> str:
    """A line of the log."""
    return LineFormatter(secrets).format(logging.LogRecord("surefoot.x", logging.ERROR, "x.py", 1, message, None, None))


def test_a_message_of_several_lines_or_with_control_characters_is_one_line() -> None:
    assert formatted("no\nERROR forged\r\x1b[31m").endswith(r" ERROR surefoot.x: no\nERROR forged\r\x1b[31m")


def test_a_traceback_stays_in_its_line(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError("a bug")
    except ValueError:
        logging.getLogger("surefoot.x").exception("beginning anew")
    line = LineFormatter().format(caplog.records[0])
    assert "beginning anew\\nTraceback" in line
    assert line.endswith("ValueError: a bug")
    assert "\n" not in line


def test_a_secret_is_masked_wherever_it_appears() -> None:
    line = formatted("GET http://x/?p=secret-word&q=secret-word-too", "secret-word", "secret-word-too")
    assert line.endswith("GET http://x/?p=********&q=********")


def test_a_short_secret_does_not_make_holes_into_words() -> None:
    assert formatted("the index", "x").endswith("the index")


def test_a_lasting_problem_is_logged_when_it_begins_changes_and_hourly_and_its_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = iter((0.0, 1.0, 2.0, REPEAT_S, REPEAT_S + 2.0, REPEAT_S + 3.0))
    problems = ProblemLog(logging.getLogger("surefoot.x"), logging.WARNING, lambda: next(clock))
    caplog.set_level(logging.WARNING)
    problems.resolve("It works.")
    for reason in ("down", "down", "full", "full", "full"):
        problems.report(f"Database: {reason}", ".")
    problems.resolve("It works again.")
    problems.resolve("It works again.")
    problems.report("Database: full", ".")
    assert caplog.messages == [
        "Database: down.", "Database: full.", "Database: full.", "It works again.", "Database: full."
    ]  # fmt: skip

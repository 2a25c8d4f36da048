"""A program of the user's gets every alert as JSON, and can neither hold up nor break anything."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import time
from pathlib import Path

import pytest

from surefoot.analysis.findings import Kind, Severity
from surefoot.analysis.model import Foot, Samples
from surefoot.service.exporters.exporter_thread import ExporterThread
from surefoot.service.serialization.alert_messages import POST_RUN
from surefoot.service.settings import Settings
from surefoot.service.store.writing import StoreWriter
from tests.service.servers import wait
from tests.service.stored_runs import finding, store_samples

APPEND = "import sys; open({path!r}, 'a').write(sys.stdin.read() + '\\n')"


def settings(folder: Path, *program: str, timeout_s: float = 60.0, **alerts: object) -> Settings:
    command = {"program": program, "timeout_s": timeout_s}
    return Settings.model_validate({"data": folder, "command": command, "alerts": {"hold_s": 0, **alerts}})


def test_it_gets_each_alert_once(tmp_path: Path, samples: dict[Foot, Samples]) -> None:
    out = tmp_path / "out"
    found = settings(tmp_path, sys.executable, "-c", APPEND.format(path=str(out)))
    for _ in range(2):
        with ExporterThread(found):
            store_samples(found, samples, [finding(), finding(Kind.OFFLOADING, 20.0, Severity.WARNING)])
            wait(lambda: out.exists() and len(out.read_text().splitlines()) == 5)
    alerts = [json.loads(line) for line in out.read_text().splitlines()]
    assert [alert["event"] for alert in alerts] == ["raised", "raised", "cleared", "cleared", "raised"]
    assert len({alert["id"] for alert in alerts}) == 5


def test_in_quiet_hours_it_is_left_alone(tmp_path: Path, samples: dict[Foot, Samples]) -> None:
    out = tmp_path / "out"
    found = settings(tmp_path, sys.executable, "-c", APPEND.format(path=str(out)), quiet_hours="00:00-23:59:59")
    with ExporterThread(found):
        store_samples(found, samples, [finding()])
    alerts = [json.loads(line) for line in out.read_text().splitlines()] if out.exists() else []
    assert {alert["kind"] for alert in alerts} <= {"post_run"}


def test_of_a_run_that_was_brought_in_late_it_gets_the_alert_after_the_run(tmp_path: Path) -> None:
    out = tmp_path / "out"
    found = settings(tmp_path, sys.executable, "-c", APPEND.format(path=str(out)))
    hour_ago_ns = time.time_ns() - 3_600_000_000_000
    with StoreWriter(found.store_path) as writer, writer.transaction():
        for kind in ("inversion_event", POST_RUN):
            body = {"id": kind, "event": "raised", "kind": kind, "severity": "notice", "quiet": False}
            writer.add_alert("run", "anna", hour_ago_ns, kind, body, None)
    with ExporterThread(found):
        wait(lambda: out.exists() and out.read_text().endswith("\n"))
    (alert,) = [json.loads(line) for line in out.read_text().splitlines()]
    assert (alert["id"], alert["late"]) == (POST_RUN, True)


@pytest.mark.parametrize(
    ("program", "timeout_s", "told"),
    [
        (("/nowhere/to/be/found",), 60.0, "cannot be run"),
        ((sys.executable, "-c", "import time; time.sleep(600)"), 0.5, "was not done after 0.5 s"),
        ((sys.executable, "-c", "import sys; sys.exit(3)"), 60.0, "ended with code 3"),
    ],
)
def test_a_program_that_fails_is_written_down(
    tmp_path: Path, samples: dict[Foot, Samples], program: tuple[str, ...], timeout_s: float, told: str
) -> None:
    found = settings(tmp_path, *program, timeout_s=timeout_s)
    with ExporterThread(found) as exporters:
        store_samples(found, samples, [finding()])
        wait(lambda: told in exporters.statuses["command"].problem)
    connection = sqlite3.connect(found.store_path)
    letters = connection.execute("SELECT reason FROM dead_letters WHERE sink = 'command'").fetchall()
    connection.close()
    assert letters
    assert all(told in reason for (reason,) in letters)


def test_a_program_that_is_at_it_at_the_end_is_ended_too(tmp_path: Path, samples: dict[Foot, Samples]) -> None:
    pid = tmp_path / "pid"
    script = f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    found = settings(tmp_path, sys.executable, "-c", script)
    with ExporterThread(found):
        store_samples(found, samples, [finding()])
        wait(lambda: pid.exists() and pid.read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


def test_a_store_that_breaks_is_no_traceback_at_the_end(tmp_path: Path) -> None:
    found = settings(tmp_path, "true")
    with ExporterThread(found) as exporters:
        exporters.statuses["command"].mark_up()
        found.store_path.with_name(f"{found.store_path.name}-wal").unlink(missing_ok=True)
        found.store_path.write_bytes(b"this is no database" * 1000)

"""systemd is told when the service is ready, that it lives, and that it ends; its unit is valid and tight."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from surefoot.service.cli.exit_codes import BAD_INPUT
from tests.service.command import ROOT
from tests.service.real_command import RealCommand
from tests.service.servers import wait

UNIT = ROOT / "service/systemd/surefoot.service"
UNITS = (UNIT, UNIT.with_name("surefoot-gateway.service"))
MAX_EXPOSURE = 2.5
"""systemd's own measure, 0 to 10; up to 2.5 it says "OK"."""


def test_systemd_is_told_that_the_service_is_ready_alive_and_ending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[bytes] = []

    def listen() -> None:
        while heard[-1:] != [b"STOPPING=1"]:
            heard.append(manager.recv(100))

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(120.0)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "200000")
        listening = threading.Thread(target=listen)
        listening.start()
        with RealCommand(tmp_path / "data", "live", "--simulated", "1") as service:
            wait(lambda: len(heard) > 3 and "Recording run" in service.out)
        listening.join()
    assert heard[0] == b"READY=1"
    assert set(heard[1:-1]) == {b"WATCHDOG=1"}


def test_a_manager_that_does_not_listen_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    with RealCommand(tmp_path / "data", "live", "--simulated", "1") as service:
        wait(lambda: "Recording run" in service.out)
    assert "Traceback" not in service.err


def test_the_unit_is_valid_and_says_what_the_command_does() -> None:
    text = UNIT.read_text(encoding="utf-8")
    assert "Type=notify" in text
    assert f"RestartPreventExitStatus={BAD_INPUT}" in text
    command = re.search(r"^ExecStart=\S+/surefoot (\S+)$", text, re.MULTILINE)
    assert command is not None
    assert command[1] == "live"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
@pytest.mark.parametrize("ours", UNITS, ids=lambda unit: unit.stem)
def test_systemd_finds_nothing_wrong_with_the_unit_and_calls_it_tight(ours: Path, tmp_path: Path) -> None:
    unit = tmp_path / ours.name
    unit.write_text(re.sub(r"^(ExecStart=)\S+", r"\1/bin/true", ours.read_text(encoding="utf-8"), flags=re.MULTILINE))
    checked = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert ours.name not in checked.stderr.replace(str(tmp_path), "").replace("User", ""), checked.stderr
    measured = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", unit], capture_output=True, text=True, check=True
    )
    exposure = re.search(r"exposure level for \S+: ([0-9.]+)", measured.stdout)
    assert exposure is not None
    assert float(exposure[1]) <= MAX_EXPOSURE

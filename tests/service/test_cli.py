"""Help and version are there at once."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from surefoot.__main__ import main
from surefoot.service import VERSION
from tests.service.command import ROOT, surefoot


def test_the_version_is_that_of_the_project(capsys: pytest.CaptureFixture[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert surefoot(capsys, "--version").out == f"surefoot {project['version']}\n"
    assert project["version"] == VERSION
    images = re.findall(r"image: surefoot:(\S+)", (ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    assert set(images) == {VERSION}


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)])
def test_help_has_one_line_for_every_command(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    result = surefoot(capsys, *arguments)
    assert result.code == 0
    for line in (
        "Measure a recorded run, or files: summary, JSON and report.",
        "Record and measure a run, live from the pods.",
        "Watch a simulated run, without any hardware.",
        "Show the pods in range, and other sensors",
        "List the recorded runs.",
        "Analyse a recorded run once more.",
        "Write a recorded run for other tools.",
        "Be a simulated runner's pods, on Bluetooth dongles",
        "─ Record and look ─",
        "─ Over weeks ─",
    ):
        assert line in result.out


@pytest.mark.parametrize("command", ["analyze", "replay", "scan", "run", "demo", "runs", "export", "pods"])
def test_every_command_has_an_example(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert f"Example: surefoot {command} " in surefoot(capsys, command, "--help").out


def test_help_is_broken_into_lines_by_the_terminal_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    text = surefoot(capsys, "demo", "--help").out
    assert "The left foot stays longer" in " ".join(text.split())
    assert not any(len(line.rstrip()) < 60 for line in text.splitlines() if "The left foot" in line)
    assert "range>" not in text


@pytest.mark.parametrize(("group", "line"), [("dashboards", "Say whether the boards are"), ("accounts", "List the")])
def test_a_group_of_commands_alone_is_explained(capsys: pytest.CaptureFixture[str], group: str, line: str) -> None:
    result = surefoot(capsys, group)
    assert (result.code, result.err) == (0, "")
    assert line in result.out


def test_where_nobody_has_an_account_it_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    said = "There are no accounts yet; surefoot accounts add makes one.\n"
    assert surefoot(capsys, "accounts", "list").out == said


def test_ctrl_c_is_quiet_while_the_command_line_itself_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted:
        @staticmethod
        def find_spec(name: str, *_: object) -> None:
            if name == "surefoot.service.cli.main":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "surefoot.service.cli.main")
    monkeypatch.setattr(sys, "meta_path", [Interrupted, *sys.meta_path])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 130


def test_help_imports_nothing_that_computes() -> None:
    script = (
        "import sys\n"
        "from surefoot.service.cli.main import main\n"
        "try:\n    main(['--help'])\n"
        "except SystemExit:\n"
        "    ours = {f'surefoot.{name}' for name in ('analysis', 'sensor_ingest', 'firmware_sim')}\n"
        "    packages = {'numpy', 'scipy', *ours}\n"
        "    heavy = packages & set(sys.modules)\n"
        "    print('heavy:', *heavy)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stdout.splitlines()[-1] == "heavy:"


def test_what_cannot_be_counted_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SUREFOOT_DATA", str(tmp_path))
    monkeypatch.setenv("SUREFOOT_MQTT_HOST", "127.0.0.1")
    refused = surefoot(capsys, "ship", "--check")
    assert (refused.code, refused.out) == (2, "")
    assert "only the rows of InfluxDB can be counted, and influxdb.url is not set" in refused.err

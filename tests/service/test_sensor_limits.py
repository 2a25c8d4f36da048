"""What sensors of other makers cannot do is said by the commands that record them, before they begin."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from surefoot.sensor_ingest.devices import limits
from surefoot.sensor_ingest.devices.known import POLAR
from surefoot.service.runtime import daemon
from tests.service.command import surefoot

FOUR = """
[runners.anna]
left = "polar-0A1B2C3D"
right = "polar-0A1B2C4E"

[runners.ben]
left = "polar-0A1B2C5F"
right = "polar-0A1B2C60"
"""
TOO_SLOW = "52 readings a second give cadence and trends only"


@pytest.fixture
def slow_sensors(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sensors are of a kind that is too slow for contact times."""
    slow = replace(POLAR, abilities=replace(POLAR.abilities, rate_hz=52.0))
    monkeypatch.setattr(limits, "device_of_serial", lambda _: slow)


@pytest.fixture
def four(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Settings of two runners, and a service that does not begin."""

    async def begin_nothing(*_: object) -> None:
        print("begun")

    monkeypatch.setattr(daemon, "run_daemon", begin_nothing)
    (tmp_path / "surefoot.toml").write_text(f'data = "{tmp_path}"\n[metrics]\nport = 0\n{FOUR}')
    monkeypatch.setenv("SUREFOOT_SETTINGS", str(tmp_path / "surefoot.toml"))


@pytest.mark.usefixtures("slow_sensors")
def test_run_says_that_slow_sensors_give_trends_only_and_what_the_link_loses_is_lost(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path / 'no-bus'}")
    sides = ("--left", "polar-0A1B2C3D", "--right", "polar-0A1B2C4E")
    said = " ".join(surefoot(capsys, "run", *sides, "--folder", tmp_path / "runs").out.split())
    assert said.startswith(f"Polar Verity Sense: {TOO_SLOW}; what it measures while the link is lost stays lost; ")
    assert "at once" not in said


@pytest.mark.usefixtures("four")
def test_live_says_that_four_lose_data_before_it_begins(capsys: pytest.CaptureFixture[str]) -> None:
    told, begun = surefoot(capsys, "live").out.split("begun")
    assert "4 at once lose data, 2 do not.\n" in told
    assert begun == "\n"


@pytest.mark.usefixtures("four", "slow_sensors")
def test_live_says_that_slow_sensors_give_trends_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert TOO_SLOW in surefoot(capsys, "live").out.split("begun")[0]

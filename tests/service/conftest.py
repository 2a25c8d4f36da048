"""Recordings made once for all tests of the command line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from surefoot.analysis.model import Foot, Samples
from surefoot.service.runtime.demo import DemoRun
from tests.service.command import simulated, write_samples
from tests.service.demo_runs import record_demo_run


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """No wish for colour or width from outside reaches a test."""
    for name in ("FORCE_COLOR", "COLUMNS", "TTY_COMPATIBLE", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test reads the settings of whoever runs it, or writes into that person's folder."""
    for name in [name for name in os.environ if name.startswith("SUREFOOT_")]:
        monkeypatch.delenv(name)
    own = tmp_path_factory.mktemp("own")
    monkeypatch.setenv("SUREFOOT_DATA", str(own / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(own / "config"))


@pytest.fixture(scope="session")
def samples() -> dict[Foot, Samples]:
    """A stand, a walk and a run."""
    return simulated()


@pytest.fixture(scope="session")
def left(samples: dict[Foot, Samples], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_samples(tmp_path_factory.mktemp("run") / "left.csv", samples[Foot.LEFT])


@pytest.fixture(scope="session")
def right(samples: dict[Foot, Samples], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_samples(tmp_path_factory.mktemp("run") / "right.csv", samples[Foot.RIGHT])


@pytest.fixture(scope="session")
def rolled(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    """A run with ankle rolls."""
    return record_demo_run(tmp_path_factory.mktemp("rolled"), 1.5, name="ankle-roll")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    """Two minutes of the demo."""
    return record_demo_run(tmp_path_factory.mktemp("runs"), 2.0)


@pytest.fixture(scope="session")
def watched(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    """Five minutes of the demo: long enough to be compared with a watch."""
    return record_demo_run(tmp_path_factory.mktemp("watched"), 5.0)

"""A runner gets everything of their own, readable, and nothing of anybody else."""

from __future__ import annotations

import csv
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from surefoot.analysis.model import Foot, Samples
from surefoot.dashboards.viewers import Role
from surefoot.dashboards.wall.access import Password
from surefoot.sensor_ingest.recording.entries import PacketEntry
from surefoot.sensor_ingest.recording.journal import JournalReader
from surefoot.sensor_ingest.recording.run_folder import list_runs
from surefoot.service.people.accounts import StoredAccounts
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.settings import Settings
from tests.people.installation import ANNA, BERT, TYPED, furnish, holding
from tests.service.demo_runs import record_demo_run
from tests.service.real_command import RealCommand

WORD = "correct horse"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, samples: dict[Foot, Samples], demo: DemoRun) -> Settings:
    """Two runners who have everything, also a run together and accounts."""
    together = record_demo_run(tmp_path_factory.mktemp("two"), 1.0, runners=2)
    found = furnish(Settings(data=tmp_path_factory.mktemp("made") / "data"), samples, demo.run, together.run)
    accounts = StoredAccounts(found.data, Password("open sesame"))
    for name in (ANNA, BERT):
        accounts.add(f"{name}@home", Role.RUNNER, WORD, name)
    for run in list_runs(found.runs_folder):
        for name in run.manifest.runners:
            (run.path / f"report-{name}.html").write_text(f"the report of {name}")
    return found


@pytest.fixture(scope="module")
def taken(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command wrote."""
    folder = tmp_path_factory.mktemp("out") / "anna"
    with RealCommand(settings.data, "takeout", ANNA, "--to", str(folder)) as command:
        assert command.finish() == 0, command.err
    assert f"{folder} has everything of {ANNA}: " in command.out
    return folder


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_every_row_and_every_entry_is_there_and_nothing_of_the_other(settings: Settings, taken: Path) -> None:
    with closing(sqlite3.connect(settings.store_path)) as store:
        for name in ("runs", "strides", "windows", "findings", "alerts", "summaries", "watch_runs", "pod_health"):
            (count,) = store.execute(f"SELECT count(*) FROM {name} WHERE runner = ?", (ANNA,)).fetchone()
            assert len(table(taken / "results" / f"{name}.csv")) == count > 0
    typed = {path.stem: json.loads(path.read_text()) for path in (taken / "typed").iterdir()}
    of_legs = {"leg_tests", "exercise", "exercise_done", "measured_legs"}
    assert set(typed) == {"shoe", "injury", "labels", "account", "plan", *of_legs}
    assert typed["injury"][0]["fields"]["note"] == TYPED
    assert typed["plan"][0]["fields"]["plan"]["by"] == TYPED
    assert (typed["exercise"][0]["fields"]["text"], typed["exercise_done"][0]["fields"]["did"]) == (TYPED, "partly")
    assert "argon2" not in (taken / "typed" / "account.json").read_text()
    assert holding(taken, BERT) == []
    assert all(path.name in (taken / "README.txt").read_text() for path in taken.iterdir() if path.is_dir())


def test_every_reading_is_there_also_of_a_run_of_two(settings: Settings, taken: Path) -> None:
    (run,) = [each for each in list_runs(settings.runs_folder) if len(each.manifest.runners) == 2]
    own = [number for number, pod in enumerate(run.manifest.pods) if pod.runner == ANNA]
    heard = sum(isinstance(each, PacketEntry) and each.pod in own for each in JournalReader(run.journal_path))
    paths = sorted((taken / "recordings").glob(f"{run.manifest.run_id}-*"))
    assert [path.stem.rpartition("-")[2] for path in paths] == ["left", "right"]
    readings = sum(len(np.loadtxt(path, delimiter=",", skiprows=1)) for path in paths)
    assert readings > 10 * heard > 0
    reports = sorted(path.name for path in (taken / "files").iterdir())
    assert len(reports) == 2
    assert all(name.endswith(f"report-{ANNA}.html") for name in reports)


def test_nothing_is_overwritten(settings: Settings, taken: Path) -> None:
    with RealCommand(settings.data, "takeout", ANNA, "--to", str(taken)) as command:
        assert command.finish() == 2
    assert "README.txt cannot be written (File exists)" in command.err

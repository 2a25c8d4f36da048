"""A run that was cut off and whose recording is damaged is stored to its end, with nothing doubled."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from surefoot.analysis.model import Foot
from surefoot.analysis.session import Results
from surefoot.sensor_ingest.recording.replay import replay
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.service.pipeline.runner_analysis import RunAnalysis
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.runtime.recovery import store_recorded_run
from surefoot.service.runtime.result_recorder import ResultRecorder
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader
from tests.sensor_ingest.damage import Damaged, bit_flipped, page_gone, page_overwritten
from tests.service.command import surefoot
from tests.service.demo_runs import assert_same

RUNNER = "runner-1"
CRASH_S = 75.0
"""Nothing of the recording after that had been stored."""
SAME_S = 0.1


def cut_off(
    demo: DemoRun, settings: Settings, damage: Callable[[bytes, random.Random], Damaged], seed: int
) -> tuple[RunFolder, Damaged]:
    """A copy of the run, stored until the crash, then damaged before it; the damage to its journal."""
    settings.runs_folder.mkdir(parents=True)
    folder = Path(shutil.copytree(demo.run.path, settings.runs_folder / demo.run.path.name))
    run = RunFolder(folder, replace(demo.run.manifest, ended=False))
    with ResultRecorder(settings.store_path, run.manifest, settings) as recorder:
        analysis = RunAnalysis(run.manifest.pods, sink=recorder.record)
        for item in replay(run):
            if item.watermark_s < CRASH_S:
                analysis.push(item)
    whole = run.journal_path.read_bytes()
    earlier = len(whole) // 2
    done = damage(whole[:earlier], random.Random(seed))
    run.journal_path.write_bytes(done.data + whole[earlier:])
    return run, done


def stored(settings: Settings, run: RunFolder) -> Results:
    with StoreReader(settings.store_path) as reader:
        return reader.results(run.manifest.run_id, RUNNER)


def strides_in(settings: Settings) -> set[tuple[object, ...]]:
    with sqlite3.connect(settings.store_path) as connection:
        found = set(connection.execute("SELECT seq, foot, initial_contact_s, metrics FROM strides").fetchall())
    connection.close()
    return found


@pytest.mark.parametrize("damage", [bit_flipped, page_overwritten, page_gone], ids=lambda each: each.__name__)
def test_a_damaged_recording_is_stored_to_its_end_with_nothing_doubled(
    demo: DemoRun, tmp_path: Path, damage: Callable[[bytes, random.Random], Damaged], caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(data=tmp_path)
    run, _ = cut_off(demo, settings, damage, seed=1)
    before = strides_in(settings)
    store_recorded_run(run, settings)
    assert before < strides_in(settings)
    results = stored(settings, run)
    for foot in Foot:
        contacts_s = results.strides[foot].initial_contact_s
        wanted_s = demo.finished.analysis.runners[RUNNER].results.strides[foot].initial_contact_s
        assert (np.diff(contacts_s) > SAME_S).all()
        missing = [at_s for at_s in wanted_s if np.abs(contacts_s - at_s).min() > SAME_S]
        assert missing == []
    with StoreReader(settings.store_path) as reader:
        alerts = [json.dumps(alert["id"]) for alert in reader.alerts(run.manifest.run_id, RUNNER)]
    assert len(alerts) == len(set(alerts))
    assert "cannot be read" in caplog.text


def test_a_recording_without_a_manifest_is_adopted_and_stored(
    demo: DemoRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(data=tmp_path)
    settings.runs_folder.mkdir(parents=True)
    folder = Path(shutil.copytree(demo.run.path, settings.runs_folder / demo.run.path.name))
    for manifest in folder.glob("manifest*"):
        manifest.unlink()
    monkeypatch.setenv("SUREFOOT_DATA", str(tmp_path))
    result = surefoot(capsys, "ship", "--backfill")
    assert result.code == 0
    assert f"{folder}: had no manifest; it has a new one, by its journal: " in result.err
    assert result.out == "1 recorded runs were missing in the store.\n"
    assert_same(stored(settings, demo.run), demo.finished.analysis.runners[RUNNER].results)

"""All runs are analysed again on all processors, and what is interrupted goes on."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from surefoot.service.runtime.demo import DemoRun
from surefoot.service.runtime.reanalysing import JOURNAL
from surefoot.service.settings import Settings
from tests.service.real_command import RealCommand
from tests.service.servers import wait
from tests.service.stored_runs import stored

NAMES = [f"2026010{day}T000000Z-00000000" for day in range(1, 5)]


@pytest.fixture
def settings(tmp_path: Path, rolled: DemoRun) -> Settings:
    """Four runs, of which two were measured otherwise by an earlier version."""
    found = Settings(data=tmp_path / "data")
    for name in NAMES:
        stored(found, rolled.run, run_id=name)
    with closing(sqlite3.connect(found.store_path)) as store, store:
        for name, cadence in ((NAMES[0], 150.0), (NAMES[3], 100.0)):
            change = "UPDATE summaries SET body = json_set(body, '$.numbers.cadence_spm', ?) WHERE run = ?"
            store.execute(change, (cadence, name))
    return found


def table(out: str) -> list[str]:
    """What moved, without how long it took."""
    lines = out.splitlines()
    return lines[next(k for k, line in enumerate(lines) if " analysed again" in line) + 1 :]


def test_a_killed_reanalysis_goes_on_and_tells_the_same(settings: Settings, tmp_path: Path) -> None:
    shutil.copytree(settings.data, tmp_path / "other")
    with RealCommand(tmp_path / "other", "reanalyze", "--all") as command:
        assert command.finish() == 0
    whole = command.out
    with RealCommand(settings.data, "reanalyze", "--all") as command:
        wait(lambda: NAMES[0] in command.out)
        command.kill()
    assert (settings.data / JOURNAL).exists()
    with RealCommand(settings.data, "reanalyze", "--all") as command:
        assert command.finish() == 0
    assert "before it was interrupted" in command.out
    assert NAMES[0] not in "".join(line for line in command.out.splitlines() if "strides (were" in line)
    assert table(command.out) == table(whole)
    _, cadence = table(whole)
    assert cadence.split()[:2] == ["cadence_spm", "2"]
    assert cadence.endswith(NAMES[3])
    assert not (settings.data / JOURNAL).exists()

"""Two hundred runs analysed again by the command: on all processors, and the same after it was killed."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

from surefoot.sensor_ingest.recording.run_folder import open_run
from surefoot.service.settings import Settings
from tests.accuracy.report import Finding
from tests.service.demo_runs import record_demo_run
from tests.service.real_command import RealCommand
from tests.service.servers import wait

RECORDINGS, COPIES, MINUTES = 40, 5, 2.0
MAX_SHARE, MAX_S = 0.6, 1800.0
TOOK = re.compile(r"runs analysed again.*: ([\d.]+) s, ([\d.]+) s of computing")


def findings() -> Iterator[Finding]:
    """How long it takes, and whether a kill is seen."""
    with tempfile.TemporaryDirectory() as folder:
        whole, killed = Path(folder) / "whole", Path(folder) / "killed"
        record(whole)
        command(whole)
        _measured_otherwise(whole)
        shutil.copytree(whole, killed)
        load = os.getloadavg()[0]
        out = command(whole)
        again = killed_and_resumed(killed)
    data = f"{RECORDINGS * COPIES} runs, {RECORDINGS} recordings"
    wall_s, cpu_s = map(float, TOOK.findall(out)[0])
    what = f"wall against computing, {os.cpu_count()} processors at a load of {load:.0f}"
    yield Finding(data, what, f"{wall_s:.1f} of {cpu_s:.1f} s", f"≤ {MAX_SHARE:g}", wall_s <= MAX_SHARE * cpu_s)
    same = _table(out) == _table(again) and "before it was interrupted" in again
    moved = len(_table(out)) - 1
    yield Finding(
        data,
        "killed and resumed: the table of what moved",
        f"{moved} rows, {'the same' if same else 'another'}",
        "the same",
        same and moved > 0,
    )


def record(data: Path, recordings: int = RECORDINGS, copies: int = COPIES) -> None:
    """Simulated runs in a data folder, each several times under another name."""
    runs = Settings(data=data).runs_folder
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as processes,
    ):
        for number, path in enumerate(processes.map(_recorded, [Path(folder)] * recordings, range(recordings))):
            for copy in range(copies):
                name = f"202601{copy + 1:02d}T{number // 60:02d}{number % 60:02d}00Z-{number:08d}"
                shutil.copytree(path, runs / name)
                run = open_run(runs / name)
                replace(run, manifest=replace(run.manifest, run_id=name)).reassign(run.manifest.pods)


def _recorded(folder: Path, seed: int) -> Path:
    parent = folder / str(seed)
    parent.mkdir()
    return record_demo_run(parent, MINUTES, seed=seed).run.path


def command(data: Path) -> str:
    """Everything once more; what it printed."""
    with RealCommand(data, "reanalyze", "--all") as whole:
        assert whole.finish(MAX_S) == 0
    return whole.out


def killed_and_resumed(data: Path) -> str:
    """The same, killed after a third of the runs."""
    with RealCommand(data, "reanalyze", "--all") as first:
        wait(lambda: first.out.count("strides (were") > RECORDINGS * COPIES // 3, MAX_S)
        first.kill()
    return command(data)


def _measured_otherwise(data: Path) -> None:
    """As an earlier version would have measured."""
    with closing(sqlite3.connect(Settings(data=data).store_path)) as store, store:
        change = "json_set(body, '$.numbers.cadence_spm', json_extract(body, '$.numbers.cadence_spm') + 2)"
        store.execute(f"UPDATE summaries SET body = {change} WHERE run LIKE '20260101%'")


def _table(out: str) -> list[str]:
    lines = out.splitlines()
    return lines[next(k for k, line in enumerate(lines) if TOOK.search(line)) + 1 :]

"""Analyse all recorded runs again, on all processors; what is interrupted goes on where it stopped."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing import connection
from pathlib import Path
from typing import Any

from surefoot.sensor_ingest.recording.errors import RunError
from surefoot.sensor_ingest.recording.private_files import make_private_folder, replace_private_bytes
from surefoot.sensor_ingest.recording.run_folder import RunFolder, list_runs, open_run
from surefoot.service import VERSION
from surefoot.service.runtime.replacement import replace_results
from surefoot.service.settings import Settings
from surefoot.service.store.checked_lines import append_line, read_lines, text_of
from surefoot.service.store.reading import StoreReader

JOURNAL = "reanalysis.log"
BEFORE, BEGUN, DONE = "before", "begun", "done"
Numbers = Mapping[str, float | None]
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""A processor is busy with a run of its own."""


@dataclass(frozen=True, slots=True)
class AgainRun:
    """One runner's run before and after; numbers of its summary, of strides and of findings.

    Parameters
    ----------
    problem : why it was left out; empty where it was not.
    """

    run: str
    runner: str
    before: Numbers
    now: Numbers
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Reanalysis:
    """All runs, in the order of their names and runners.

    Parameters
    ----------
    wall_s : since it was begun or went on.
    cpu_s : processor time of all runs together, those from before an interruption included.
    went_on : runs that were done before an interruption.
    """

    runs: Sequence[AgainRun]
    wall_s: float
    cpu_s: float
    went_on: int


def reanalyse_all(
    settings: Settings,
    folder: Path,
    *,
    processes: int | None = None,
    anew: bool = False,
    on_run: Callable[[AgainRun], None] = lambda _: None,
) -> Reanalysis:
    """Replace the results of every run in a folder that has ended.

    Parameters
    ----------
    processes : as many as there are processors by default.
    anew : begin with the first run, also where the same version was interrupted.
    on_run : called with each run as it is done.

    Raises
    ------
    RunMissingError, OSError, StoreError
        if the folder, the journal or the store cannot be used; what was done until then is kept.
    """
    began_s = time.monotonic()
    journal = _Journal(settings.data / JOURNAL, folder)
    before = None if anew else journal.interrupted()
    if before is None:
        before = journal.begin(_known(settings, _ended(folder)))
    done = journal.done()
    went_on = len(done)
    todo = [folder / run for run in before if run not in done]
    for run, fields in _replaced(todo, settings, processes or os.cpu_count() or 1):
        journal.add_done(run, fields)
        done[run] = fields
        for each in _rows(run, before[run], fields):
            on_run(each)
    journal.end()
    rows = [each for run in sorted(before) for each in _rows(run, before[run], done[run])]
    return Reanalysis(rows, time.monotonic() - began_s, sum(each["cpu_s"] for each in done.values()), went_on)


class _Journal:
    """What is under way: numbers from before, durable before the first run is replaced, and what has been done."""

    def __init__(self, path: Path, folder: Path) -> None:
        self._path = path
        self._begun = {"version": VERSION, "folder": str(folder.resolve())}

    def interrupted(self) -> dict[str, Any] | None:
        """What these runs were before a reanalysis by this version that was interrupted; None without one."""
        lines = list(read_lines(self._path))
        if (BEGUN, self._begun) not in lines:
            return None
        return {fields["run"]: fields["runners"] for kind, fields in lines if kind == BEFORE}

    def begin(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """Begin anew."""
        make_private_folder(self._path.parent)
        lines = [(BEFORE, {"run": run, "runners": runners}) for run, runners in before.items()]
        replace_private_bytes(self._path, text_of([(BEGUN, self._begun), *lines]))
        return dict(before)

    def done(self) -> dict[str, Mapping[str, Any]]:
        """Run → what became of it."""
        return {fields["run"]: fields for kind, fields in read_lines(self._path) if kind == DONE}

    def add_done(self, run: str, fields: Mapping[str, Any]) -> None:
        """A run has been replaced, or left out."""
        append_line(self._path, DONE, {"run": run, **fields})

    def end(self) -> None:
        """Nothing is under way any more."""
        self._path.unlink()


def _ended(folder: Path) -> list[RunFolder]:
    return [run for run in list_runs(folder) if run.manifest.ended]


def _known(settings: Settings, runs: Sequence[RunFolder]) -> dict[str, dict[str, Numbers]]:
    """Run → runner → numbers that are stored."""
    with StoreReader(settings.store_path) as reader:
        return {run.manifest.run_id: _stored(reader, run) for run in runs}


def _stored(reader: StoreReader, run: RunFolder) -> dict[str, Numbers]:
    found: dict[str, Numbers] = {}
    for runner in run.manifest.runners:
        summary = reader.summary(run.manifest.run_id, runner) or {"numbers": {}, "findings": []}
        strides = reader.stride_count(run.manifest.run_id, runner)
        found[runner] = {**summary["numbers"], "strides": strides, "findings": len(summary["findings"])}
    return found


def _replaced(paths: Sequence[Path], settings: Settings, processes: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each run as it is done, with what became of it."""
    context = multiprocessing.get_context("spawn")
    inherited = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    try:
        with ProcessPoolExecutor(min(processes, max(len(paths), 1)), context, _follow_parent) as pool:
            waiting: set[Future[tuple[str, dict[str, Any]]]] = {pool.submit(_replace, path, settings) for path in paths}
            try:
                while waiting:
                    done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    yield from (each.result() for each in done)
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
    finally:
        for name, value in inherited.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def _follow_parent() -> None:
    """Ctrl-C is told to the parent alone; where that was killed a worker ends too, and does not wait for ever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _replace(path: Path, settings: Settings) -> tuple[str, dict[str, Any]]:
    """Analyse one run again, in a process of its own."""
    began_s, problem, now = time.process_time(), "", {}
    try:
        run = open_run(path)
        replace_results(run, settings)
        with StoreReader(settings.store_path) as reader:
            now = _stored(reader, run)
    except RunError as error:
        problem = str(error)
    return path.name, {"runners": now, "problem": problem, "cpu_s": time.process_time() - began_s}


def _rows(run: str, before: Mapping[str, Numbers], fields: Mapping[str, Any]) -> Iterator[AgainRun]:
    for runner, numbers in before.items():
        now = fields["runners"].get(runner, {})
        yield AgainRun(run, runner, numbers, numbers if fields["problem"] else now, fields["problem"])

"""Recorded runs into the store: what a crash cut off, and what was recorded before there was a store."""

from __future__ import annotations

from collections.abc import Iterator

from surefoot.sensor_ingest.recording.replay import replay
from surefoot.sensor_ingest.recording.run_folder import RunFolder, end_interrupted_run, list_runs
from surefoot.service.pipeline.analysis import PIECE_S, Progress
from surefoot.service.pipeline.reanalysis import everything
from surefoot.service.pipeline.runner_analysis import RunAnalysis
from surefoot.service.runtime.result_recorder import Keeper
from surefoot.service.runtime.run_loop import REMEMBER_S
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader


def keep_recorded(run: RunFolder, settings: Settings, progress: Progress = lambda *_: None) -> None:
    """Bring a run to its end, and everything that its recording tells into the store.

    Raises
    ------
    IngestError, StoreError
        if it cannot be read or stored; RunBusyError while it is being recorded.
    """
    ended = run if run.manifest.ended else end_interrupted_run(run)
    with Keeper(settings.store_path, ended.manifest, settings) as keeper:
        analysis = RunAnalysis(ended.manifest.pods, PIECE_S, keep=keeper.take, remember_s=REMEMBER_S)
        end_s = 0.0
        for given in everything(replay(ended), progress, f"Reading {run.manifest.run_id}"):
            analysis.push(given)
            end_s = max(end_s, given.watermark_s)
        analysis.flush()
        keeper.end(end_s)


def missing_runs(settings: Settings) -> Iterator[RunFolder]:
    """Recorded runs of which the store has no summary; those that go on are among them."""
    with StoreReader(settings.store_path) as reader:
        known = {stored.run for stored in reader.runs() if stored.summary is not None}
    yield from (run for run in _begun_runs(settings) if run.manifest.run_id not in known)


def unfinished_runs(settings: Settings) -> list[RunFolder]:
    """Runs that a crash cut off, oldest first; also those whose end it kept from the store."""
    with StoreReader(settings.store_path) as reader:
        open_ended = {stored.run for stored in reader.runs() if stored.summary is None}
    return [run for run in _begun_runs(settings) if not run.manifest.ended or run.manifest.run_id in open_ended]


def _begun_runs(settings: Settings) -> Iterator[RunFolder]:
    """Runs with a journal. One without is about to be begun by another process, or never was."""
    folder = settings.runs_folder
    yield from (run for run in (list_runs(folder) if folder.is_dir() else ()) if run.journal_path.exists())

"""Bring recorded runs into the store: those that a crash cut off, and those from before there was a store."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from surefoot.sensor_ingest.recording.adoption import adopt_recording, orphaned_recordings
from surefoot.sensor_ingest.recording.errors import RunBusyError, RunError
from surefoot.sensor_ingest.recording.replay import replay
from surefoot.sensor_ingest.recording.run_folder import RunFolder, end_interrupted_run
from surefoot.service import VERSION
from surefoot.service.pipeline.analysis import CHUNK_S, ProgressCallback
from surefoot.service.pipeline.reanalysis import replay_with_progress
from surefoot.service.pipeline.runner_analysis import RunAnalysis
from surefoot.service.pipeline.sampling_stats import damage_notes
from surefoot.service.runtime.forgetting import sweep_if_back
from surefoot.service.runtime.recorded import listed
from surefoot.service.runtime.replacement import replace_results
from surefoot.service.runtime.result_recorder import ResultRecorder
from surefoot.service.runtime.run_loop import RETAIN_S
from surefoot.service.runtime.usual import freeze_usual
from surefoot.service.settings import Settings
from surefoot.service.store.notebook import Notebook, NoteKind
from surefoot.service.store.reading import StoreReader

log = logging.getLogger(__name__)


def store_recorded_run(
    run: RunFolder,
    settings: Settings,
    progress: ProgressCallback = lambda *_: None,
    on_stored: Callable[[int], None] = lambda _: None,
) -> None:
    """End a run if it is open, analyse its recording and store the results.

    Raises
    ------
    IngestError, StoreError
        if it cannot be read or stored; RunBusyError while it is being recorded.
    """
    ended = freeze_usual(run if run.manifest.ended else end_interrupted_run(run), settings)
    with ResultRecorder(settings.store_path, ended.manifest, settings, on_stored=on_stored) as recorder:
        analysis = RunAnalysis.for_run(ended.manifest, CHUNK_S, sink=recorder.record, retain_s=RETAIN_S)
        end_s = 0.0
        again = replay(ended)
        for item in replay_with_progress(again, progress, f"Reading {run.manifest.run_id}"):
            analysis.push(item)
            end_s = max(end_s, item.watermark_s)
        analysis.flush()
        recorder.record_health(again.health.take_notes())
        for note in damage_notes(again.reader.holes):
            log.warning("%s: %s", run.path, note)
        recorder.finish(end_s)
    sweep_if_back(settings, ended.manifest)


def rebuild(
    run: RunFolder,
    settings: Settings,
    progress: ProgressCallback = lambda *_: None,
    on_stored: Callable[[int], None] = lambda _: None,
) -> None:
    """Store a run that the store has lost, or has not seen to its end.

    Where all its alerts were told already, it raises none.

    Raises
    ------
    IngestError, StoreError
        if it cannot be read or stored; RunBusyError while it is being recorded.
    """
    finished = {each["run"] for each in Notebook(settings.store_path).entries(NoteKind.FINISHED)}
    if run.manifest.ended and run.manifest.run_id in finished:
        replace_results(run, settings, progress, on_stored)
    else:
        store_recorded_run(run, settings, progress, on_stored)


def adopt_recordings(settings: Settings) -> None:
    """Give recordings without a manifest a new one, and tell of each."""
    folder = settings.runs_folder
    for path in orphaned_recordings(folder) if folder.is_dir() else ():
        try:
            log.warning("%s", adopt_recording(path, f"surefoot {VERSION}"))
        except RunBusyError:
            continue  # whoever records it has its manifest
        except RunError as error:
            log.warning("%s", error)


def missing_runs(settings: Settings) -> Iterator[RunFolder]:
    """Recorded runs without a summary in the store, oldest first, including those being recorded."""
    with StoreReader(settings.store_path) as reader:
        known = {stored.run for stored in reader.runs() if stored.summary is not None}
    yield from (run for run in _begun_runs(settings) if run.manifest.run_id not in known)


def open_runs(settings: Settings) -> list[RunFolder]:
    """Recordings that a crash cut off, oldest first."""
    return [run for run in _begun_runs(settings) if not run.manifest.ended]


def _begun_runs(settings: Settings) -> Iterator[RunFolder]:
    """Runs with a journal; one without is being created by another process, or never began."""
    yield from (run for run in listed(settings.runs_folder) if run.journal_path.exists())

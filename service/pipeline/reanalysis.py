"""Analysis of recorded runs."""

from __future__ import annotations

from collections.abc import Iterator

from surefoot.sensor_ingest.recording.assembler import Given
from surefoot.sensor_ingest.recording.replay import Replay, replay
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.service.pipeline.analysis import CHUNK_S, ProgressCallback
from surefoot.service.pipeline.runner_analysis import RunAnalysis


def analyze_run(run: RunFolder, progress: ProgressCallback, *, refit: bool = False) -> RunAnalysis:
    """Analyse a run from its recording; without `refit` every number is the one that was known live.

    Parameters
    ----------
    refit : fit clocks to the whole run instead of to what was known live, and wait for every pod.

    Raises
    ------
    IngestError
        if the recording cannot be read.
    """
    analysis = RunAnalysis.for_run(run.manifest, CHUNK_S)
    again = replay(run, refit=refit)
    for item in replay_with_progress(again, progress, "Finding strides"):
        analysis.push(item)
    analysis.flush()
    for pod in again.assembler.pods.values():
        analysis.runners[pod.runner].count(pod.foot, pod.counts, pod.limits)
    analysis.health_notes = again.health.take_notes()
    for runner in analysis.runners.values():
        runner.note_damage(again.reader.holes)
    return analysis


def replay_with_progress(again: Replay, progress: ProgressCallback, step: str) -> Iterator[Given]:
    """A recording's batches and silences; `progress` is called with the share read."""
    journal = again.run.journal_path
    total = max(journal.stat().st_size, 1) if journal.exists() else 1
    for item in again:
        progress(step, again.reader.valid_bytes / total)
        yield item

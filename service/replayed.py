"""A recorded run, once more."""

from __future__ import annotations

from collections.abc import Iterator

from sensor_ingest.assembler import Batch
from sensor_ingest.replay import replay
from sensor_ingest.run_folder import RunFolder
from service.analyze import PIECE_S, Progress
from service.run_analysis import RunAnalysis


def analyze_run(run: RunFolder, progress: Progress, *, refit: bool = False) -> RunAnalysis:
    """Everything about a run from its recording, number for number what was known live.

    Parameters
    ----------
    refit : time the samples by the whole run's arrivals instead of by what was known live.

    Raises
    ------
    IngestError
        if the recording cannot be read.
    """
    analysis = RunAnalysis(run.manifest.pods, PIECE_S)
    for batch in batches(run, progress, "Finding strides", refit=refit):
        analysis.push(batch)
    analysis.flush()
    return analysis


def batches(run: RunFolder, progress: Progress, step: str, *, refit: bool = False) -> Iterator[Batch]:
    """A recording's samples, telling how far it is read."""
    again = replay(run, refit=refit)
    total = max(run.journal_path.stat().st_size, 1) if run.journal_path.exists() else 1
    for batch in again:
        progress(step, again.reader.good_bytes / total)
        yield batch

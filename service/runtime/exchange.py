"""Correct which foot a runner's pods were on in a recorded run, or confirm that they were worn as named."""

from __future__ import annotations

from dataclasses import replace

from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.service.errors.runs import RunOpenError
from surefoot.service.pipeline.analysis import ProgressCallback
from surefoot.service.runtime.replacement import replace_results
from surefoot.service.settings import Settings


def exchange_pods(
    run: RunFolder, runner: str, settings: Settings, progress: ProgressCallback = lambda *_: None
) -> RunFolder:
    """Exchange a runner's feet in the manifest and replace the run's stored results; the run as changed.

    Raises
    ------
    RunOpenError
        if the run has not ended.
    IngestError, StoreError
        if it cannot be read, written or stored.
    """
    _check_ended(run)
    pods = [replace(pod, foot=pod.foot.other) if pod.runner == runner else pod for pod in run.manifest.pods]
    return _replaced(run.reassign(pods), settings, progress)


def confirm_as_worn(
    run: RunFolder, runner: str, settings: Settings, progress: ProgressCallback = lambda *_: None
) -> RunFolder:
    """Note in the manifest that a runner's pods were worn as named, analyse again and replace the stored results."""
    _check_ended(run)
    return _replaced(run.confirm_sides(runner), settings, progress)


def _replaced(run: RunFolder, settings: Settings, progress: ProgressCallback) -> RunFolder:
    replace_results(run, settings, progress)
    return run


def _check_ended(run: RunFolder) -> None:
    if not run.manifest.ended:
        raise RunOpenError(run.path)

"""A recorded run's readings as text, one file for each runner's foot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from surefoot.analysis.model import Foot, Samples
from surefoot.sensor_ingest.recording.assembler import Batch
from surefoot.sensor_ingest.recording.replay import replay
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.service.errors.output import OutputError
from surefoot.service.formats.output import created
from surefoot.service.pipeline.analysis import ProgressCallback
from surefoot.service.pipeline.reanalysis import replay_with_progress

COLUMNS = ("time_s", *(f"acc_{axis}_mps2" for axis in "xyz"), *(f"gyr_{axis}_radps" for axis in "xyz"))
"""The columns that `surefoot analyze` reads."""
TIME, ACC, GYR = "%.9f", "%.4f", "%.5f"
"""Times to the nanosecond, since a microsecond's rounding moves a spread by 2·10⁻⁴; readings ten times finer than a
pod's resolution of 0.005 m/s² and 0.001 rad/s."""
ROW = ",".join([TIME, *[ACC] * 3, *[GYR] * 3]) + "\n"

Worn = tuple[str, Foot]
"""A runner's id and their foot."""


def export_samples(
    run: RunFolder, folder: Path, progress: ProgressCallback, runners: tuple[str, ...] | None = None
) -> Mapping[Path, int]:
    """Write the samples of a run, or of some of its runners, as CSV; returns the number of rows by file.

    Raises
    ------
    OutputError
        if a file cannot be written or is there already.
    IngestError
        if the recording cannot be read.
    """
    run_id, wanted = run.manifest.run_id, run.manifest.runners if runners is None else runners
    paths = {
        (pod.runner, pod.foot): folder / f"{run_id}-{pod.runner}-{pod.foot}.csv"
        for pod in run.manifest.pods
        if pod.runner in wanted
    }
    counts = write_samples(run, paths, ",".join(COLUMNS) + "\n", csv_rows, progress)
    return {paths[worn]: count for worn, count in counts.items()}


def csv_rows(samples: Samples) -> str:
    """Samples as lines of `COLUMNS`."""
    table = np.column_stack([samples.time_s, samples.acc_mps2, samples.gyr_radps])
    return (ROW * len(table)) % tuple(table.ravel().tolist())


def write_samples(
    run: RunFolder,
    paths: Mapping[Worn, Path],
    header: str,
    rows: Callable[[Samples], str],
    progress: ProgressCallback,
) -> Mapping[Worn, int]:
    """Write every foot's samples into its file, of feet that have one; returns the number of rows of each.

    Raises
    ------
    OutputError
        if a file cannot be written or is there already.
    IngestError
        if the recording cannot be read.
    """
    counts = dict.fromkeys(paths, 0)
    with ExitStack() as stack:
        files = {worn: stack.enter_context(created(path)) for worn, path in paths.items()}
        for file in files.values():
            file.write(header.encode("ascii"))
        for batch in replay_with_progress(replay(run), progress, "Writing"):
            if not isinstance(batch, Batch) or (batch.runner, batch.samples.foot) not in files:
                continue
            worn = batch.runner, batch.samples.foot
            try:
                files[worn].write(rows(batch.samples).encode("ascii"))
            except OSError as error:
                raise OutputError(paths[worn], error.strerror or type(error).__name__) from error
            counts[worn] += len(batch.samples)
    return counts

"""A recorded run as CSV files, one for each runner's foot, in the columns that `surefoot analyze` reads."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

import numpy as np

from surefoot.analysis.model import Foot, Samples
from surefoot.sensor_ingest.recording.assembler import Batch
from surefoot.sensor_ingest.recording.replay import replay
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.service.errors import OutputError
from surefoot.service.pipeline.analysis import ProgressCallback
from surefoot.service.pipeline.reanalysis import replay_with_progress

COLUMNS = ("time_s", *(f"acc_{axis}_mps2" for axis in "xyz"), *(f"gyr_{axis}_radps" for axis in "xyz"))
ROW = ",".join(["%.9f", *["%.4f"] * 3, *["%.5f"] * 3]) + "\n"
"""Times to the nanosecond, since a microsecond's rounding moves a spread by 2·10⁻⁴; readings ten times finer than a
pod's resolution of 0.005 m/s² and 0.001 rad/s."""


def export_csv(run: RunFolder, folder: Path, progress: ProgressCallback) -> Mapping[Path, int]:
    """Write a run's samples, one file per runner and foot; returns the number of rows by file.

    Raises
    ------
    OutputError
        if a file cannot be written or is there already.
    IngestError
        if the recording cannot be read.
    """
    paths = {(pod.runner, pod.foot): folder / _file_name(run, pod.runner, pod.foot) for pod in run.manifest.pods}
    rows = dict.fromkeys(paths.values(), 0)
    with ExitStack() as stack:
        files = {worn: stack.enter_context(_created(path)) for worn, path in paths.items()}
        for batch in replay_with_progress(replay(run), progress, "Writing"):
            if not isinstance(batch, Batch):
                continue
            worn = batch.runner, batch.samples.foot
            try:
                _write(files[worn], batch.samples)
            except OSError as error:
                raise OutputError(paths[worn], error.strerror or type(error).__name__) from error
            rows[paths[worn]] += len(batch.samples)
    return rows


def _file_name(run: RunFolder, runner: str, foot: Foot) -> str:
    return f"{run.manifest.run_id}-{runner}-{foot}.csv"


def _created(path: Path) -> TextIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("x", encoding="ascii")
        file.write(",".join(COLUMNS) + "\n")
    except OSError as error:
        raise OutputError(path, error.strerror or type(error).__name__) from error
    return file


def _write(file: TextIO, samples: Samples) -> None:
    table = np.column_stack([samples.time_s, samples.acc_mps2, samples.gyr_radps])
    file.write((ROW * len(table)) % tuple(table.ravel().tolist()))

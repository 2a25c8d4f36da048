"""A recorded run as files in the forms of other tools."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from surefoot.dashboards.data_source import AnalysedRun, ExportForm
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.service.errors.output import NothingToExportError
from surefoot.service.formats.bids import write_bids
from surefoot.service.formats.csv import csv_bytes
from surefoot.service.formats.fit.activity import fit_activity
from surefoot.service.formats.output import write_new
from surefoot.service.formats.samples import export_samples
from surefoot.service.formats.tables import tables
from surefoot.service.pipeline.analysis import ProgressCallback

WITHOUT_ANALYSIS = frozenset({ExportForm.MCAP, ExportForm.SAMPLES})
"""Forms that hold what was recorded alone."""
NEEDS = {ExportForm.PARQUET: "pyarrow", ExportForm.MCAP: "mcap"}
"""Form → the library that writes it, which comes with an extra."""


def available_forms() -> tuple[ExportForm, ...]:
    """The forms whose libraries are installed."""
    return tuple(form for form in ExportForm if form not in NEEDS or find_spec(NEEDS[form]) is not None)


def check_installed(forms: Iterable[ExportForm]) -> None:
    """ModuleNotFoundError, which names the library, if a form's is not installed."""
    for form in forms:
        if form in NEEDS:
            import_module(NEEDS[form])


def export_run(
    run: RunFolder,
    runners: tuple[str, ...],
    analysed: Mapping[str, AnalysedRun],
    form: ExportForm,
    folder: Path,
    progress: ProgressCallback,
) -> Sequence[Path]:
    """Write a run in one form, of the runners with these ids; returns the files.

    Parameters
    ----------
    analysed : their analyses by id; those of `WITHOUT_ANALYSIS` do without.

    Raises
    ------
    RequestError
        if a file cannot be written or is there already, or nothing was recorded.
    IngestError
        if the recording cannot be read.
    """
    if form in WITHOUT_ANALYSIS and not run.manifest.pods:
        raise NothingToExportError(run.manifest.run_id, ", ".join(run.manifest.names.values()))
    chosen = [analysed[runner] for runner in runners if runner in analysed]
    match form:
        case ExportForm.FIT:
            return [write_new(folder / f"{_stem(each)}.fit", fit_activity(each)) for each in chosen]
        case ExportForm.CSV:
            return [
                write_new(folder / f"{_stem(each)}-{table.name}.csv", csv_bytes(table))
                for each in chosen
                for table in tables(each)
            ]
        case ExportForm.PARQUET:
            from surefoot.service.formats.parquet import parquet_bytes, recording_sha256

            recording = recording_sha256(run)
            return [
                write_new(folder / f"{_stem(each)}-{table.name}.parquet", parquet_bytes(table, each, recording))
                for each in chosen
                for table in tables(each)
            ]
        case ExportForm.BIDS:
            return write_bids(run, chosen, folder / f"{run.manifest.run_id}-bids", progress)
        case ExportForm.MCAP:
            from surefoot.service.formats.mcap import write_mcap

            stems = {runner: f"{run.manifest.run_id}-{runner}" for runner in runners}
            return [write_mcap(run, runner, folder / f"{stem}.mcap", progress) for runner, stem in stems.items()]
        case ExportForm.SAMPLES:
            return list(export_samples(run, folder, progress, runners))


def _stem(run: AnalysedRun) -> str:
    return f"{run.run}-{run.runner}"

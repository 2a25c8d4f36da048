"""A folder of recordings as files, measured run by run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import typer
from rich.console import Console

from surefoot.analysis.parameters import Parameters
from surefoot.sensor_ingest.errors import IngestError
from surefoot.sensor_ingest.files.errors import RecordingError
from surefoot.sensor_ingest.files.folder import RunFiles, recordings_in
from surefoot.sensor_ingest.files.statements import Statements
from surefoot.sensor_ingest.recording.run_folder import MANIFEST, MANIFEST_COPY
from surefoot.service.cli.asked_feet import asked_runs
from surefoot.service.cli.exit_codes import PROBLEM
from surefoot.service.configuration import load_configuration
from surefoot.service.errors import RequestError
from surefoot.service.errors.output import OutputError
from surefoot.service.pipeline.analysis import Analysis, analyze_files
from surefoot.service.pipeline.sides import Sides
from surefoot.service.runtime.file_memory import with_memory
from surefoot.service.serialization.output_files import write_json
from surefoot.service.terminal.folder import FolderRow, show_folder
from surefoot.service.terminal.progress import ProgressBar
from surefoot.service.views.reporting import recorded, write_reports

_MAX_NAME = 100


def is_of_files(path: Path) -> bool:
    """Whether a path is a folder of files, and not a recorded run."""
    run = any((path / name).exists() for name in (MANIFEST, MANIFEST_COPY))
    return path.is_dir() and not run and bool(recordings_in(path))


def analyze_folder(
    folder: Path, json: str | None, report: Path | None, sides: Sides, clock_sd_s: float | None, said: Statements
) -> None:
    """Measure every run of a folder; the exit code says whether all could be."""
    outputs = [(_output_folder(Path(json), folder), _write_json)] if json is not None else []
    outputs += [(_output_folder(report, folder), _write_report)] if report is not None else []
    settings = load_configuration().settings
    parameters, said = Parameters.from_changed(settings.parameters), with_memory(said, settings.data)
    runs, said = asked_runs(settings.data, folder, said)
    rows = []
    with ProgressBar(Console(stderr=True)) as progress:
        for k, (run, name) in enumerate(zip(runs, _file_names(runs), strict=True)):

            def found(step: str, done: float, k: int = k) -> None:
                progress(f"{k + 1} of {len(runs)}: {step}", (k + done) / len(runs))

            try:
                if run.problem:
                    raise run.problem
                analysis = analyze_files(run.files, found, parameters, sides, clock_sd_s, said)
            except (IngestError, RequestError) as error:
                rows.append(FolderRow(run.name, problem=_sentence(run, error)))
                continue
            for place, write in outputs:
                write(analysis, place / name)
            rows.append(FolderRow.of(run.name, analysis))
    show_folder(Console(highlight=False), rows)
    if any(row.problem for row in rows):
        raise typer.Exit(PROBLEM)


def _sentence(run: RunFiles, error: Exception) -> str:
    named = isinstance(error, RecordingError) and error.path is not None
    return str(error) if named else f"{run.name}: {error}"


def _output_folder(path: Path, folder: Path) -> Path:
    """A folder for results, made if it is missing; OutputError where it cannot be, or would be read as recordings."""
    if path.resolve().is_relative_to(folder.resolve()):
        raise OutputError(path, "it is in the folder of recordings")
    if path.exists() and not path.is_dir():
        raise OutputError(path, "of a folder's runs each gets a file, and it is no folder")
    try:
        path.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(path, error.strerror or type(error).__name__) from error
    return path


def _write_json(analysis: Analysis, stem: Path) -> None:
    write_json(analysis, stem.with_name(f"{stem.name}.json"))


def _write_report(analysis: Analysis, stem: Path) -> None:
    write_reports({"": recorded(analysis)}, stem.with_name(f"{stem.name}.html"))


def _file_names(runs: list[RunFiles]) -> Iterator[str]:
    """Names of the runs that a file can have, each once."""
    used: set[str] = set()
    for run in runs:
        plain = re.sub(r"[^\w.-]+", "-", run.name)[:_MAX_NAME]
        name, k = plain, 1
        while name in used:
            name, k = f"{plain}-{k + 1}", k + 1
        used.add(name)
        yield name

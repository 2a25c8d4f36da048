"""The command `export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from surefoot.service.cli.options import Folder, RunName, Runner

if TYPE_CHECKING:
    from surefoot.dashboards.data_source import ExportForm


def export(
    run: RunName,
    to: Annotated[Path | None, typer.Option("--to", metavar="FOLDER", help="Where the files go.")] = None,
    forms: Annotated[
        str,
        typer.Option(
            "--as",
            metavar="FORMS",
            help="fit (watches, diaries), csv or parquet (results), bids (research), mcap, samples (readings).",
        ),
    ] = "fit,csv",
    csv: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Short for --as samples --to FOLDER.")] = None,
    runner: Runner = None,
    folder: Folder = None,
) -> None:
    """Write a recorded run for other tools.

    Files are named after run and runner; none that is there is replaced. Samples are in the columns that surefoot
    analyze reads, one file for each foot.
    """
    from rich.console import Console

    from surefoot.service.cli.results import chosen_runners
    from surefoot.service.configuration import usable_configuration
    from surefoot.service.errors.output import NoExportFolderError
    from surefoot.service.formats.exporting import WITHOUT_ANALYSIS, check_installed, export_run
    from surefoot.service.people.speed_scales import scaled
    from surefoot.service.pipeline.reanalysis import analyze_run
    from surefoot.service.runs import find_run
    from surefoot.service.terminal.progress import ProgressBar
    from surefoot.service.views.reporting import recorded_run

    target = csv or to
    if target is None or (csv and to):
        raise NoExportFolderError
    wanted = _forms("samples" if to is None else forms)
    check_installed(wanted)
    found, settings = find_run(run, folder), usable_configuration().settings
    names = chosen_runners(found, runner)
    with ProgressBar(Console(stderr=True)) as progress:
        analyses = {} if WITHOUT_ANALYSIS.issuperset(wanted) else analyze_run(found, progress).conclude()
        analysed = {
            name: scaled(recorded_run(analyses[name], name, found), settings) for name in names if name in analyses
        }
        paths = [path for form in wanted for path in export_run(found, names, analysed, form, target, progress)]
    for path in paths:
        print(f"{path}  {path.stat().st_size / 1000.0:.0f} kB")


def _forms(text: str) -> list[ExportForm]:
    """The forms of a list between commas, each once."""
    from surefoot.dashboards.data_source import ExportForm
    from surefoot.service.errors.output import ExportFormUnknownError

    names = list(dict.fromkeys(name.strip().lower() for name in text.split(",")))
    known = list(ExportForm)
    if unknown := [name for name in names if name not in known]:
        raise ExportFormUnknownError(unknown[0], known)
    return [ExportForm(name) for name in names]

"""The command `report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from surefoot.service.cli.options import Folder, RunName, Runner


def report(
    run: RunName,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", metavar="FILE", help="File or folder to write to; by default RUN.html in this folder."
        ),
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Write a PDF, with Chromium or Chrome if installed.")] = False,
    runner: Runner = None,
    folder: Folder = None,
) -> None:
    """Write the report of a run: one file that opens anywhere and prints well.

    The same recording and version give the same file, as long as nothing new has taught the scale of distances.
    """
    from rich.console import Console

    from surefoot.service.cli.results import chosen_runners
    from surefoot.service.configuration import usable_configuration
    from surefoot.service.people.speed_scales import scaled
    from surefoot.service.pipeline.reanalysis import analyze_run
    from surefoot.service.runs import find_run
    from surefoot.service.serialization.output_files import check_output
    from surefoot.service.terminal.progress import ProgressBar
    from surefoot.service.views.reporting import recorded_run, write_reports

    found, settings = find_run(run, folder), usable_configuration().settings
    names = chosen_runners(found, runner)
    file = _file(output, found.manifest.run_id).with_suffix(".pdf" if pdf else ".html")
    check_output(file, [found.journal_path])
    with ProgressBar(Console(stderr=True)) as progress:
        analyses = analyze_run(found, progress).conclude()
    reports = {name: scaled(recorded_run(analyses[name], name, found), settings) for name in names}
    for path in write_reports(reports, file, pdf=pdf):
        print(path)


def _file(output: Path | None, run_id: str) -> Path:
    """The file asked for; in a folder, or without either, it is named after the run."""
    name = Path(f"{run_id}.html")
    if output is None:
        return name
    return output / name if output.is_dir() else output

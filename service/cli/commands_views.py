"""What the commands that show runs do, once their arguments are understood."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from surefoot.service import runs as recorded_runs
from surefoot.service.cli.commands import chosen
from surefoot.service.pipeline.reanalysis import analyze_run
from surefoot.service.serialization.output_files import check_output
from surefoot.service.terminal.progress import ProgressBar
from surefoot.service.views.reporting import recorded, write_reports


def report_run(named: str, output: Path | None, folder: Path | None, runner: str | None, *, pdf: bool) -> None:
    """Write a run's reports."""
    run = recorded_runs.find_run(named, folder)
    names = chosen(run, runner)
    name = Path(f"{run.manifest.run_id}.html")
    file = name if output is None else output / name if output.is_dir() else output
    html = file.with_suffix(".pdf" if pdf else ".html")
    check_output(html, [run.journal_path])
    with ProgressBar(Console(stderr=True)) as progress:
        analyses = analyze_run(run, progress).conclude()
    written = write_reports({name: recorded(analyses[name], name, run.manifest) for name in names}, html, pdf=pdf)
    for path in written:
        print(path)

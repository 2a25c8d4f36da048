"""The command `reanalyze`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from surefoot.service.cli.exit_codes import PROBLEM
from surefoot.service.cli.options import RUN_HELP, Folder

if TYPE_CHECKING:
    from pathlib import Path

    from surefoot.sensor_ingest.recording.run_folder import RunFolder
    from surefoot.service.settings import Settings


def reanalyze(
    runs: Annotated[list[str] | None, typer.Argument(metavar="[RUN]...", help=RUN_HELP)] = None,
    all_runs: Annotated[bool, typer.Option("--all", help="Every run that has ended.")] = False,
    anew: Annotated[
        bool,
        typer.Option("--anew", help="With --all: begin with the first run, also where it was interrupted."),
    ] = False,
    folder: Folder = None,
) -> None:
    """Analyse recorded runs again, and replace their results in the store.

    Use it after an update that measures better, or after a run's pods were corrected. A run's results are replaced all
    at once; findings keep their ids, and no alert is raised. InfluxDB and MQTT follow with surefoot live or ship.

    With --all, on all processors, and with a table of every number that moved. What was interrupted goes on where it
    stopped when it is called again. Runs that cannot be read are left out; the exit code is then 1.
    """
    from surefoot.service.configuration import load_configuration
    from surefoot.service.errors.runs import NoRunNamedError
    from surefoot.service.runs import find_run, runs_folder

    if not runs and not all_runs:
        raise NoRunNamedError
    settings = load_configuration().settings
    for run in [find_run(name, folder) for name in runs or ()]:
        _replace(run, settings)
    if all_runs and _replace_all(settings, runs_folder(folder), anew=anew):
        raise typer.Exit(PROBLEM)


def _replace_all(settings: Settings, folder: Path, *, anew: bool) -> bool:
    """Replace all results, and print what moved; whether any run was left out."""
    from surefoot.service.errors.runs import NoRunsError
    from surefoot.service.runtime.reanalysing import reanalyse_all
    from surefoot.service.terminal.reanalysis import reanalysis_lines, run_line

    if not folder.is_dir():
        raise NoRunsError(folder)
    found = reanalyse_all(settings, folder, anew=anew, on_run=lambda each: print(run_line(each), flush=True))
    for line in reanalysis_lines(found):
        print(line)
    return any(each.problem for each in found.runs)


def _replace(run: RunFolder, settings: Settings) -> None:
    """Replace a run's results, and print how many there were and are."""
    from rich.console import Console

    from surefoot.service.runtime.replacement import replace_results
    from surefoot.service.terminal.progress import ProgressBar

    with ProgressBar(Console(stderr=True)) as progress:
        replaced = replace_results(run, settings, progress)
    for name, (before, now) in replaced.items():
        print(
            f"{run.manifest.run_id} {name}: {now.strides} strides (were {before.strides}),"
            f" {now.findings} findings (were {before.findings})."
        )

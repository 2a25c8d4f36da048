"""The command `reanalyze`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from surefoot.service.cli.exit_codes import PROBLEM
from surefoot.service.cli.options import RUN_HELP, Folder

if TYPE_CHECKING:
    from surefoot.sensor_ingest.recording.run_folder import RunFolder
    from surefoot.service.settings import Settings


def reanalyze(
    runs: Annotated[list[str] | None, typer.Argument(metavar="[RUN]...", help=RUN_HELP)] = None,
    all_runs: Annotated[bool, typer.Option("--all", help="Every run that has ended.")] = False,
    folder: Folder = None,
) -> None:
    """Analyse recorded runs again, and replace their results in the store.

    Use it after an update that measures better, or after a run's pods were corrected. A run's results are replaced all
    at once; findings keep their ids, and no alert is raised. InfluxDB and MQTT follow with surefoot live or ship.

    With --all, runs that cannot be read are left out; the exit code is then 1.
    """
    from surefoot.sensor_ingest.recording.errors import RunError
    from surefoot.sensor_ingest.recording.run_folder import list_runs
    from surefoot.service.configuration import load_configuration
    from surefoot.service.errors.runs import NoRunNamedError
    from surefoot.service.runs import find_run, runs_folder

    if not runs and not all_runs:
        raise NoRunNamedError
    settings, left_out = load_configuration().settings, 0
    for run in [find_run(name, folder) for name in runs or ()]:
        _replace(run, settings)
    for run in list_runs(runs_folder(folder)) if all_runs else ():
        try:
            if run.manifest.ended:
                _replace(run, settings)
        except RunError as error:
            print(f"Left out: {error}")
            left_out += 1
    if left_out:
        raise typer.Exit(PROBLEM)


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

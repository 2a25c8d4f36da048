"""The command `runs`."""

from __future__ import annotations

from surefoot.service.cli.options import Folder


def runs(folder: Folder = None) -> None:
    """List the recorded runs."""
    from rich.console import Console

    from surefoot.service.configuration import usable_configuration
    from surefoot.service.runs import recorded_runs
    from surefoot.service.terminal.progress import ProgressBar
    from surefoot.service.terminal.runs import run_table

    parent = folder or usable_configuration().settings.runs_folder
    with ProgressBar(Console(stderr=True)) as progress:
        found = list(recorded_runs(parent, progress))
    if found:
        Console(highlight=False).print(run_table(found))
    else:
        Console(highlight=False).print(f"No runs are recorded in {parent} yet.", soft_wrap=True)

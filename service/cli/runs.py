"""The command `runs`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from surefoot.service.cli.options import Folder

if TYPE_CHECKING:
    from surefoot.service.settings import Settings
    from surefoot.service.store.watch_runs import WatchRun


def runs(folder: Folder = None) -> None:
    """List the recorded runs.

    Runs of watches are listed with them, unless --folder names another folder.
    """
    from rich.console import Console

    from surefoot.service.configuration import usable_configuration
    from surefoot.service.runs import recorded_runs
    from surefoot.service.terminal.progress import ProgressBar
    from surefoot.service.terminal.runs import run_table

    settings = usable_configuration().settings
    parent = folder or settings.runs_folder
    kept = _of_watches(settings) if folder is None and settings.store_path.exists() else []
    with ProgressBar(Console(stderr=True)) as progress:
        found = list(recorded_runs(parent, progress))
    if found or kept:
        Console(highlight=False).print(run_table(found, kept))
    else:
        Console(highlight=False).print(f"No runs are recorded in {parent} yet.", soft_wrap=True)


def _of_watches(settings: Settings) -> list[WatchRun]:
    """Runs of watches; none where the store cannot be used, as recordings are listed without it."""
    from surefoot.service.errors.store import StoreError
    from surefoot.service.store.watch_runs import WatchRuns

    try:
        return WatchRuns(settings.store_path).all()
    except StoreError as error:
        print(f"Runs of watches are not listed: {error}", file=sys.stderr)
        return []

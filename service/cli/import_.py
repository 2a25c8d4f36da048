"""The command `import`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from surefoot.service.cli.options import RunnerName


def import_(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Runs of a watch: FIT, TCX or GPX, plain or packed.")
    ],
    runner: RunnerName = "runner-1",
) -> None:
    """Keep runs of a watch that were run without pods, so that load over weeks knows them.

    A run that is kept already counts once, whatever file it comes in. Of the file only times, distance, climb, heart
    rate and cadence are kept, not where you ran.
    """
    from surefoot.sensor_ingest.watches.reading import read_activity
    from surefoot.service.configuration import load_configuration
    from surefoot.service.store.watch_runs import WatchRun, WatchRuns
    from surefoot.service.terminal.runs import watch_run_text

    activities = [read_activity(file) for file in files]
    kept = WatchRuns(load_configuration().settings.store_path)
    for activity in activities:
        run = WatchRun.of(activity, runner)
        known = kept.add(run)
        there = "Kept" if known is None else "Was kept already"
        print(f"{there}: {watch_run_text(known or run)}")

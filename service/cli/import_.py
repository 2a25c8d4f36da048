"""The command `import`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from surefoot.service.cli.options import Folder, Runner

if TYPE_CHECKING:
    from surefoot.service.runtime.importing import Imported

NOBODY = "runner-1"
"""Whose run it is if nobody is named, as in every other command."""


def import_(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="Runs of a watch: FIT, TCX, GPX, plain or packed.")
    ] = None,
    runner: Runner = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="RUN", help="Join to this run, whatever the watch's clock says.")
    ] = None,
    forget: Annotated[
        str | None, typer.Option("--forget", metavar="RUN", help="Remove a watch's run, or the track from a run.")
    ] = None,
    folder: Folder = None,
) -> None:
    """Take in runs of a watch: track, heart rate and heights for runs of the pods, or load alone.

    A file joins the run that the runner's pods recorded at that time if the cadence shows that it was the same; how far
    the watch's clock is off is found by it, and told. Else it is kept as a run without pods, each run once, without its
    places.
    """
    from rich.console import Console

    from surefoot.sensor_ingest.watches.reading import read_activity
    from surefoot.service.cli.results import chosen_runners
    from surefoot.service.configuration import load_configuration
    from surefoot.service.errors.runs import RunnerUnknownError
    from surefoot.service.errors.watches import NoWatchFileNamedError
    from surefoot.service.runs import find_run
    from surefoot.service.runtime.importing import (
        forget_joined,
        forget_watch_run,
        import_activity,
        join_to_run,
    )
    from surefoot.service.store.watch_runs import LABEL
    from surefoot.service.terminal.progress import ProgressBar

    settings = load_configuration().settings
    if folder is not None:
        settings = settings.model_copy(update={"runs": folder})
    if bool(files) == (forget is not None):
        raise NoWatchFileNamedError
    if forget is not None:
        if forget.startswith(LABEL):
            forget_watch_run(forget, runner or NOBODY, settings)
        else:
            run = find_run(forget, folder)
            forget_joined(run, chosen_runners(run, runner))
        print(f"Forgotten: {forget}.")
        return
    activities = [read_activity(file) for file in files or ()]
    for activity in activities:
        with ProgressBar(Console(stderr=True)) as progress:
            if to is None:
                done = import_activity(activity, runner or NOBODY, settings, progress)
            else:
                run = find_run(to, folder)
                (whose, *others) = chosen_runners(run, runner)
                if others:
                    raise RunnerUnknownError(None, (whose, *others))
                done = join_to_run(activity, run, whose, settings, progress)
        _tell(done)


def _tell(done: Imported) -> None:
    from surefoot.dashboards.formatting import clock_ahead_text
    from surefoot.service.terminal.runs import watch_run_text

    for refusal in done.refusals:
        print(f"Not joined: {refusal}")
    if done.joined is not None and done.run is not None:
        joined = done.joined
        clock = clock_ahead_text(joined.ahead_s, joined.sd_s)
        by = f"by its {joined.compared}, correlation {joined.correlation:.2f}"
        print(f"Joined to run {done.run.manifest.run_id} {by}; the watch's clock was {clock}.")
    elif done.kept is not None:
        print(f"{'Kept' if done.is_new else 'Was kept already'}: {watch_run_text(done.kept)}")

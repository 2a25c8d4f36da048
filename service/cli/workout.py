"""The command `workout`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from surefoot.service.cli.options import Runner

if TYPE_CHECKING:
    from surefoot.analysis.weeks.plan import Row


def workout(
    row: Annotated[
        str | None,
        typer.Argument(metavar="[ROW]", help="6x1/4 is six times 1 min running and 4 min walking, 20 is 20 min."),
    ] = None,
    runner: Runner = None,
    walk_first: Annotated[
        float, typer.Option("--walk-first", min=0.0, max=60.0, metavar="MIN", help="Walking before the first run.")
    ] = 0.0,
    fit: Annotated[
        Path | None, typer.Option("--fit", metavar="FILE", help="File to write; by default ROW.fit in this folder.")
    ] = None,
) -> None:
    """Write a session of runs and walks as a FIT workout for a watch: a row, or the next one of --runner's plan.

    Copy the file into the folder of new files on the watch, or load it up to its platform.
    """
    from datetime import UTC, datetime

    from surefoot.analysis.weeks.row_text import row_to_text
    from surefoot.service.errors.people import NoRowError
    from surefoot.service.formats.fit.workout import fit_workout
    from surefoot.service.formats.output import write_new

    if (row is None) == (runner is None):
        raise NoRowError("say either a row, such as 6x1/4, or --runner NAME for the next row of a plan")
    found = _typed(row) if row is not None else _planned(str(runner))
    path = fit or Path(f"{row_to_text(found)}.fit".replace("/", "-").replace(" ", "-"))
    write_new(path, fit_workout(found, datetime.now(UTC), 60.0 * walk_first))
    print(f"{path}  {found.words}")


def _typed(text: str) -> Row:
    from surefoot.analysis.weeks.row_text import row_from_text
    from surefoot.service.errors.people import NoRowError

    try:
        return row_from_text(text)
    except ValueError as error:
        raise NoRowError(str(error)) from error


def _planned(runner: str) -> Row:
    from surefoot.sensor_ingest.recording.runner_ids import runner_id
    from surefoot.service.configuration import load_configuration
    from surefoot.service.errors.people import NoRowError
    from surefoot.service.weeks.next_session import next_session

    found = next_session(load_configuration().settings, runner_id(runner))
    if found is None:
        raise NoRowError(f"{runner} follows no plan; surefoot plan {runner} --begin KIND begins one")
    if found.row is None:
        raise NoRowError(f"no session is named: {found.sentence.rstrip('.')}")
    return found.row

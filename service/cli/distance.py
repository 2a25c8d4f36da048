"""The command `distance`."""

from __future__ import annotations

from typing import Annotated

import typer

from surefoot.service.cli.options import Folder, RunName, Runner


def distance(
    run: RunName,
    length: Annotated[
        str | None, typer.Argument(metavar="[DISTANCE]", help="How long it was: 10km, 5000m or 6.2mi.")
    ] = None,
    forget: Annotated[bool, typer.Option("--forget", help="Take back how long it was.")] = False,
    runner: Runner = None,
    folder: Folder = None,
) -> None:
    """Say how long a run was, so that speed and distance from the pods learn from it.

    Without DISTANCE: what the pods measured, and what has been learnt for the runner in that shoe.
    """
    from dataclasses import replace

    from surefoot.analysis.weeks.labels import RunLabels
    from surefoot.service.cli.results import chosen_runners
    from surefoot.service.configuration import load_configuration
    from surefoot.service.errors.runs import RunnerUnknownError
    from surefoot.service.people.people import People
    from surefoot.service.runs import find_run
    from surefoot.service.terminal.distances import length_m, run_distance_lines

    found, settings = find_run(run, folder), load_configuration().settings
    names = chosen_runners(found, runner)
    if len(names) > 1:
        raise RunnerUnknownError(None, names)
    people, run_id = People(settings.data), found.manifest.run_id
    labels = next((each for each in people.all_of(names[0], RunLabels) if each.run == run_id), RunLabels(run_id))
    if length is not None or forget:
        labels = replace(labels, distance_m=None if forget or length is None else length_m(length))
        people.keep(names[0], labels)
    for line in run_distance_lines(settings, run_id, names[0], labels.distance_m):
        print(line)

"""The command `load`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from surefoot.service.settings import Settings


def load(
    runner: Annotated[str | None, typer.Argument(metavar="[RUNNER]", help="Whose, if there are several.")] = None,
) -> None:
    """Tell how much somebody ran lately, and what is longer or new.

    Runs with pods count, and those of a watch.
    """
    from surefoot.analysis.weeks.followed import FollowedPlan
    from surefoot.analysis.weeks.labels import Shoe
    from surefoot.service.configuration import load_configuration
    from surefoot.service.people.past_runs import past_runs
    from surefoot.service.people.people import People
    from surefoot.service.terminal.load import load_lines

    settings = load_configuration().settings
    chosen = _chosen(settings, runner)
    people = People(settings.data)
    shoes = {each.id: each for each in people.all_of(chosen, Shoe)}
    for line in load_lines(past_runs(settings, chosen), shoes, people.all_of(chosen, FollowedPlan)):
        print(line)


def _chosen(settings: Settings, wanted: str | None) -> str:
    """Id of the runner who was asked for, or of the only one."""
    from surefoot.sensor_ingest.recording.runner_ids import runner_id
    from surefoot.service.errors.runs import RunnerNotChosenError
    from surefoot.service.store.reading import StoreReader
    from surefoot.service.store.watch_runs import WatchRuns

    if not settings.store_path.exists():
        raise RunnerNotChosenError(wanted, ())
    with StoreReader(settings.store_path) as reader:
        known = sorted({*reader.runners(), *(each.runner for each in WatchRuns(settings.store_path).all())})
    if wanted is None and len(known) == 1:
        return known[0]
    if wanted is None or runner_id(wanted) not in known:
        raise RunnerNotChosenError(wanted, known)
    return runner_id(wanted)

"""The command `forget`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from surefoot.service.settings import Settings


def forget(
    runner: Annotated[str, typer.Argument(metavar="RUNNER", help="Whose data go: their id or name.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete everything of a runner, here, in InfluxDB, at the MQTT broker and in backups. It cannot be undone.

    What cannot be reached now is listed, and goes at first contact: what pods, gateways and phones still hold, a
    database that is down, a backup on another disk. Other runners keep everything, also of runs in which both ran. A
    runner who comes back later begins anew. surefoot takeout writes everything to a folder first.

    A service that runs does it at once, and goes on with whoever it records.
    """
    from surefoot.service.cli.asked_service import ask_service, service_runs
    from surefoot.service.configuration import load_configuration
    from surefoot.service.errors.people import NothingOfRunnerError
    from surefoot.service.runtime.data_folder import locked
    from surefoot.service.runtime.runner_traces import find_runner

    settings = load_configuration().settings
    found = find_runner(settings, runner)
    if found is None:
        raise NothingOfRunnerError(runner)
    _confirm(runner, yes)
    if service_runs(settings):
        _say(ask_service(settings, found))
        _say(_elsewhere(settings, found))
        return
    with locked(settings.data):
        _say(_forget_here(settings, found))
        _say(_elsewhere(settings, found))


def _say(sentences: Iterable[str]) -> None:
    for each in sentences:
        print(each, flush=True)


def _confirm(runner: str, yes: bool) -> None:
    from surefoot.service.errors.people import NotConfirmedError

    if yes:
        return
    if sys.stdin is None or not sys.stdin.isatty():
        raise NotConfirmedError
    typer.confirm(f"Delete everything of {runner}, for good?", abort=True)


def _forget_here(settings: Settings, runner: str) -> Iterator[str]:
    """Forget a runner while no service runs; what became of it, sentences."""
    from datetime import UTC, datetime

    from surefoot.service.exporters.forgetting import forget_at_servers
    from surefoot.service.people.forgotten import Forgotten
    from surefoot.service.runtime.forgetting import forget_runner

    swept = forget_runner(settings, runner, datetime.now(UTC))
    runs = {run for run, _ in swept.runs}
    yield f"{runner} is forgotten: {len(runs)} runs and {swept.entries} entries are gone from this computer."
    yield from forget_at_servers(settings, Forgotten(settings.data))


def _elsewhere(settings: Settings, runner: str) -> Iterator[str]:
    """What becomes of what lies elsewhere, sentences."""
    from surefoot.service.people.forgotten import Forgotten
    from surefoot.service.runtime.backup import backups, sweep_backup

    forgotten = Forgotten(settings.data)
    for folder in backups(settings):
        if sweep_backup(folder, forgotten):
            yield f"The backup in {folder} has nothing of them any more."
        else:
            yield f"The backup in {folder} is not at hand: the next surefoot backup into it empties it, restore too."
    pods = forgotten.pods_to_empty()
    if pods:
        yield f"Pods may hold more of it: what {', '.join(pods)} kept goes at the next surefoot sync."
    yield "What gateways and phones still send of it is taken and dropped; what they have handed over goes by itself."
    if runner in settings.runners:
        yield f"The settings still name [runners.{runner}]: take it out."

"""The command `plan`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from surefoot.analysis.weeks.history import PastRun
    from surefoot.analysis.weeks.plan import Beginning
    from surefoot.service.settings import Settings
    from surefoot.service.weeks.beginning import Plans

KIND = "sprain: the walk–run table; tendon: running on under caps; clinician: rows that a clinician has made."


def plan(
    runner: Annotated[str, typer.Argument(metavar="RUNNER", help="Whose.")],
    begin: Annotated[str | None, typer.Option(metavar="KIND", help=f"Begin a plan. {KIND}")] = None,
    stands: Annotated[
        bool | None, typer.Option("--stands/--standing-hurts", help="Sprain: whether you stand on it without pain.")
    ] = None,
    moves: Annotated[
        bool | None, typer.Option("--moves/--moving-hurts", help="Sprain: whether the ankle moves freely.")
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(min=1, max=600, help="Tendon: running of the first session at most.")
    ] = None,
    row: Annotated[
        list[str] | None,
        typer.Option(metavar="ROW", help="Clinician, repeated: 6x1/4 is six times 1 min running, 4 min walking."),
    ] = None,
    by: Annotated[str, typer.Option(metavar="NAME", help="Clinician: who made the rows.")] = "",
    made: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Clinician: when; today by default.")
    ] = None,
    flat: Annotated[bool, typer.Option("--flat", help="Clinician: all of it on flat, even ground.")] = False,
    end: Annotated[bool, typer.Option("--end", help="End the plan.")] = False,
) -> None:
    """Show the plan of running again that a runner follows; begin one, or end it.

    What a plan says is what its table or a clinician says; it is no treatment.
    """
    from surefoot.analysis.weeks.plan import Entry, PlanKind
    from surefoot.service.cli.known_runner import known_runner
    from surefoot.service.configuration import load_configuration
    from surefoot.service.errors.people import EntryError
    from surefoot.service.people.people import People
    from surefoot.service.weeks.beginning import Plans
    from surefoot.service.weeks.evenness import easy_mps

    settings, today = load_configuration().settings, datetime.now().astimezone().date()
    name = known_runner(settings, runner)
    plans = Plans(People(settings.data), name, easy_mps=easy_mps(settings, name) if begin else None)
    if end:
        plans.end(today)
        print("The plan is ended.")
    elif begin is None:
        _show(settings, name)
    elif begin == PlanKind.SPRAIN:
        _tell(plans.begin_sprain(Entry(stands, moves, _walks_evenly(settings, name, plans, today)), today))
    elif begin == PlanKind.TENDON:
        _tell(plans.begin_tendon(minutes and 60.0 * minutes, _history(settings, name), today))
    elif begin == PlanKind.CLINICIAN:
        _tell(_by_clinician(plans, row or [], by, made.date() if made else today, today, flat=flat))
    else:
        raise EntryError(f"there is no plan {begin}; there are {', '.join(PlanKind)}.")


def _by_clinician(plans: Plans, typed: list[str], by: str, made: date, today: date, *, flat: bool) -> Beginning:
    from surefoot.analysis.weeks.row_text import row_from_text
    from surefoot.service.errors.people import EntryError

    try:
        rows = tuple(map(row_from_text, typed))
    except ValueError as error:
        raise EntryError(f"{error}.") from error
    return plans.begin_clinician(rows, by, made, today, is_flat=flat)


def _tell(beginning: Beginning) -> None:
    print(beginning.sentence)


def _show(settings: Settings, runner: str) -> None:
    from surefoot.service.terminal.plan import plan_lines
    from surefoot.service.weeks.next_session import next_session

    found = next_session(settings, runner)
    if found is None:
        print(f"{runner} follows no plan; surefoot plan {runner} --begin KIND begins one.")
        return
    for line in plan_lines(found):
        print(line)


def _walks_evenly(settings: Settings, runner: str, plans: Plans, today: date) -> bool | None:
    from surefoot.analysis.weeks.injuries import InjuryKind
    from surefoot.service.weeks.evenness import walks_evenly

    injury = plans.injury(InjuryKind.SPRAIN, today)
    return None if injury is None else walks_evenly(settings, runner, injury.day)


def _history(settings: Settings, runner: str) -> Sequence[PastRun]:
    from surefoot.service.people.past_runs import past_runs

    return past_runs(settings, runner) if settings.store_path.exists() else ()

"""The command `check`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from surefoot.analysis.model import Window
    from surefoot.analysis.weeks.measured_legs import MeasuredLegs
    from surefoot.service.settings import Settings


def check(
    runner: Annotated[str, typer.Argument(metavar="RUNNER", help="Whose.")],
    run: Annotated[
        str | None, typer.Option("--run", metavar="RUN", help="Id of a stored run; by default the newest, or one now.")
    ] = None,
    left: Annotated[Path | None, typer.Option(metavar="FILE", help="Recording of the left foot, not of a run.")] = None,
    right: Annotated[Path | None, typer.Option(metavar="FILE", help="Recording of the right foot.")] = None,
    legs: Annotated[
        str | None,
        typer.Option(
            "--legs",
            metavar="RUN",
            help="Measure calf raises and balance on one leg in this recording, beside exercises of its day.",
        ),
    ] = None,
    raises: Annotated[
        str | None, typer.Option(metavar="LEFT,RIGHT", help="How many calf raises on each leg, kept for the plan.")
    ] = None,
    hurts: Annotated[
        bool | None, typer.Option("--raises-hurt/--painless", help="Whether calf raises hurt on either leg.")
    ] = None,
    steady: Annotated[bool | None, typer.Option("--steady/--unsteady", help="Balance on one leg, either side.")] = None,
) -> None:
    """Tell whether five easy minutes are like a runner's own, and keep what they say of calf raises and balance.

    What is compared is left against right, with the runs that surefoot knows as healthy.
    """
    from datetime import datetime

    from surefoot.service.cli.known_runner import known_runner
    from surefoot.service.configuration import load_configuration
    from surefoot.service.terminal.check import check_lines, leg_lines
    from surefoot.service.weeks.check import check_stored, check_windows, keep_leg_tests, leg_tests

    settings, now = load_configuration().settings, datetime.now().astimezone()
    name = known_runner(settings, runner)
    counts = _counts(raises)
    if counts or hurts is not None or steady is not None:
        keep_leg_tests(settings, name, now.date(), counts, hurt=hurts, steady=steady)
    if left is None and right is None:
        found = check_stored(settings, name, run)
        lines = check_lines(found.check, found)
    else:
        lines = check_lines(check_windows(settings, name, _windows(settings, run, left, right), now))
    for line in (*lines, *leg_lines(leg_tests(settings, name)), *_leg_work(settings, legs, name)):
        print(line)


def _counts(typed: str | None) -> tuple[int, int] | None:
    """Calf raises of the left leg and of the right."""
    from surefoot.service.errors.people import EntryError

    if typed is None:
        return None
    counts = [each.strip() for each in typed.split(",")]
    if len(counts) != 2 or not all(each.isdecimal() for each in counts):
        raise EntryError(f"calf raises are two counts, left and right, such as 25,25; this is {typed!r}.")
    return int(counts[0]), int(counts[1])


def _leg_work(settings: Settings, run: str | None, runner: str) -> Iterator[str]:
    """What pods saw in a recording, which is kept beside exercises of its day."""
    from surefoot.service.people.people import People
    from surefoot.service.terminal.check import beside_lines, measured_lines
    from surefoot.service.weeks.exercises import Exercises

    if run is not None:
        found = _measured(run, runner)
        yield from measured_lines(found)
        yield from beside_lines(Exercises(People(settings.data), runner).keep_measured(found), found.day)


def _measured(run: str, runner: str) -> MeasuredLegs:
    from rich.console import Console

    from surefoot.service.cli.results import chosen_runners
    from surefoot.service.runs import find_run
    from surefoot.service.terminal.progress import ProgressBar
    from surefoot.service.weeks.legs import measured_legs

    found = find_run(run, None)
    [name] = chosen_runners(found, runner)
    with ProgressBar(Console(stderr=True)) as progress:
        return measured_legs(found, name, progress)


def _windows(settings: Settings, run: str | None, left: Path | None, right: Path | None) -> Sequence[Window]:
    """Half minutes of files."""
    from rich.console import Console

    from surefoot.analysis.model import Foot
    from surefoot.analysis.parameters import Parameters
    from surefoot.service.errors.recordings import TwoSourcesError
    from surefoot.service.pipeline.analysis import analyze_files
    from surefoot.service.terminal.progress import ProgressBar

    if run is not None:
        raise TwoSourcesError(f"run {run} and --left or --right", "either a run or files")
    files = {foot: path for foot, path in ((Foot.LEFT, left), (Foot.RIGHT, right)) if path is not None}
    with ProgressBar(Console(stderr=True)) as progress:
        return analyze_files(files, progress, Parameters.from_changed(settings.parameters)).results.windows

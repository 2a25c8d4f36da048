"""Five easy minutes of a runner against their own usual, and what they say of calf raises and balance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from surefoot.analysis.model import Window
from surefoot.analysis.weeks.build_up import LegTests
from surefoot.analysis.weeks.easy_minutes import Check, easy_minutes
from surefoot.service.errors.people import EntryError
from surefoot.service.errors.runs import RunNotStoredError
from surefoot.service.people.people import People
from surefoot.service.runtime.own_runs import own_runs
from surefoot.service.runtime.usual import shoe_of, usual_of
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader


@dataclass(frozen=True, slots=True)
class Checked:
    """A run that was looked at; `goes_on` where it had not ended."""

    run: str
    began: datetime
    goes_on: bool
    check: Check


def check_stored(settings: Settings, runner: str, run: str | None = None) -> Checked:
    """The five minutes of a stored run, by default the newest, which may still go on.

    Raises
    ------
    RunNotStoredError
        if the runner has no such run.
    """
    if not settings.store_path.exists():
        raise RunNotStoredError(runner, run)
    with StoreReader(settings.store_path) as reader:
        stored = [each for each in reader.runs(runner) if run in (None, each.run)]
        if not stored:
            raise RunNotStoredError(runner, run)
        newest = stored[-1]
    usual, windows = usual_of(settings, newest.run, runner)
    return Checked(newest.run, newest.started_utc.astimezone(), newest.summary is None, easy_minutes(windows, usual))


def check_windows(settings: Settings, runner: str, windows: Sequence[Window], now: datetime) -> Check:
    """The five minutes of files, in the shoe of the last run; where the pods sat is not known of them."""
    known = own_runs(settings, runner)
    shoe = shoe_of(settings, known.runs[-1].run, runner) if known.runs else None
    return easy_minutes(windows, known.usual(now, shoe, None))


def leg_tests(settings: Settings, runner: str) -> LegTests | None:
    """What a runner has said last; None where they have not."""
    said = People(settings.data).all_of(runner, LegTests)
    return said[-1] if said else None


def keep_leg_tests(
    settings: Settings,
    runner: str,
    day: date,
    raises: tuple[int, int] | None = None,
    *,
    hurt: bool | None = None,
    steady: bool | None = None,
) -> None:
    """Keep what was said, beside what was said on the same day.

    Parameters
    ----------
    raises : on the left leg and on the right.

    Raises
    ------
    EntryError
        if so many cannot be.
    """
    before = leg_tests(settings, runner)
    said = before if before is not None and before.day == day else LegTests(f"legs-{day}", day)
    try:
        if raises is not None:
            said = replace(said, left_raises=raises[0], right_raises=raises[1])
    except ValueError as error:
        raise EntryError(f"{error}.") from error
    hurt, steady = said.calf_raises_hurt if hurt is None else hurt, said.balance_is_steady if steady is None else steady
    People(settings.data).keep(runner, replace(said, calf_raises_hurt=hurt, balance_is_steady=steady))

"""Sessions of a plan, and what is before them, against the runner's own usual: evenness and speed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, tzinfo
from statistics import median

from surefoot.analysis.metrics import CONTACT
from surefoot.analysis.model import Gait
from surefoot.analysis.weeks.anchor import Anchor
from surefoot.analysis.weeks.decision import Evenness
from surefoot.analysis.weeks.run_balance import MIN_GAIT_S
from surefoot.service.people.people import People
from surefoot.service.runtime.own_runs import own_runs
from surefoot.service.runtime.usual import evenness
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader


def evenness_of(settings: Settings, runner: str, runs: Sequence[str]) -> Mapping[str, Evenness | None]:
    """Each run against the runner's anchor; None where it cannot be told, as of all runs before one is confirmed."""
    if not runs or not People(settings.data).all_of(runner, Anchor):
        return dict.fromkeys(runs)
    known = own_runs(settings, runner)
    return {run: evenness(settings, run, runner, known) for run in runs}


def easy_mps(settings: Settings, runner: str) -> float | None:
    """Speed of the runner's runs of five minutes or more, the middle one; None where none is known."""
    known = own_runs(settings, runner).balances.get((Gait.RUN, CONTACT), ())
    return median(speeds) if (speeds := [each.speed_mps for each in known if each.speed_mps]) else None


def walks_evenly(settings: Settings, runner: str, since: date, zone: tzinfo | None = None) -> bool | None:
    """Whether the newest walk since a day is as the runner's healthy walks; None where it cannot be told.

    A walk is a recording with less than five minutes of running.
    """
    if not settings.store_path.exists():
        return None
    with StoreReader(settings.store_path) as reader:
        walks = [
            run.run
            for run in reader.runs(runner)
            if run.summary is not None
            and run.started_utc.astimezone(zone).date() >= since
            and (run.summary["numbers"]["run_time_s"] or 0.0) < MIN_GAIT_S[Gait.RUN]
            and (run.summary["numbers"]["walk_time_s"] or 0.0) >= MIN_GAIT_S[Gait.WALK]
        ]
    found = evenness_of(settings, runner, walks[-1:])
    told = next(iter(found.values()), None)
    return None if told is None else told is Evenness.AS_BEFORE

"""How much somebody has run, in lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from surefoot.analysis.model import Foot
from surefoot.analysis.weeks.followed import FollowedPlan, followed_on
from surefoot.analysis.weeks.history import PastRun
from surefoot.analysis.weeks.labels import Shoe
from surefoot.analysis.weeks.load import Load, said_of_load, weeks
from surefoot.analysis.weeks.words import day_name, km
from surefoot.sensor_ingest.formatting import pluralize


def load_lines(
    history: Sequence[PastRun], shoes: Mapping[str, Shoe], plans: Sequence[FollowedPlan] = ()
) -> Iterator[str]:
    """The seven days up to the newest run and those before, and what is to be said of that run.

    Parameters
    ----------
    history : oldest first.
    plans : all that the runner has followed.
    """
    ran = [each for each in history if each.run_s > 0.0]
    if not ran:
        yield "No run with running is known."
        return
    newest = ran[-1]
    fortnight = weeks(ran, newest.day)
    yield f"7 days up to {day_name(newest.day)}: {_load_text(fortnight.last)}"
    yield f"7 days before: {_load_text(fortnight.before)}"
    yield from said_of_load(ran, newest, in_plan=followed_on(plans, newest.day) is not None, shoes=shoes)


def _load_text(load: Load) -> str:
    if not load.runs:
        return "no run."
    known = [
        pluralize(load.runs, "run"),
        f"{load.run_s / 60.0:.0f} min running",
        km(load.distance_m) if load.without_distance < load.runs else "",
        " and ".join(f"{load.contacts[foot]:,} {foot}" for foot in Foot) + " landings"
        if any(load.contacts.values())
        else "",
        f"{load.without_distance} without a distance" if load.without_distance else "",
        f"{load.without_pods} without pods" if load.without_pods else "",
    ]
    pace = ", ".join(
        f"{run_s / 60.0:.0f} min at {pace}:00 to {pace}:59 /km" for pace, run_s in load.run_s_by_pace.items()
    )
    return f"{', '.join(each for each in known if each)}.{f' {pace}.' if pace else ''}"

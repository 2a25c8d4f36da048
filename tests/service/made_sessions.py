"""Sessions of a plan as they stand in the store, and what their runner says of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from surefoot.analysis.findings import Finding
from surefoot.analysis.model import Bout, BoutKind, Foot, Gait
from surefoot.analysis.session import Results
from surefoot.analysis.weeks.feeling import CheckIn, Pain, When
from surefoot.analysis.weeks.labels import RunLabels, Surface
from surefoot.service.people.people import People
from surefoot.service.runtime.usual import confirm_usual
from surefoot.service.serialization.run_summary import summary_to_dict
from surefoot.service.settings import Settings
from surefoot.service.store.writing import RunClock, StoreWriter
from tests.service.past_balances import run_name, store_past, windows

RUNNER = "anna"
READY_S = 12.0


def bouts_of(*lengths_s: float) -> tuple[Bout, ...]:
    """A stand, and then running and walking by turns."""
    edges_s = [0.0, READY_S]
    for length_s in lengths_s:
        edges_s.append(edges_s[-1] + length_s)
    return tuple(Bout(kind, *edges) for kind, edges in zip(_kinds(), pairwise(edges_s), strict=False))


def _kinds() -> Iterator[BoutKind]:
    yield BoutKind.STILL
    while True:
        yield BoutKind.RUN
        yield BoutKind.WALK


def store_session(
    settings: Settings,
    began: datetime,
    bouts: Sequence[Bout],
    findings: Iterable[Finding] = (),
    *,
    balance_pct: float = 0.0,
    gait: Gait = Gait.WALK,
) -> str:
    """Put a run into the store that has ended; nothing is left unwatched of it.

    Parameters
    ----------
    balance_pct : left against right of one gait.
    """
    name = run_name(began.astimezone(UTC))
    results = Results({}, tuple(windows(balance_pct, gait)), tuple(bouts), tuple(findings))
    clock = RunClock(began)
    ended_ns = clock.ns(bouts[-1].end_s)
    body = summary_to_dict(results, clock.zero_ns, ended_ns, {})
    watched = {f"rolls_not_watched_s_{foot}": 0.0 for foot in Foot}
    with StoreWriter(settings.store_path) as writer, writer.transaction():
        writer.add_run(name, RUNNER, RUNNER, clock.zero_ns, "test", tuple(Foot))
        writer.add_results(name, RUNNER, clock, results)
        writer.add_summary(name, RUNNER, ended_ns, {**body, "numbers": {**body["numbers"], **watched}})
    return name


def say(people: People, run: str, at: datetime, *pains: Pain, when: When = When.AFTER, **more: object) -> None:
    """A check-in about a run."""
    said = CheckIn(f"{run} {when} {at:%H%M%S}", at.astimezone(UTC), at.date(), when, pains, run=run, **more)  # type: ignore[arg-type]
    people.keep(RUNNER, said)


def know_usual(settings: Settings, before: datetime, gait: Gait = Gait.WALK) -> None:
    """Healthy walks or runs of the month before, confirmed as usual."""
    store_past(settings, RUNNER, 0.0, 1.0, -1.0, first=before.astimezone(UTC) - timedelta(days=30), gait=gait)
    confirm_usual(settings, RUNNER, before.date())


def all_well(people: People, run: str, ended: datetime) -> None:
    """Nothing hurt, on a road, without a painkiller."""
    say(people, run, ended + timedelta(minutes=10))
    people.keep(RUNNER, RunLabels(run, Surface.ROAD, hills=False, painkiller=False))

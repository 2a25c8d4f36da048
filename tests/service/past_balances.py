"""Made-up past runs of a runner in the store: each with one left–right balance, and what was told around it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from surefoot.analysis.metrics import CONTACT, IMPACT, PUSH_OFF
from surefoot.analysis.model import Bout, BoutKind, Estimate, Foot, Gait, Window
from surefoot.analysis.session import Results
from surefoot.analysis.weeks.feeling import CheckIn, Pain, Place, When
from surefoot.service.people.people import People
from surefoot.service.serialization.run_summary import summary_to_dict
from surefoot.service.settings import Settings
from surefoot.service.store.writing import RunClock, StoreWriter

WINDOW_S = 30.0
WINDOWS = 12
FIRST = datetime(2025, 12, 1, 7, tzinfo=UTC)
SPEED_MPS, WALK_MPS = 2.8, 1.4


def run_name(began: datetime) -> str:
    """The id of a run that began then."""
    return f"{began:%Y%m%dT%H%M%SZ}-00000000"


def windows(balance_pct: float, gait: Gait = Gait.RUN, count: int = WINDOWS) -> Iterator[Window]:
    """Half minutes at one speed."""
    speed_mps = known(SPEED_MPS if gait is Gait.RUN else WALK_MPS)
    for number in range(count):
        wobble_pct = 0.5 if number % 2 else -0.5
        yield Window(
            number * WINDOW_S,
            (number + 1) * WINDOW_S,
            gait,
            known(165.0),
            {foot: {CONTACT: known(0.25), "speed_mps": speed_mps} for foot in Foot},
            {metric: known(balance_pct + wobble_pct, 0.6) for metric in (CONTACT, IMPACT, PUSH_OFF)},
        )


def store_past(
    settings: Settings, runner: str, *balances_pct: float, first: datetime = FIRST, gait: Gait = Gait.RUN
) -> list[str]:
    """A run every third day, each with nothing told to hurt before and after it; the runs' ids."""
    names = []
    for place, balance_pct in enumerate(balances_pct):
        began = first + timedelta(days=3 * place)
        store_balance(settings, runner, began, balance_pct, gait)
        for hours in (-2, 5):
            tell(settings, runner, began + timedelta(hours=hours))
        names.append(run_name(began))
    return names


def tell(settings: Settings, runner: str, at: datetime, *scores: int) -> None:
    """Say what hurts, or that nothing does."""
    pains = tuple(Pain(Foot.LEFT, Place.SHIN, score) for score in scores)
    People(settings.data).keep(runner, CheckIn(at.isoformat(), at, at.date(), When.AFTER, pains))


def store_balance(settings: Settings, runner: str, began: datetime, balance_pct: float, gait: Gait = Gait.RUN) -> None:
    """One run of six minutes that has ended."""
    clock, length_s = RunClock(began), WINDOWS * WINDOW_S
    with StoreWriter(settings.store_path) as writer, writer.transaction():
        writer.add_run(run_name(began), runner, runner, clock.zero_ns, "test", tuple(Foot))
        bouts = (Bout(BoutKind(gait), 0.0, length_s),)
        results = Results({}, tuple(windows(balance_pct, gait)), bouts)
        writer.add_results(run_name(began), runner, clock, results)
        body = summary_to_dict(results, clock.zero_ns, clock.ns(length_s), {})
        writer.add_summary(run_name(began), runner, clock.ns(length_s), body)


def known(value: float, half: float = 0.0) -> Estimate:
    """A value with its interval."""
    return Estimate(value, value - half, value + half, 40, 0.0)

"""A made-up run in the store: the balance is steady, and drifts away later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from surefoot.analysis.drift.reference_band import BASELINE_WINDOWS
from surefoot.analysis.metrics import CONTACT
from surefoot.analysis.model import Estimate, Foot, Gait, Window
from surefoot.analysis.session import Results
from surefoot.analysis.weeks.baselines import Balance
from surefoot.analysis.weeks.usual import NOTHING_KNOWN, Usual, UsualKind
from surefoot.service.serialization.encoding import utc_iso
from surefoot.service.settings import Settings
from surefoot.service.store.writing import RunClock, StoreWriter

OWN_PCT, DRIFT_PCT = 1.5, 9.0
SPEED_MPS = 3.0
ANCHOR_PCT, RECENT_PCT = 1.0, 4.0
SCATTER_PCT = (0.0, 1.0, -1.0, 0.5, -0.5)
"""How much each of five healthy runs differs from their mean."""
ANCHOR_HALF_PCT = 3.2355
"""By hand: 3.0545 √(1.2 × 0.935), of t at 12 degrees of freedom: the five runs' 4 beside 8 assumed, whose mean square
is (8 × (1² + 0.3²) + 2.5) / 12."""
WINDOW_S = 30.0
WINDOWS = 60


def _healthy(mean_pct: float) -> tuple[Balance, ...]:
    began = datetime(2026, 2, 1, 8, tzinfo=UTC)
    return tuple(
        Balance(f"r{day}", began + timedelta(days=day), Gait.RUN, mean_pct + apart_pct, 0.3, SPEED_MPS)
        for day, apart_pct in enumerate(SCATTER_PCT)
    )


USUAL = Usual(
    date(2026, 2, 10),
    {
        UsualKind.ANCHOR: {(Gait.RUN, CONTACT): _healthy(ANCHOR_PCT)},
        UsualKind.RECENT: {(Gait.RUN, CONTACT): _healthy(RECENT_PCT)},
    },
)


def windows(count: int = WINDOWS) -> Iterator[Window]:
    """The asymmetry is `OWN_PCT` while the baseline is made, and grows to `OWN_PCT + DRIFT_PCT`."""
    for number in range(count):
        drifted = max(number - BASELINE_WINDOWS + 1, 0) / (WINDOWS - BASELINE_WINDOWS)
        yield Window(
            number * WINDOW_S,
            (number + 1) * WINDOW_S,
            Gait.RUN,
            _known(172.0),
            {foot: {CONTACT: _known(0.25), "speed_mps": _known(SPEED_MPS)} for foot in Foot},
            {CONTACT: _known(OWN_PCT + DRIFT_PCT * drifted)},
        )


def store_drifting_run(
    settings: Settings,
    run: str,
    runner: str,
    began: datetime,
    count: int = WINDOWS,
    usual: Usual = NOTHING_KNOWN,
) -> None:
    """Store window by window, as while it is run, and then that it is over."""
    clock = RunClock(began)
    with StoreWriter(settings.store_path) as writer:
        with writer.transaction():
            writer.add_run(run, runner, runner, clock.zero_ns, "test", tuple(Foot))
        for window in windows(count):
            with writer.transaction():
                writer.add_results(run, runner, clock, Results({}, (window,)), usual)
        with writer.transaction():
            end_ns = clock.ns(count * WINDOW_S)
            times = {"started": utc_iso(clock.zero_ns), "ended": utc_iso(end_ns)}
            writer.add_summary(run, runner, end_ns, {"numbers": {}, "findings": [], "spikes": {}, **times}, usual)


def _known(value: float) -> Estimate:
    return Estimate(value, value, value, 40, 0.0)

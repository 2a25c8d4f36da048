"""A made-up run in the store: the balance is steady, and drifts away later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from surefoot.analysis.drift.reference_band import BASELINE_WINDOWS
from surefoot.analysis.metrics import CONTACT
from surefoot.analysis.model import Estimate, Foot, Gait, Window
from surefoot.analysis.session import Results
from surefoot.service.serialization.encoding import utc_iso
from surefoot.service.settings import Settings
from surefoot.service.store.writing import RunClock, StoreWriter

OWN_PCT, DRIFT_PCT = 1.5, 9.0
WINDOW_S = 30.0
WINDOWS = 60


def windows(count: int = WINDOWS) -> Iterator[Window]:
    """The asymmetry is `OWN_PCT` while the baseline is made, and grows to `OWN_PCT + DRIFT_PCT`."""
    for number in range(count):
        drifted = max(number - BASELINE_WINDOWS + 1, 0) / (WINDOWS - BASELINE_WINDOWS)
        yield Window(
            number * WINDOW_S,
            (number + 1) * WINDOW_S,
            Gait.RUN,
            _known(172.0),
            {foot: {CONTACT: _known(0.25)} for foot in Foot},
            {CONTACT: _known(OWN_PCT + DRIFT_PCT * drifted)},
        )


def store_drifting_run(settings: Settings, run: str, runner: str, began: datetime, count: int = WINDOWS) -> None:
    """Store window by window, as while it is run, and then that it is over."""
    clock = RunClock(began)
    with StoreWriter(settings.store_path) as writer:
        with writer.transaction():
            writer.add_run(run, runner, runner, clock.zero_ns, "test", tuple(Foot))
        for window in windows(count):
            with writer.transaction():
                writer.add_results(run, runner, clock, Results({}, (window,)))
        with writer.transaction():
            end_ns = clock.ns(count * WINDOW_S)
            times = {"started": utc_iso(clock.zero_ns), "ended": utc_iso(end_ns)}
            writer.add_summary(run, runner, end_ns, {"numbers": {}, "findings": [], "spikes": {}, **times})


def _known(value: float) -> Estimate:
    return Estimate(value, value, value, 40, 0.0)

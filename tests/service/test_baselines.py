"""A run's baseline is frozen after its first minutes, and stays whatever comes later."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from surefoot.analysis.drift.monitored_metrics import MIN_DRIFT_PCT, MONITORED_KEYS
from surefoot.analysis.drift.reference_band import BASELINE_WINDOWS, MIN_WINDOWS
from surefoot.analysis.metrics import CONTACT
from surefoot.analysis.session import Results
from surefoot.service.settings import Settings
from surefoot.service.store.writing import RunClock, StoreWriter
from tests.service.drifting_run import OWN_PCT, WINDOW_S, WINDOWS, store_drifting_run, windows

BEGAN = datetime(2026, 3, 1, 8, tzinfo=UTC)
CLOCK = RunClock(BEGAN)
HALF_WIDTH_PCT = float(MIN_DRIFT_PCT[MONITORED_KEYS.index(CONTACT)])


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


def baselines(settings: Settings) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(settings.store_path)) as store:
        return store.execute("SELECT time_ns, metric, kind, value, low, high FROM baselines ORDER BY seq").fetchall()


def row(time_s: float) -> tuple[object, ...]:
    """The baseline of the made-up run at a session time."""
    limits = (OWN_PCT - HALF_WIDTH_PCT, OWN_PCT + HALF_WIDTH_PCT)
    return (CLOCK.ns(time_s), CONTACT, "drift", *map(pytest.approx, (OWN_PCT, *limits)))


def test_a_drift_leaves_the_baseline_as_it_was_from_start_to_end(settings: Settings) -> None:
    store_drifting_run(settings, "run", "anna", BEGAN)
    assert baselines(settings) == [row(0.0), row(WINDOWS * WINDOW_S)]


def test_it_is_there_as_soon_as_it_is_frozen_and_not_before(settings: Settings) -> None:
    with StoreWriter(settings.store_path) as writer:
        with writer.transaction():
            writer.add_run("run", "anna", "anna", CLOCK.zero_ns, "test", ())
        for number, window in enumerate(windows(BASELINE_WINDOWS + 5), 1):
            with writer.transaction():
                writer.add_results("run", "anna", CLOCK, Results({}, (window,)))
            assert baselines(settings) == ([row(0.0)] if number >= BASELINE_WINDOWS else [])


@pytest.mark.parametrize("count", [MIN_WINDOWS - 1, MIN_WINDOWS])
def test_a_short_run_has_one_at_its_end_if_it_is_long_enough(settings: Settings, count: int) -> None:
    store_drifting_run(settings, "run", "anna", BEGAN, count)
    assert baselines(settings) == ([row(0.0), row(count * WINDOW_S)] if count >= MIN_WINDOWS else [])


def test_a_new_analysis_replaces_it(settings: Settings) -> None:
    store_drifting_run(settings, "run", "anna", BEGAN)
    with StoreWriter(settings.store_path) as writer, writer.transaction():
        writer.begin_generation("run", "anna", {})
        assert len(baselines(settings)) == 2
        writer.add_run("run", "anna", "anna", CLOCK.zero_ns, "test", ())
        writer.add_results("run", "anna", CLOCK, Results({}, tuple(windows(BASELINE_WINDOWS))))
    assert baselines(settings) == [row(0.0)]

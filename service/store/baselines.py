"""A runner's own left–right balance in a run, as it was frozen: a row at the run's start, and one at its end.

Each row has the time at which it holds, so that a line from row to row is the baseline. All within the caller's
transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from surefoot.analysis.drift.monitored_metrics import MONITORED_KEYS
from surefoot.analysis.drift.reference_band import BASELINE_WINDOWS, MIN_WINDOWS, reference_band
from surefoot.analysis.model import Gait, Window
from surefoot.analysis.weeks.usual import ALL_GAITS, Usual
from surefoot.service.serialization.store_rows import COMPARED_WINDOWS, compared_window_from_row, window_from_row

DRIFT = "drift"
"""Kind of the baseline that a drift within a run is measured from: the run's first minutes. Others are `UsualKind`s."""
INSERT = (
    "INSERT INTO baselines (run, runner, time_ns, metric, kind, value, low, high, generation)"
    " SELECT run, runner, time_ns, ?, ?, ?, ?, ?, ? FROM runs WHERE run = ? AND runner = ?"
)


def freeze_baselines(
    connection: sqlite3.Connection, run: str, runner: str, generation: int, min_windows: int = BASELINE_WINDOWS
) -> None:
    """Add the baseline of each metric that has `min_windows` windows of running and none yet, at the run's start."""
    known = "SELECT DISTINCT metric FROM baselines WHERE run = ? AND runner = ? AND kind = ?"
    frozen = {row["metric"] for row in connection.execute(known, (run, runner, DRIFT))}
    missing = [key for key in MONITORED_KEYS if key not in frozen]
    windows = _running_windows(connection, run, runner) if missing else ()
    for key in missing:
        band = reference_band(windows, key, min_windows)
        if band is not None:
            connection.execute(INSERT, (key, DRIFT, band.middle, band.low, band.high, generation, run, runner))


def freeze_usual(
    connection: sqlite3.Connection, run: str, runner: str, generation: int, usual: Usual, *, ended: bool = False
) -> None:
    """Add the runner's usual beside a run that is alike, at its start, as soon as there is enough of it.

    Parameters
    ----------
    ended : where nobody ran for long, it is that of walking.
    """
    known = "SELECT 1 FROM baselines WHERE run = ? AND runner = ? AND kind != ?"
    if not any(usual.runs.values()) or connection.execute(known, (run, runner, DRIFT)).fetchone():
        return
    windows = [compared_window_from_row(row) for row in connection.execute(COMPARED_WINDOWS, (run, runner))]
    for kind, metric, found, half_pct in usual.baselines(windows, ALL_GAITS if ended else (Gait.RUN,)):
        middle_pct = found.middle_pct
        values = (metric, kind.value, middle_pct, middle_pct - half_pct, middle_pct + half_pct, generation)
        connection.execute(INSERT, (*values, run, runner))


def end_baselines(
    connection: sqlite3.Connection, run: str, runner: str, end_ns: int, generation: int, usual: Usual
) -> None:
    """Repeat each baseline at the run's end; a short run has those of what it has."""
    freeze_baselines(connection, run, runner, generation, MIN_WINDOWS)
    freeze_usual(connection, run, runner, generation, usual, ended=True)
    connection.execute(
        "INSERT OR IGNORE INTO baselines (run, runner, time_ns, metric, kind, value, low, high, generation)"
        " SELECT run, runner, ?, metric, kind, value, low, high, generation FROM baselines"
        " WHERE run = ? AND runner = ? ORDER BY seq",
        (end_ns, run, runner),
    )


def _running_windows(connection: sqlite3.Connection, run: str, runner: str) -> Sequence[Window]:
    rows = connection.execute(
        "SELECT * FROM windows WHERE run = ? AND runner = ? AND gait = ? ORDER BY start_s", (run, runner, Gait.RUN)
    )
    return [window_from_row(row) for row in rows]

"""Takes a runner out of a store and its notebook, so that neither the tables nor the bytes of the files hold any of it.

Every table with a column `runner` is one of a runner's tables: one that is added later is emptied without being named.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from surefoot.sensor_ingest.recording.runner_ids import runner_id
from surefoot.service.serialization.run_messages import morning_messages, run_message_id
from surefoot.service.store.checked_lines import Line, rewrite_lines
from surefoot.service.store.connection import connect, store_errors, transaction
from surefoot.service.store.notebook import Notebook, NoteKind
from surefoot.service.store.own_rows import runner_tables
from surefoot.service.store.schema import EXPORTED_TABLES

log = logging.getLogger(__name__)

NAMING_TABLES = ("runs", "alerts")
"""Small ones that name every run of every runner: alerts alone are left of a run in a store that is begun anew."""
LOG_ATTEMPTS = 3
"""Each waits for as long as SQLite waits for others."""
UntilNs = Callable[[str], int | None]
"""Up to when a runner, by their id, is forgotten: nanoseconds since 1970, None for one who is not."""
Run = tuple[str, str]
"""Run and runner."""


def forget_rows(store: Path, until_ns: UntilNs) -> frozenset[Run]:
    """Delete all rows of forgotten runners; the runs they were in.

    Raises
    ------
    StoreError
        if the store cannot be written.
    """
    with closing(connect(store)) as connection:
        with transaction(connection, store):
            own = runner_tables(connection)
            runs = frozenset(_runs(connection, until_ns))
            _delete_deliveries(connection, runs)
            deleted = sum(_delete(connection, table, columns, runs, until_ns) for table, columns in own.items())
            _delete_traces(connection, own, runs)
        if runs or deleted:
            with store_errors(store):
                connection.execute("VACUUM")
                _empty_log(connection)
    return runs


def _empty_log(connection: sqlite3.Connection) -> None:
    """Leave nothing of what was in the write-ahead log, which others may be reading just now."""
    for _ in range(LOG_ATTEMPTS):
        is_busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not is_busy:
            return
    log.warning("The store's write-ahead log is in use; what was deleted leaves its bytes when the service ends.")


def forget_notes(store: Path, until_ns: UntilNs, runs: frozenset[Run]) -> None:
    """Write the notebook anew without forgotten runners.

    Parameters
    ----------
    runs : those of forgotten runners, by id of run and runner, that are known from elsewhere.
    """
    path = Notebook(store).path
    with store_errors(path):
        rewrite_lines(path, lambda lines: list(_kept_notes(lines, until_ns, runs)))


def _kept_notes(lines: Sequence[Line], until_ns: UntilNs, runs: frozenset[Run]) -> Iterator[Line]:
    alerts = [fields for kind, fields in lines if kind == NoteKind.ALERT and _is_covered(fields, until_ns)]
    own = {*runs, *((each["run"], runner_id(str(each["runner"]))) for each in alerts)}
    others = {
        fields["run"]
        for kind, fields in lines
        if kind in (NoteKind.ALERT, NoteKind.FINISHED) and (fields["run"], runner_id(str(fields["runner"]))) not in own
    }
    told, gone = {each["id"] for each in alerts}, {run for run, _ in own} - others
    is_message = _is_message_of(frozenset(own))
    for kind, fields in lines:
        match kind:
            case NoteKind.ALERT | NoteKind.WATCH_RUN:
                goes = _is_covered(fields, until_ns)
            case NoteKind.DELIVERY:
                goes = fields["alert"] in told or is_message(fields["alert"])
            case NoteKind.FINISHED:
                goes = (fields["run"], runner_id(str(fields["runner"]))) in own
            case NoteKind.CLOCK:
                goes = fields["run"] in gone
            case _:
                goes = False
        if not goes:
            yield kind, _without(fields, gone) if kind == NoteKind.BACKUP else fields


def _is_covered(fields: Mapping[str, Any], until_ns: UntilNs) -> bool:
    until = until_ns(runner_id(str(fields["runner"])))
    return until is not None and int(fields["time_ns"]) <= until


def _without(fields: Mapping[str, Any], runs: set[str]) -> Mapping[str, Any]:
    return {**fields, "runs": [run for run in fields["runs"] if run not in runs]}


def _runs(connection: sqlite3.Connection, until_ns: UntilNs) -> Iterator[Run]:
    """Runs of forgotten runners: those that began before."""
    for table in NAMING_TABLES:
        grouped = f"SELECT run, runner, min(time_ns) FROM {table} GROUP BY run, runner"
        for run, runner, began_ns in connection.execute(grouped).fetchall():
            until = until_ns(runner)
            if until is not None and began_ns <= until:
                yield run, runner


def _delete(
    connection: sqlite3.Connection, table: str, columns: Sequence[str], runs: frozenset[Run], until_ns: UntilNs
) -> int:
    """Delete their rows of a table; how many."""
    if "run" in columns:
        return sum(
            connection.execute(f"DELETE FROM {table} WHERE run = ? AND runner = ?", each).rowcount for each in runs
        )
    deleted = 0
    for (runner,) in connection.execute(f"SELECT DISTINCT runner FROM {table}").fetchall():
        until = until_ns(runner)
        if until is not None:
            deleted += connection.execute(
                f"DELETE FROM {table} WHERE runner = ? AND time_ns <= ?", (runner, until)
            ).rowcount
    return deleted


def _delete_deliveries(connection: sqlite3.Connection, runs: frozenset[Run]) -> None:
    """Delete what was noted of alerts and messages that were delivered to them."""
    for run, runner in runs:
        connection.execute(
            "DELETE FROM deliveries WHERE alert IN (SELECT id FROM alerts WHERE run = ? AND runner = ?)", (run, runner)
        )
    told = [row["alert"] for row in connection.execute("SELECT DISTINCT alert FROM deliveries").fetchall()]
    own = _is_message_of(runs)
    connection.executemany("DELETE FROM deliveries WHERE alert = ?", [(each,) for each in told if own(each)])


def _is_message_of(runs: frozenset[Run]) -> Callable[[str], bool]:
    """Whether an id is that of a message to the runners of runs, after a run or of a morning."""
    after = {run_message_id(*each) for each in runs}
    mornings = tuple(morning_messages(runner) for runner in sorted({runner for _, runner in runs}))
    return lambda told: told in after or any(each.fullmatch(told) for each in mornings)


def _delete_traces(connection: sqlite3.Connection, tables: Mapping[str, Sequence[str]], runs: frozenset[Run]) -> None:
    """Delete what was noted of rows that are gone: refusals, deliveries, and of runs that nobody is left of."""
    for table in EXPORTED_TABLES:
        connection.execute(
            f"DELETE FROM dead_letters WHERE source = ? AND seq NOT IN (SELECT seq FROM {table})", (table,)
        )
    for run in {run for run, _ in runs}:
        held = (connection.execute(f"SELECT 1 FROM {each} WHERE run = ? LIMIT 1", (run,)) for each in _of_runs(tables))
        if all(found.fetchone() is None for found in held):
            for table in ("too_old", "sent_again", "run_clocks"):
                connection.execute(f"DELETE FROM {table} WHERE run = ?", (run,))


def _of_runs(tables: Mapping[str, Sequence[str]]) -> list[str]:
    return [table for table, columns in tables.items() if "run" in columns]

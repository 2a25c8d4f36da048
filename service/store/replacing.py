"""Makes room for the results of a new analysis of a run, within the caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from surefoot.analysis.model import Foot
from surefoot.service.store.schema import FIRST_GENERATION, REPLACED_TABLES

ANALYSED_TABLES = (*(table for table in REPLACED_TABLES if table != "pod_health"), "bouts")


def drop_results(connection: sqlite3.Connection, run: str, runner: str, pods: Mapping[str, Foot]) -> int:
    """Delete a runner's results of a run; the generation of those to come.

    Alerts stay as they were told. The pods' health stays too, as new rows: exporters send what a run has anew.

    Parameters
    ----------
    pods : the foot of each of the runner's pods by serial number.
    """
    known = connection.execute("SELECT generation FROM runs WHERE run = ? AND runner = ?", (run, runner)).fetchone()
    for table in ANALYSED_TABLES:
        connection.execute(f"DELETE FROM {table} WHERE run = ? AND runner = ?", (run, runner))
    _add_health_again(connection, run, runner, pods)
    return int(known["generation"] if known is not None else FIRST_GENERATION) + 1


def _add_health_again(connection: sqlite3.Connection, run: str, runner: str, pods: Mapping[str, Foot]) -> None:
    rows = connection.execute(
        "SELECT time_ns, foot, serial, body FROM pod_health WHERE run = ? AND runner = ? ORDER BY seq", (run, runner)
    ).fetchall()
    connection.execute("DELETE FROM pod_health WHERE run = ? AND runner = ?", (run, runner))
    connection.executemany(
        "INSERT INTO pod_health (run, runner, foot, time_ns, serial, body) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (run, runner, pods.get(row["serial"], row["foot"]), row["time_ns"], row["serial"], row["body"])
            for row in rows
        ],
    )

"""A run that turned out to be part of another one: its results go, what people were told is told of the other."""

from __future__ import annotations

import json
import sqlite3

from surefoot.service.serialization.encoding import dumps
from surefoot.service.store.schema import REPLACED_TABLES


def absorb_run(connection: sqlite3.Connection, run: str, into: str, later_s: float) -> None:
    """Drop a run's results, and keep its alerts as the other's, within the caller's transaction.

    A run may be absorbed into itself, if its session clock begins earlier than was thought.

    Sinks that keep rows by their run get what is left of it in place of what they have.

    Parameters
    ----------
    later_s : how much later the session clock of `run` begins.
    """
    for row in connection.execute("SELECT seq, body FROM alerts WHERE run = ?", (run,)).fetchall():
        body = json.loads(row["body"])
        moved = {"time_s": body["time_s"] + later_s} if "time_s" in body else {}
        connection.execute(
            "UPDATE alerts SET run = ?, body = ? WHERE seq = ?",
            (into, dumps({**body, "run": into, **moved}), row["seq"]),
        )
    for table in (*REPLACED_TABLES, "bouts", "run_clocks"):
        connection.execute(f"DELETE FROM {table} WHERE run = ?", (run,))
    connection.execute(
        "INSERT INTO sent_again (sink, run, replaced) VALUES ('influxdb', ?, 1) ON CONFLICT DO UPDATE SET replaced = 1",
        (run,),
    )

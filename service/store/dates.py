"""Dates of a run's rows: they follow the beginning of the run, which may turn out to have been another one."""

from __future__ import annotations

import json
import sqlite3

from surefoot.service.serialization.encoding import dumps, utc_iso
from surefoot.service.store.schema import EXPORTED_TABLES


def align_dates(connection: sqlite3.Connection, run: str, zero_ns: int) -> None:
    """Move all rows of a run so that it begins at `zero_ns`, within the caller's transaction.

    Where that changes anything, sinks that keep rows by their date get the run anew, in place of what they have.
    """
    (stored_ns,) = connection.execute("SELECT min(time_ns) FROM runs WHERE run = ?", (run,)).fetchone()
    if stored_ns is None or stored_ns == zero_ns:
        return
    for table in EXPORTED_TABLES:  # by way of negative times, as no two rows may be at one time meanwhile
        connection.execute(f"UPDATE {table} SET time_ns = -(time_ns + ?) WHERE run = ?", (zero_ns - stored_ns, run))
        connection.execute(f"UPDATE {table} SET time_ns = -time_ns WHERE run = ?", (run,))
    _correct_bodies(connection, run, zero_ns)
    connection.execute(
        "INSERT INTO sent_again (sink, run, replaced) VALUES ('influxdb', ?, 1) ON CONFLICT DO UPDATE SET replaced = 1",
        (run,),
    )


def _correct_bodies(connection: sqlite3.Connection, run: str, zero_ns: int) -> None:
    """Correct the dates inside of alerts and summaries, which people are sent."""
    for row in connection.execute("SELECT seq, time_ns, body FROM alerts WHERE run = ?", (run,)).fetchall():
        body = {**json.loads(row["body"]), "time": utc_iso(row["time_ns"])}
        connection.execute("UPDATE alerts SET body = ? WHERE seq = ?", (dumps(body), row["seq"]))
    for row in connection.execute("SELECT seq, time_ns, body FROM summaries WHERE run = ?", (run,)).fetchall():
        body = {**json.loads(row["body"]), "started": utc_iso(zero_ns), "ended": utc_iso(row["time_ns"])}
        connection.execute("UPDATE summaries SET body = ? WHERE seq = ?", (dumps(body), row["seq"]))

"""Writes rows to InfluxDB so that each is taken, refused for good, or too old for the bucket."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from surefoot.service.exporters.influxdb_client import InfluxClient
from surefoot.service.exporters.influxdb_refusal import RefusedError
from surefoot.service.serialization.line_protocol import lines
from surefoot.service.store.outbox import Outcome

Rows = Sequence[sqlite3.Row]


def write_rows(influx: InfluxClient, table: str, rows: Rows) -> Outcome:
    """Write rows of a table; UnreachableError where it is to be tried again later.

    A refusal may be about some of them. They are halved in order of time, so that what is too old stays together.
    """
    return _write(influx, table, sorted(rows, key=lambda row: row["time_ns"]))


def _write(influx: InfluxClient, table: str, rows: Rows) -> Outcome:
    written = [line for row in rows for line in lines(table, row)]
    try:
        if written:
            influx.write(written)
    except RefusedError as error:
        if len(rows) == 1 or error.dropped == len(written):
            return _refusal(rows, error)
        half = len(rows) // 2
        return _write(influx, table, rows[:half]) + _write(influx, table, rows[half:])
    return Outcome(len(rows))


def _refusal(rows: Rows, error: RefusedError) -> Outcome:
    if error.is_too_old:
        return Outcome(too_old={row["run"]: row["time_ns"] for row in rows})
    return Outcome(refused={row["seq"]: str(error) for row in rows})

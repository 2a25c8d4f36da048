"""Schema of the store as numbered steps, forward only: a store has had every migration up to its version."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path

from surefoot.sensor_ingest.recording.runner_ids import runner_id, shown_name
from surefoot.service.errors.store import StoreBrokenError, StoreError

FIRST_TABLES = """
CREATE TABLE runs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, runner TEXT NOT NULL, time_ns INTEGER NOT NULL,
    software TEXT NOT NULL, feet TEXT NOT NULL, UNIQUE (run, runner)) STRICT;
CREATE TABLE strides (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, runner TEXT NOT NULL, time_ns INTEGER NOT NULL,
    foot TEXT NOT NULL, number INTEGER NOT NULL, initial_contact_s REAL, terminal_contact_s REAL,
    next_initial_contact_s REAL, running INTEGER NOT NULL, confidence REAL, flags INTEGER NOT NULL,
    metrics TEXT NOT NULL, UNIQUE (run, runner, foot, number)) STRICT;
CREATE TABLE windows (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, runner TEXT NOT NULL, time_ns INTEGER NOT NULL,
    start_s REAL NOT NULL, end_s REAL NOT NULL, gait TEXT NOT NULL, body TEXT NOT NULL,
    UNIQUE (run, runner, start_s)) STRICT;
CREATE TABLE live (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, runner TEXT NOT NULL, time_ns INTEGER NOT NULL,
    start_s REAL NOT NULL, end_s REAL NOT NULL, gait TEXT NOT NULL, body TEXT NOT NULL,
    UNIQUE (run, runner, start_s)) STRICT;
CREATE TABLE bouts (
    run TEXT NOT NULL, runner TEXT NOT NULL, kind TEXT NOT NULL, start_s REAL NOT NULL, end_s REAL NOT NULL,
    PRIMARY KEY (run, runner, start_s)) STRICT;
CREATE TABLE findings (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, runner TEXT NOT NULL, time_ns INTEGER NOT NULL,
    id TEXT NOT NULL, revision INTEGER NOT NULL, body TEXT NOT NULL, UNIQUE (run, runner, id, revision)) STRICT;
CREATE TABLE pod_health (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, runner TEXT NOT NULL, time_ns INTEGER NOT NULL,
    foot TEXT NOT NULL, serial TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (run, runner, foot, time_ns)) STRICT;
CREATE TABLE summaries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, runner TEXT NOT NULL, time_ns INTEGER NOT NULL,
    body TEXT NOT NULL, UNIQUE (run, runner)) STRICT;
CREATE TABLE alerts (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, runner TEXT NOT NULL, time_ns INTEGER NOT NULL,
    id TEXT NOT NULL UNIQUE, body TEXT NOT NULL, age_s REAL, stored_utc_s REAL NOT NULL) STRICT;
CREATE TABLE cursors (
    sink TEXT NOT NULL, source TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (sink, source)) STRICT;
CREATE TABLE dead_letters (
    sink TEXT NOT NULL, source TEXT NOT NULL, seq INTEGER NOT NULL, reason TEXT NOT NULL, at_utc TEXT NOT NULL,
    PRIMARY KEY (sink, source, seq)) STRICT;
CREATE TABLE deliveries (
    sink TEXT NOT NULL, alert TEXT NOT NULL, delivered_utc TEXT NOT NULL, latency_s REAL,
    late INTEGER NOT NULL, PRIMARY KEY (sink, alert)) STRICT;
"""

STRIDES_BY_CONTACT = """
ALTER TABLE strides RENAME TO strides_by_number;
CREATE TABLE strides (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, runner TEXT NOT NULL, time_ns INTEGER NOT NULL,
    foot TEXT NOT NULL, initial_contact_s REAL, terminal_contact_s REAL, next_initial_contact_s REAL,
    running INTEGER NOT NULL, confidence REAL, flags INTEGER NOT NULL, metrics TEXT NOT NULL,
    generation INTEGER NOT NULL DEFAULT 1, UNIQUE (run, runner, foot, time_ns)) STRICT;
INSERT OR IGNORE INTO strides (
    seq, run, runner, time_ns, foot, initial_contact_s, terminal_contact_s, next_initial_contact_s, running, confidence,
    flags, metrics)
    SELECT seq, run, runner, time_ns, foot, initial_contact_s, terminal_contact_s, next_initial_contact_s, running,
    confidence, flags, metrics FROM strides_by_number ORDER BY seq;
DROP TABLE strides_by_number;
ALTER TABLE windows ADD COLUMN generation INTEGER NOT NULL DEFAULT 1;
ALTER TABLE live ADD COLUMN generation INTEGER NOT NULL DEFAULT 1;
ALTER TABLE bouts ADD COLUMN generation INTEGER NOT NULL DEFAULT 1;
ALTER TABLE findings ADD COLUMN generation INTEGER NOT NULL DEFAULT 1;
ALTER TABLE summaries ADD COLUMN generation INTEGER NOT NULL DEFAULT 1;
"""
"""A stride is known by its contact: its number is another one where something before it is missing."""

RUN_GENERATION = "ALTER TABLE runs ADD COLUMN generation INTEGER NOT NULL DEFAULT 1;\n"

SINK_LEDGER = """
CREATE TABLE too_old (
    sink TEXT NOT NULL, run TEXT NOT NULL, until_ns INTEGER NOT NULL, PRIMARY KEY (sink, run)) STRICT;
CREATE TABLE sent_again (
    sink TEXT NOT NULL, run TEXT NOT NULL, replaced INTEGER NOT NULL, PRIMARY KEY (sink, run)) STRICT;
CREATE TABLE run_clocks (
    run TEXT NOT NULL PRIMARY KEY, boot TEXT NOT NULL, zero_s REAL NOT NULL, utc_zero_ns INTEGER NOT NULL,
    trusted INTEGER NOT NULL) STRICT;
"""
"""What a sink no longer keeps, which runs it gets once more, and session time on the clock of the computer's boot."""

RUNNER_IDS = """
ALTER TABLE runs ADD COLUMN name TEXT NOT NULL DEFAULT '';
UPDATE runs SET name = shown_name(runner);
UPDATE runs SET runner = runner_id(runner) WHERE runner <> runner_id(runner);
UPDATE strides SET runner = runner_id(runner) WHERE runner <> runner_id(runner);
UPDATE windows SET runner = runner_id(runner) WHERE runner <> runner_id(runner);
UPDATE live SET runner = runner_id(runner) WHERE runner <> runner_id(runner);
UPDATE bouts SET runner = runner_id(runner) WHERE runner <> runner_id(runner);
UPDATE findings SET runner = runner_id(runner) WHERE runner <> runner_id(runner);
UPDATE pod_health SET runner = runner_id(runner) WHERE runner <> runner_id(runner);
UPDATE summaries SET runner = runner_id(runner) WHERE runner <> runner_id(runner);
UPDATE alerts SET runner = runner_id(runner) WHERE runner <> runner_id(runner);
"""
"""A runner's name may be anything; what stands in every table, topic and query is the id."""

RUN_DATES = """
DROP TABLE run_clocks;
CREATE TABLE run_clocks (
    run TEXT NOT NULL PRIMARY KEY, boot TEXT NOT NULL, zero_s REAL NOT NULL, dated INTEGER NOT NULL) STRICT;
"""
"""A run's date is that of its recording; what matters is whether it can be trusted."""

PAIR_CLOCKS = "ALTER TABLE runs ADD COLUMN clock_sd_s REAL;\n"
"""How well the feet's clocks are known against each other; NULL where both pods were timed live."""

BASELINES = """
CREATE TABLE baselines (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, runner TEXT NOT NULL, time_ns INTEGER NOT NULL,
    metric TEXT NOT NULL, kind TEXT NOT NULL, value REAL NOT NULL, low REAL NOT NULL, high REAL NOT NULL,
    generation INTEGER NOT NULL DEFAULT 1, UNIQUE (run, runner, metric, kind, time_ns)) STRICT;
"""
"""What a runner's left–right balance is compared with, as it was frozen in the run."""

RUN_LABELS = "DELETE FROM cursors WHERE sink = 'influxdb' AND source IN ('runs', 'summaries');\n"
"""InfluxDB gets every run's announcement and summary once more, which now have a label."""

WATCH_RUNS = """
CREATE TABLE watch_runs (
    runner TEXT NOT NULL, time_ns INTEGER NOT NULL, name TEXT NOT NULL, utc_offset_s REAL, duration_s REAL NOT NULL,
    distance_m REAL, ascent_m REAL, heart_rate_bpm REAL, cadence_spm REAL, sport TEXT NOT NULL, form TEXT NOT NULL,
    PRIMARY KEY (runner, time_ns)) STRICT;
"""
"""Runs without pods, as a watch's file has them; where they led is not kept."""

COMPANIONS = """
CREATE TABLE companions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, runner TEXT NOT NULL, time_ns INTEGER NOT NULL,
    companion TEXT NOT NULL, time_s REAL NOT NULL, body TEXT NOT NULL, generation INTEGER NOT NULL DEFAULT 1,
    UNIQUE (run, runner, companion, time_ns, body)) STRICT;
"""
"""What sensors beside the pods said: heart rate, treadmill, foot pod. One may say two things at a time."""

MIGRATIONS: Mapping[int, str] = {
    1: FIRST_TABLES,
    2: STRIDES_BY_CONTACT,
    3: RUN_GENERATION,
    4: SINK_LEDGER,
    5: RUNNER_IDS,
    6: RUN_DATES,
    7: PAIR_CLOCKS,
    8: BASELINES,
    9: RUN_LABELS,
    10: WATCH_RUNS,
    11: COMPANIONS,
}
"""Schema version → statements that lead to it from the version before, each ended by a semicolon and a line break.

What has been released is never changed; a change of the schema is the next number.
"""
SCHEMA_VERSION = max(MIGRATIONS)
MAX_VERSION = 1000
"""A greater version is damage."""


def migrate(connection: sqlite3.Connection, path: Path, migrations: Mapping[int, str] = MIGRATIONS) -> None:
    """Bring a store to the newest schema in one transaction; several processes may do so at once.

    Raises
    ------
    StoreError
        if the store has a newer schema than this one.
    """
    newest = max(migrations)
    if _version(connection) < newest:
        for function in (runner_id, shown_name):
            connection.create_function(function.__name__, 1, function, deterministic=True)
        connection.execute("BEGIN IMMEDIATE")
        try:
            for number in range(_version(connection) + 1, newest + 1):  # none, if another process was faster
                _apply(connection, number, migrations[number])
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
    if _version(connection) > MAX_VERSION:
        raise StoreBrokenError(path, f"schema version {_version(connection)}")
    if _version(connection) > newest:
        raise StoreError(path, f"was written by a newer surefoot (version {_version(connection)})", "update surefoot")


def _apply(connection: sqlite3.Connection, number: int, statements: str) -> None:
    for statement in statements.split(";\n"):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {number}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])

"""The store's tables.

What is shipped is only added to, and its `seq` only grows: a cursor on it is all that a shipper must remember.
A row is known by what it is of, not by when it was written, so that writing it once more changes nothing.
"""

from __future__ import annotations

SCHEMA_VERSION = 1

EXPORTED_TABLES = ("runs", "strides", "windows", "live", "findings", "pod_health", "summaries", "alerts")
"""Tables with a `seq`, in the order in which they are shipped: a run is announced before its rows."""

TABLES = """
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

"""A store of an older schema is brought to the newest with its rows; a newer one is refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.recording.runner_ids import runner_id
from surefoot.service.errors.store import StoreError
from surefoot.service.store.connection import connect
from surefoot.service.store.migrations import FIRST_TABLES, MIGRATIONS
from surefoot.service.store.outbox import Outbox
from surefoot.service.store.reading import StoreReader
from surefoot.service.store.repair import ensure_store
from surefoot.service.store.schema import EXPORTED_TABLES
from surefoot.service.store.writing import RunClock, StoreWriter
from tests.service.stored_runs import RUNNER, manifest

VERSIONS = sorted((Path(__file__).parent / "fixtures").glob("store_v*.sql"))
"""A store that each version of the schema wrote, as SQL text."""
VERSION_1 = VERSIONS[0]
TABLES_OF_VERSION_1 = tuple(table for table in EXPORTED_TABLES if f"CREATE TABLE {table} " in FIRST_TABLES)
SHOES = {1: FIRST_TABLES, 2: "ALTER TABLE runs ADD COLUMN shoes TEXT;\nUPDATE runs SET shoes = 'unknown';\n"}
COUNTED = {**SHOES, 3: "CREATE TABLE shoe_counts (shoes TEXT PRIMARY KEY, runs INTEGER NOT NULL) STRICT;\n"}
BROKEN = {**SHOES, 3: "CREATE TABLE laces (length_m REAL);\nUPDATE socks SET shoes = 1;\n"}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A store of version 1."""
    path = tmp_path / "surefoot.sqlite"
    with closing(sqlite3.connect(path)) as store:
        store.executescript(VERSION_1.read_text(encoding="utf-8"))
    return path


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as store:
        return int(store.execute("PRAGMA user_version").fetchone()[0])


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table that version 1 exported, in the columns of version 1, but for the strides' numbers."""
    with closing(sqlite3.connect(":memory:")) as first:
        first.executescript(FIRST_TABLES)
        columns = {
            name: [row[1] for row in first.execute(f"PRAGMA table_info({name})")] for name in TABLES_OF_VERSION_1
        }
    columns["strides"].remove("number")
    with closing(sqlite3.connect(path)) as store:
        return {
            name: store.execute(f"SELECT {', '.join(columns[name])} FROM {name} ORDER BY seq").fetchall()
            for name in TABLES_OF_VERSION_1
        }


def migrated(path: Path, migrations: Mapping[int, str]) -> int:
    """The version of a store after it was opened with these migrations."""
    connect(path, migrations).close()
    return version(path)


def test_a_store_of_version_1_is_read_by_this_version(old: Path) -> None:
    before = rows(old)
    with StoreReader(old) as reader:
        (run,) = reader.runs()
        results = reader.results(run.run, RUNNER)
    assert (run.run, run.feet) == (manifest().run_id, (Foot.LEFT, Foot.RIGHT))
    assert [len(results.strides[foot]) for foot in Foot] == [4, 4]
    assert (len(results.windows), len(results.live), len(results.findings)) == (1, 1, 1)
    assert results.strides[Foot.LEFT].initial_contact_s[0] == 3.7469366328263596
    with Outbox(old, "somebody") as outbox:
        assert outbox.pending_count("alerts") == 3
    assert rows(old) == before
    assert version(old) == max(MIGRATIONS)


def test_there_is_a_store_of_every_earlier_version() -> None:
    assert {int(path.stem.removeprefix("store_v")) for path in VERSIONS} >= set(range(1, max(MIGRATIONS)))


@pytest.mark.parametrize("text", VERSIONS, ids=lambda path: path.stem)
def test_a_store_of_any_earlier_version_is_used_as_it_is_and_can_be_made_anew(tmp_path: Path, text: Path) -> None:
    path = tmp_path / "surefoot.sqlite"
    with closing(sqlite3.connect(path)) as store:
        store.executescript(text.read_text(encoding="utf-8"))
        alerts = store.execute("SELECT id FROM alerts").fetchall()
    assert ensure_store(path) is None
    with StoreReader(path) as reader:
        results = reader.results(manifest().run_id, RUNNER)
    assert [len(results.strides[foot]) for foot in Foot] == [4, 4]
    assert version(path) == max(MIGRATIONS)
    path.unlink()
    ensure_store(path)
    with closing(sqlite3.connect(path)) as store:
        assert store.execute("SELECT id FROM alerts").fetchall() == alerts
    assert len(alerts) == 3


def test_sinks_go_on_behind_the_strides_that_they_had_of_version_1(old: Path) -> None:
    with closing(sqlite3.connect(old)) as store:
        seqs = [row[0] for row in store.execute("SELECT seq FROM strides ORDER BY seq")]
        store.execute("INSERT INTO cursors (sink, source, seq) VALUES ('somebody', 'strides', ?)", (seqs[4],))
        store.commit()
    with Outbox(old, "somebody") as outbox:
        assert [row["seq"] for row in outbox.pending("strides", 100)] == seqs[5:]
    with StoreReader(old) as reader, StoreWriter(old) as writer:
        strides = reader.results(manifest().run_id, RUNNER).strides[Foot.LEFT]
        later = replace(strides, initial_contact_s=strides.initial_contact_s + 60.0)
        with writer.transaction():
            for rows in (strides, later):
                writer.add_strides(manifest().run_id, RUNNER, RunClock(manifest().created_utc), rows)
    with Outbox(old, "somebody") as outbox:
        assert [row["seq"] for row in outbox.pending("strides", 100)] == [*seqs[5:], *range(seqs[-1] + 1, seqs[-1] + 5)]


def test_migrations_are_applied_in_order_and_keep_the_rows(old: Path) -> None:
    before = rows(old)
    assert migrated(old, COUNTED) == 3
    assert rows(old) == before
    with closing(sqlite3.connect(old)) as store:
        assert store.execute("SELECT shoes FROM runs").fetchall() == [("unknown",)]
    assert migrated(old, COUNTED) == 3


def test_a_new_store_has_had_every_migration(tmp_path: Path, old: Path) -> None:
    assert migrated(tmp_path / "new.sqlite", COUNTED) == 3
    connect(old, COUNTED).close()
    schemas = []
    for path in (tmp_path / "new.sqlite", old):
        with closing(sqlite3.connect(path)) as store:
            schemas.append(sorted(store.execute("SELECT name, sql FROM sqlite_master").fetchall()))
    assert schemas[0] == schemas[1]


def test_a_migration_that_fails_changes_nothing(old: Path) -> None:
    before = rows(old)
    with pytest.raises(StoreError, match="no such table: socks"):
        connect(old, BROKEN)
    assert (version(old), rows(old)) == (1, before)
    with closing(sqlite3.connect(old)) as store:
        assert "shoes" not in [row[1] for row in store.execute("PRAGMA table_info(runs)")]


def test_a_store_of_a_newer_version_is_refused(old: Path) -> None:
    assert migrated(old, COUNTED) == 3
    with pytest.raises(StoreError, match=r"was written by a newer surefoot \(version 3\)\); update surefoot\.$"):
        connect(old, SHOES)
    assert version(old) == 3


def test_a_runner_s_name_becomes_an_id_in_every_table(old: Path) -> None:
    with closing(sqlite3.connect(old)) as store, store:
        tables = (*TABLES_OF_VERSION_1, "bouts")
        for table in tables:
            store.execute(f"UPDATE {table} SET runner = ?", ("José/#",))
    connect(old).close()
    with closing(sqlite3.connect(old)) as store:
        for table in tables:
            assert set(store.execute(f"SELECT runner FROM {table}")) <= {(runner_id("José/#"),)}, table
        assert store.execute("SELECT DISTINCT name FROM runs").fetchall() == [("José/#",)]


def test_influxdb_gets_runs_and_summaries_once_more_for_their_labels(tmp_path: Path) -> None:
    path = tmp_path / "surefoot.sqlite"
    with closing(sqlite3.connect(path)) as store:
        store.executescript(next(each for each in VERSIONS if each.stem == "store_v8").read_text(encoding="utf-8"))
        for table in EXPORTED_TABLES:
            store.execute("INSERT INTO cursors (sink, source, seq) VALUES ('influxdb', ?, 1000)", (table,))
        store.commit()
    with Outbox(path, "influxdb") as outbox:
        waiting = {table for table in EXPORTED_TABLES if outbox.pending_count(table)}
    assert waiting == {"runs", "summaries"}

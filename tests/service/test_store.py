"""The store holds results bit by bit, each once, however often and in whatever pieces they are found."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from threading import Barrier, Event

import numpy as np
import pytest

from surefoot.analysis.findings import Kind, Severity, State
from surefoot.analysis.model import Foot, Samples
from surefoot.service.errors.store import StoreError
from surefoot.service.settings import Settings
from surefoot.service.store.boot_time import BootTime
from surefoot.service.store.migrations import SCHEMA_VERSION
from surefoot.service.store.outbox import Outbox
from surefoot.service.store.reading import StoreReader
from surefoot.service.store.schema import EXPORTED_TABLES, FIRST_GENERATION
from surefoot.service.store.tail import StoreTail
from surefoot.service.store.writing import StoreWriter
from tests.service.demo_runs import assert_same
from tests.service.stored_runs import RUNNER, finding, manifest, store_samples

FINDINGS = (
    finding(at_s=30.0),
    finding(at_s=30.0, severity=Severity.SEVERE, revision=1, known_s=35.0),
    finding(Kind.ASYMMETRY_DRIFT, 20.0, Severity.NOTICE),
    finding(Kind.ASYMMETRY_DRIFT, 20.0, Severity.NOTICE, State.RESOLVED, revision=1, known_s=58.0),
)
LONG_AGO = replace(BootTime.now(), seconds=0.0)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


def content(settings: Settings) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every shipped table, without what depends on when it was written."""
    with sqlite3.connect(settings.store_path) as connection:
        rows = {name: connection.execute(f"SELECT * FROM {name} ORDER BY seq").fetchall() for name in EXPORTED_TABLES}
    connection.close()
    rows["alerts"] = [row[1:6] for row in rows["alerts"]]
    return {name: sorted(row[1:] if name != "alerts" else row for row in found) for name, found in rows.items()}


def test_what_was_found_is_read_back_to_the_last_bit(settings: Settings, samples: dict[Foot, Samples]) -> None:
    found = store_samples(settings, samples, FINDINGS)
    with StoreReader(settings.store_path) as reader:
        stored = reader.results(manifest().run_id, RUNNER)
        runs = reader.runs()
    assert_same(found, replace(stored, findings=found.findings))
    assert [each.id for each in stored.findings] == [each.id for each in sorted(FINDINGS, key=lambda f: f.known_s)]
    assert stored.findings[1].evidence == FINDINGS[0].evidence
    assert [run.runner for run in runs] == [RUNNER]
    assert runs[0].summary is not None
    assert runs[0].summary["spikes"] == {"inversion": True, "asymmetry": True}
    assert runs[0].started_utc == manifest().created_utc


@pytest.mark.parametrize("until_s", [0.0, 11.0, 29.0, 36.0, 50.0])
def test_a_crash_and_a_replay_double_nothing_and_lose_nothing(
    tmp_path: Path, samples: dict[Foot, Samples], until_s: float
) -> None:
    whole, cut = Settings(data=tmp_path / "whole"), Settings(data=tmp_path / "cut")
    store_samples(whole, samples, FINDINGS)
    store_samples(cut, samples, FINDINGS, until_s=until_s)
    store_samples(cut, samples, FINDINGS, chunk_s=0.1)
    assert content(cut) == content(whole)
    store_samples(cut, samples, FINDINGS, chunk_s=60.0)
    assert content(cut) == content(whole)


def with_a_hole(samples: dict[Foot, Samples], shift_s: float) -> dict[Foot, Samples]:
    """The samples without some seconds, and a little later, as the clock mappings that are in a hole leave them."""
    holed = {}
    for foot, rows in samples.items():
        kept = (rows.time_s < 21.0) | (rows.time_s > 26.0)
        holed[foot] = Samples(
            foot, rows.time_s[kept] + shift_s, rows.acc_mps2[kept], rows.gyr_radps[kept], rows.clipped[kept]
        )
    return holed


def test_after_a_hole_every_stride_is_stored_once_and_the_first_stays(
    tmp_path: Path, samples: dict[Foot, Samples]
) -> None:
    whole, holed = Settings(data=tmp_path / "whole"), Settings(data=tmp_path / "holed")
    store_samples(whole, samples, FINDINGS)
    store_samples(holed, samples, FINDINGS, until_s=40.0)
    before = content(holed)
    moved = [replace(each, time_s=each.time_s + 0.0016, id=f"{each.id}-moved") for each in FINDINGS]
    store_samples(holed, with_a_hole(samples, 0.0016), moved)
    after, wanted = content(holed), content(whole)
    for table in ("strides", "windows", "live", "findings", "alerts"):
        assert set(before[table]) <= set(after[table])
    assert [row[3] for row in after["alerts"]] == [row[3] for row in wanted["alerts"]]
    assert sorted(row[3:5] for row in after["findings"]) == sorted(row[3:5] for row in wanted["findings"])
    for table in ("windows", "live"):
        assert len(after[table]) == len(wanted[table])
    with StoreReader(holed.store_path) as reader:
        strides = reader.results(manifest().run_id, RUNNER).strides
        bouts = reader.bouts(manifest().run_id, RUNNER)
    assert all(later.start_s > bout.end_s - 0.01 for bout, later in pairwise(bouts))
    with StoreReader(whole.store_path) as reader:
        true = reader.results(manifest().run_id, RUNNER).strides
    for foot, rows in strides.items():
        np.testing.assert_allclose(rows.initial_contact_s, true[foot].initial_contact_s, rtol=0.0, atol=0.01)


def test_a_finding_is_raised_again_only_if_it_is_worse(settings: Settings, samples: dict[Foot, Samples]) -> None:
    def raised() -> list[str]:
        with StoreReader(settings.store_path) as reader:
            alerts = reader.alerts(manifest().run_id, RUNNER)
        return [alert["severity"] for alert in alerts if alert["event"] == "raised" and alert["kind"] != "post_run"]

    store_samples(settings, samples, [finding(at_s=30.0)], until_s=45.0)
    store_samples(settings, samples, [finding(at_s=30.0, severity=Severity.NEAR_MISS)], until_s=45.0)
    assert raised() == ["roll"]
    store_samples(settings, samples, [finding(at_s=30.0, severity=Severity.SEVERE)], until_s=45.0)
    assert raised() == ["roll", "severe"]


def test_every_result_carries_the_generation_of_its_analysis(settings: Settings, samples: dict[Foot, Samples]) -> None:
    store_samples(settings, samples, FINDINGS)
    with sqlite3.connect(settings.store_path) as connection:
        for table in ("strides", "windows", "live", "bouts", "findings", "summaries"):
            found = connection.execute(f"SELECT DISTINCT generation FROM {table}").fetchall()
            assert found == [(FIRST_GENERATION,)]
    connection.close()


def test_a_reader_sees_what_is_committed_while_the_writer_goes_on(
    settings: Settings, samples: dict[Foot, Samples]
) -> None:
    store_samples(settings, samples, until_s=40.0)
    with StoreReader(settings.store_path) as reader:
        before = len(reader.results(manifest().run_id, RUNNER).strides[Foot.LEFT])
        store_samples(settings, samples)
        assert len(reader.results(manifest().run_id, RUNNER).strides[Foot.LEFT]) > before > 0


def test_a_sink_gets_every_row_once_and_in_order(settings: Settings, samples: dict[Foot, Samples]) -> None:
    store_samples(settings, samples)
    with Outbox(settings.store_path, "somebody") as outbox:
        total, seen = outbox.pending_count("strides"), []
        while rows := outbox.pending("strides", 7):
            seen += [row["seq"] for row in rows]
            outbox.set_cursor("strides", rows[-1]["seq"])
    assert seen == sorted(set(seen))
    assert len(seen) == total > 50


def test_a_new_metric_needs_no_new_table(settings: Settings, samples: dict[Foot, Samples]) -> None:
    store_samples(settings, samples)
    with sqlite3.connect(settings.store_path) as connection:
        connection.execute("""UPDATE strides SET metrics = json_set(metrics, '$.new_deg', 1.5) WHERE seq % 2""")
    connection.close()
    with StoreReader(settings.store_path) as reader:
        values = reader.results(manifest().run_id, RUNNER).strides[Foot.LEFT].metrics["new_deg"]
    assert set(values[np.isfinite(values)]) == {1.5}
    assert 0 < np.isnan(values).sum() < len(values)


@pytest.mark.parametrize("place", ["folder is a file", "no database", "newer"])
def test_a_store_that_cannot_be_used_is_told_in_one_sentence(tmp_path: Path, place: str) -> None:
    path = tmp_path / "data" / "surefoot.sqlite"
    if place == "folder is a file":
        path.parent.write_text("")
    else:
        path.parent.mkdir()
        if place == "no database":
            path.write_bytes(b"this is no database" * 100)
        else:
            connection = sqlite3.connect(path)
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
            connection.close()
    with pytest.raises(StoreError, match=r"surefoot\.sqlite cannot be used \(.+\); .+\.$"):
        StoreReader(path)


def test_a_fresh_store_may_be_opened_by_many_at_once(tmp_path: Path) -> None:
    def open_and_ask(path: Path) -> int:
        together.wait()
        with Outbox(path, "influxdb") as outbox:
            return outbox.pending_count("strides")

    openers = 6
    together = Barrier(openers)
    with ThreadPoolExecutor(openers) as pool:
        for store in range(40):
            assert list(pool.map(open_and_ask, [tmp_path / f"{store}.sqlite"] * openers)) == [0] * openers


def test_an_outbox_may_be_closed_while_another_thread_is_at_it(
    settings: Settings, samples: dict[Foot, Samples]
) -> None:
    def ask_on() -> None:
        while True:
            outbox.pending("strides", 1000)
            asked.set()

    store_samples(settings, samples)
    with ThreadPoolExecutor(1) as pool:
        for _ in range(50):
            asked = Event()
            with Outbox(settings.store_path, "somebody") as outbox:
                asking = pool.submit(ask_on)
                asked.wait()
            with pytest.raises(StoreError, match="closed database"):
                asking.result()


def test_what_two_runs_write_while_it_looks_is_seen_the_next_time(
    settings: Settings, samples: dict[Foot, Samples], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = manifest("first"), manifest("second")
    find = StoreTail._find

    def find_then_more(tail: StoreTail, since: BootTime) -> None:
        find(tail, since)
        for run in (second, first):
            store_samples(settings, samples, run=run, until_s=60.0)

    store_samples(settings, samples, run=first, until_s=30.0)
    with StoreTail(settings.store_path) as tail:
        monkeypatch.setattr(StoreTail, "_find", find_then_more)
        tail.read(LONG_AGO)
        monkeypatch.undo()
        shown = {run: sum(known.counts.values()) for (run, _), known in tail.read(LONG_AGO).items()}
    with StoreReader(settings.store_path) as reader:
        stored = {run: sum(map(len, reader.results(run, RUNNER).strides.values())) for run in shown}
    assert shown == stored
    assert shown.keys() == {"first", "second"}


def test_another_process_that_closes_the_store_leaves_it_to_those_who_have_it_open(
    settings: Settings, samples: dict[Foot, Samples]
) -> None:
    path = settings.store_path
    with StoreWriter(path) as writer:
        with StoreReader(path):
            pass
        look = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM runs').fetchone()"
        subprocess.run([sys.executable, "-c", look, path], check=True)
        with writer.transaction():
            writer.add_run("run", "anna", "Anna", 1, "test", (Foot.LEFT,))
        assert path.with_name(f"{path.name}-wal").exists()
        store_samples(settings, samples, until_s=20.0)
    with StoreReader(path) as reader:
        assert len(reader.runs()) == 2

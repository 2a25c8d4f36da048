"""A run that begins before the computer knows the date gets the right one, wherever it was shipped meanwhile."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from surefoot.analysis.model import Foot, Samples
from surefoot.sensor_ingest.recording.run_folder import RunFolder, create_run, list_runs, open_run
from surefoot.service.exporters.influxdb import MAX_DATE_WAIT_S
from surefoot.service.runtime import result_recorder
from surefoot.service.runtime.date_trust import is_date_trusted, trusted_utc_s
from surefoot.service.runtime.run_dates import correct_dates
from surefoot.service.settings import Settings
from surefoot.service.store.ledger import Ledger
from surefoot.service.store.outbox import Outbox
from surefoot.service.store.reading import StoreReader
from surefoot.service.store.repair import ensure_store
from surefoot.service.store.schema import EXPORTED_TABLES
from tests.service.computer_date import ComputerDate
from tests.service.exported_rows import assert_influx_has_all, held
from tests.service.real_command import RealCommand
from tests.service.servers import TOKEN, InfluxServer, wait
from tests.service.stored_runs import RUNNER, finding, manifest, store_samples

LONG_AGO = datetime(1970, 1, 1, 0, 3, tzinfo=UTC)
YEARS_S = 3 * 365 * 86_400.0
NOW_S = 70.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[InfluxServer]:
    with InfluxServer(tmp_path / "influxdb") as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


@pytest.fixture
def undated(settings: Settings, samples: dict[Foot, Samples], monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """A run that was recorded three minutes after 1970 began, as the computer believed, and is over."""
    run = create_run(settings.runs_folder, manifest().pods, software="test", created_utc=LONG_AGO).mark_ended()
    with monkeypatch.context() as before:
        before.setattr(result_recorder, "is_date_trusted", lambda *_: False)
        store_samples(settings, samples, [finding()], run=run.manifest, now_s=NOW_S)
    return run


def begun(settings: Settings) -> datetime:
    """When the run began, as the store has it."""
    with StoreReader(settings.store_path) as reader:
        return reader.runs()[0].started_utc


def rows(settings: Settings) -> dict[str, list[tuple[int, str]]]:
    """Times and what they are of, by table."""
    with closing(sqlite3.connect(settings.store_path)) as store:
        return {
            table: store.execute(f"SELECT time_ns, seq FROM {table} ORDER BY seq").fetchall()
            for table in EXPORTED_TABLES
        }


def test_a_store_made_anew_still_knows_which_date_is_not_to_be_trusted(settings: Settings, undated: RunFolder) -> None:
    def waits() -> bool:
        with Outbox(settings.store_path, "influxdb") as outbox:
            return outbox.waits_for_date(MAX_DATE_WAIT_S)

    def make_anew() -> None:
        settings.store_path.write_bytes(b"not a store")
        assert ensure_store(settings.store_path) is not None

    make_anew()
    assert waits()
    with StoreReader(settings.store_path) as reader:
        assert list(reader.undated_runs()) == [undated.manifest.run_id]
    correct_dates(settings)
    assert abs(open_run(undated.path).manifest.created_utc - datetime.now(UTC)) < timedelta(minutes=5)
    make_anew()
    assert not waits()


def test_a_run_that_is_over_moves_whole_to_its_date_and_is_sent_anew(settings: Settings, undated: RunFolder) -> None:
    before = rows(settings)
    with Outbox(settings.store_path, "influxdb") as outbox:
        assert outbox.waits_for_date(MAX_DATE_WAIT_S)
        correct_dates(settings)
        assert not outbox.waits_for_date(MAX_DATE_WAIT_S)
        assert Ledger(outbox).to_send_again() == {undated.manifest.run_id: True}
    true = datetime.now(UTC) - timedelta(seconds=NOW_S)
    assert abs(begun(settings) - true) < timedelta(seconds=30)
    assert open_run(undated.path).manifest.created_utc == begun(settings)
    by_ns = rows(settings)["runs"][0][0] - before["runs"][0][0]
    assert rows(settings) == {table: [(ns + by_ns, seq) for ns, seq in known] for table, known in before.items()}
    with StoreReader(settings.store_path) as reader:
        (alert, *_), (stored,) = reader.alerts(undated.manifest.run_id, RUNNER), reader.runs()
    assert stored.summary is not None
    told = [alert["time"], stored.summary["started"], stored.summary["ended"]]
    assert [datetime.fromisoformat(each).year for each in told] == [true.year] * 3
    correct_dates(settings)
    assert abs(begun(settings) - true) < timedelta(seconds=30)


def test_as_long_as_the_date_is_wrong_nothing_is_corrected(settings: Settings, undated: RunFolder) -> None:
    correct_dates(settings, utc_s=lambda: LONG_AGO.timestamp() + 300.0)
    assert begun(settings) == undated.manifest.created_utc == LONG_AGO


def test_a_store_that_a_crash_left_behind_its_recording_follows_it(
    settings: Settings, samples: dict[Foot, Samples]
) -> None:
    store_samples(settings, samples, run=manifest(), until_s=40.0)
    before = {table: len(known) for table, known in rows(settings).items()}
    later = manifest(created=manifest().created_utc + timedelta(hours=1))
    store_samples(settings, samples, run=later, until_s=40.0)
    assert begun(settings) == later.created_utc
    assert {table: len(known) for table, known in rows(settings).items()} == before


@pytest.mark.parametrize(
    ("synchronised", "lacks_battery", "utc_s", "trusted"),
    [
        (True, True, 2e9, True),
        (True, False, 1e3, False),
        (True, True, 1.8e9, True),
        (False, False, 2e9, True),
        (False, False, 1.8e9, False),
        (False, True, 2e9, False),
    ],
)
def test_a_date_is_trusted_by_what_the_computer_can_tell(
    monkeypatch: pytest.MonkeyPatch, synchronised: bool, lacks_battery: bool, utc_s: float, trusted: bool
) -> None:
    module = "surefoot.service.runtime.date_trust"
    monkeypatch.setattr(f"{module}._is_synchronised", lambda: synchronised)
    monkeypatch.setattr(f"{module}._lacks_battery", lambda: lacks_battery)
    assert is_date_trusted(utc_s, 1.9e9) is trusted
    assert trusted_utc_s(lambda: utc_s, 1.9e9)() == (utc_s if trusted else None)


def test_rows_wait_for_the_date_and_what_was_shipped_under_a_wrong_one_is_replaced(
    tmp_path: Path, settings: Settings, server: InfluxServer
) -> None:
    date = ComputerDate(tmp_path / "date", -YEARS_S)
    own = {"INFLUXDB_URL": server.url, "INFLUXDB_TOKEN": TOKEN}
    shipped = Settings.model_validate({"data": settings.data, "influxdb": {"url": server.url, "token": TOKEN}})
    this_year = datetime.now(UTC) - timedelta(days=1)

    def dates() -> set[bool]:
        return {time_ns / 1e9 > this_year.timestamp() for _, _, time_ns in held(shipped)}

    with RealCommand(settings.data, "live", "--simulated", "1", settings=own, date=date) as live:
        live.expect("the date of this computer is not certain yet")
        wait(lambda: len(rows(settings)["strides"]) > 5)
        assert dates() == set()
        with RealCommand(settings.data, "ship", settings=own, date=date) as ship:
            ship.finish()
        assert dates() == {False}
        date.set(0.0)
        wait(lambda: dates() == {True})
    with RealCommand(settings.data, "ship", settings=own, date=date) as ship:
        assert ship.finish() == 0
    assert_influx_has_all(shipped)
    (run,) = list_runs(settings.runs_folder)
    assert run.manifest.created_utc == begun(settings) > this_year
    assert json.loads((run.path / "manifest.json").read_text())["ended"]

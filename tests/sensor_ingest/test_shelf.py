"""What was taken over from a pod is on disk, whole and once, before the pod may forget it."""

from __future__ import annotations

from pathlib import Path

import pytest

from surefoot.sensor_ingest.pod_store.records import BootRecord, UtcRecord, record_bytes
from surefoot.sensor_ingest.recording.errors import RunBusyError, RunUnwritableError
from surefoot.sensor_ingest.recording.shelf import Shelf
from tests.sensor_ingest.shelved import shelve

SERIAL = "SIM010001"
RECORDS = [record_bytes(number, UtcRecord(1, 1000 * number, 5)) for number in range(20)]


def test_a_torn_end_is_cut_off_and_fetched_again(tmp_path: Path) -> None:
    shelve(tmp_path, SERIAL, RECORDS)
    file = tmp_path / f"{SERIAL}.bin"
    file.write_bytes(file.read_bytes()[:-3])
    with Shelf(tmp_path).open(SERIAL) as again:
        assert again.next_record == 19
        again.append(RECORDS[19])
    assert file.read_bytes() == b"".join(RECORDS)


def test_a_record_that_comes_twice_or_damaged_is_not_added(tmp_path: Path) -> None:
    damaged = bytes([*RECORDS[5][:-1], RECORDS[5][-1] ^ 1])
    shelf = shelve(tmp_path, SERIAL, [*RECORDS[:5], damaged, *RECORDS[3:]])
    assert [number for number, _ in shelf.records(SERIAL)] == list(range(20))


def test_one_process_at_a_time_takes_over_a_pod(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    with shelf.open(SERIAL), pytest.raises(RunBusyError):
        shelf.open(SERIAL)


def test_a_full_disk_is_told_and_nothing_is_safe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Shelf(tmp_path).open(SERIAL) as file:

        def full(*_: object) -> int:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.write", full)
        with pytest.raises(RunUnwritableError, match="No space left"):
            file.append(RECORDS[0])
        assert file.next_record == 0


def test_a_pod_that_was_reset_gets_a_new_file(tmp_path: Path) -> None:
    shelf = shelve(tmp_path, SERIAL, RECORDS)
    shelf.mark_cut({SERIAL: 20})
    shelf.set_aside(SERIAL)
    shelve(tmp_path, SERIAL, [record_bytes(0, BootRecord(1, b"new"))])
    assert [number for number, _ in shelf.records(SERIAL)] == [0]


def test_what_was_not_cut_before_a_reset_is_on_a_shelf_of_its_own(tmp_path: Path) -> None:
    for _ in range(2):
        shelf = shelve(tmp_path, SERIAL, RECORDS)
        shelf.mark_cut({SERIAL: 7})
        shelf.set_aside(SERIAL)
    assert shelf.cut() == {SERIAL: 0}
    for before in shelf.before_resets():
        assert [number for number, _ in before.records(SERIAL)] == list(range(20))
        assert before.cut() == {SERIAL: 7}
    assert len(shelf.before_resets()) == 2


def test_pods_that_were_reset_together_stay_together(tmp_path: Path) -> None:
    for serial in (SERIAL, "SIM010002"):
        shelve(tmp_path, serial, RECORDS).set_aside(serial)
    (before,) = Shelf(tmp_path).before_resets()
    assert before.serials() == [SERIAL, "SIM010002"]

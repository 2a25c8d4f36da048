"""What was written to the log stays there, through power cuts and damage, until it is released."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.firmware_sim.pod.flash import PAGE_BYTES, SECTOR_BYTES, NorFlash, PowerCutError
from surefoot.firmware_sim.pod.flash_log import FlashLog, StoreFullError
from surefoot.firmware_sim.pod.log_sector import PAYLOAD_BEGIN, PAYLOAD_BYTES
from surefoot.sensor_ingest.pod_store.records import BootRecord, StoreRecord, read_record
from tests.firmware_sim.core.parts import CoreLog, OpenLog

SECTORS = 10
"""Two of them are the boot counter's."""


def record(place: int, size: int) -> BootRecord:
    """A record whose content tells which it is."""
    return BootRecord(place, random.Random(place).randbytes(size))


def held(log: FlashLog | CoreLog, first: int = 0) -> list[StoreRecord]:
    return [read_record(data)[1] for _, data in log.records_from(first)]


def filled(log: FlashLog | CoreLog, first: int = 0) -> list[StoreRecord]:
    """Records appended until the log is full."""
    written: list[StoreRecord] = []
    while True:
        each = record(first + len(written), 640 + len(written) % 50)
        try:
            log.append(each)
        except StoreFullError:
            return written
        written.append(each)


def test_records_are_numbered_and_found_again_after_a_start(open_log: OpenLog) -> None:
    flash = NorFlash(SECTORS * SECTOR_BYTES)
    log = open_log(flash)
    written = [record(place, 300 + 7 * place) for place in range(50)]
    assert [log.append(each) for each in written] == list(range(50))
    for each in (log, open_log(flash)):
        assert held(each) == written
        assert held(each, 31) == written[31:]
        assert (each.oldest, each.next_number) == (0, 50)


def test_a_full_log_says_so_and_keeps_everything(open_log: OpenLog) -> None:
    flash = NorFlash(SECTORS * SECTOR_BYTES)
    log = open_log(flash)
    written = filled(log)
    assert log.free_bytes < 700
    assert log.capacity_bytes - log.used_bytes < 700
    used = flash.operations
    with pytest.raises(StoreFullError):
        log.append(record(0, 700))
    assert flash.operations == used
    assert held(log) == held(open_log(flash)) == written


def test_less_than_three_percent_is_spent_on_sectors(open_log: OpenLog) -> None:
    log = open_log(NorFlash(512 * SECTOR_BYTES))
    written = sum(15 + len(each.info) for each in filled(log) if isinstance(each, BootRecord))
    assert written > 0.97 * 512 * SECTOR_BYTES


def test_released_sectors_are_used_again_and_no_others(open_log: OpenLog) -> None:
    flash = NorFlash(SECTORS * SECTOR_BYTES)
    log = open_log(flash)
    written = filled(log)
    log.release(20)
    assert log.oldest == 20
    more = filled(log, len(written))
    assert 12 <= len(more) <= 20
    expected = written[20:] + more
    assert held(log, 20) == expected
    assert held(open_log(flash))[-len(expected) :] == expected
    assert 20 - open_log(flash).oldest <= PAYLOAD_BYTES // 640 + 1


def test_a_log_that_is_released_whole_is_empty_after_a_start_and_counts_on(open_log: OpenLog) -> None:
    flash = NorFlash(SECTORS * SECTOR_BYTES)
    log = open_log(flash)
    written = filled(log)
    log.release(len(written) + 1000)
    log = open_log(flash)
    assert (log.oldest, log.next_number) == (len(written), len(written))
    assert held(log) == []
    assert log.used_bytes == 0
    assert log.append(record(3, 10)) == len(written)


def test_reading_goes_on_while_records_are_released_and_written(open_log: OpenLog) -> None:
    log = open_log(NorFlash(SECTORS * SECTOR_BYTES))
    filled(log)
    numbers = []
    for number, _ in log.records_from(0):
        numbers.append(number)
        if number == 20:
            log.release(20)
            log.append(record(0, 640))
    assert numbers == list(range(log.next_number))


@pytest.mark.parametrize("place", [0, 3, 11, PAYLOAD_BEGIN + 3, 900, 4095])
@pytest.mark.parametrize("sector", [2, 5, 8])
def test_a_flipped_bit_costs_one_record_at_most(open_log: OpenLog, sector: int, place: int) -> None:
    flash = NorFlash(SECTORS * SECTOR_BYTES)
    written = filled(open_log(flash))
    address = sector * SECTOR_BYTES + place
    (byte,) = flash.read(address, 1)
    flash.program(address, bytes([byte & byte - 1 if byte else 0]))
    found = held(open_log(flash))
    assert len(found) >= len(written) - 1
    assert all(each in written for each in found)


def operations(rng: random.Random) -> Iterator[tuple[str, int]]:
    """What a pod does with its log."""
    for _ in range(rng.randrange(1, 80)):
        yield rng.choices(["append", "release", "start"], [12, 1, 1])[0], rng.randrange(1, 1000)
    yield "start", 0


@given(st.integers(0, 2**32))
def test_power_cuts_lose_only_what_was_being_written(open_log: OpenLog, seed: int) -> None:
    rng = random.Random(seed)
    flash = NorFlash(rng.randrange(4, 8) * SECTOR_BYTES)
    log = open_log(flash)
    kept: dict[int, StoreRecord] = {}
    released = 0
    for place, (operation, value) in enumerate(operations(rng)):
        if not rng.randrange(6):
            flash.cut_power_after(rng.randrange(5), rng)
        try:
            if operation == "append":
                number = log.append(record(place, value))
                assert number not in kept
                kept[number] = record(place, value)
            elif operation == "release":
                released = max(released, min(log.oldest + value // 50, log.next_number))
                log.release(released)
            else:
                log = open_log(flash)
        except StoreFullError:
            assert log.free_bytes < 1015 + PAGE_BYTES
        except PowerCutError:
            with pytest.raises((PowerCutError, StoreFullError)):
                log.append(record(place, 1))
            flash.power_on()
            log = open_log(flash)
            if operation == "append" and record(place, value) in held(log, released):  # whole but for its last bits
                kept[log.next_number - 1] = record(place, value)
        else:
            if operation == "append":
                continue
        found = {number: read_record(data)[1] for number, data in log.records_from(released)}
        unreleased = {number: each for number, each in kept.items() if number >= released}
        assert list(found.items()) == list(unreleased.items())
        assert log.oldest <= min(unreleased, default=log.next_number)

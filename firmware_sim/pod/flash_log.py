"""Append-only log of records on NOR flash: a ring of sectors, found again after any power cut.

Records follow one another and run on from sector to sector. The head of a sector says which record begins in it first,
so a sector can be read without those before it. Nothing but a whole record with a right CRC is ever taken for one.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from surefoot.firmware_sim.pod.boot_counter import COUNTER_SECTORS
from surefoot.firmware_sim.pod.flash import SECTOR_BYTES, NorFlash
from surefoot.firmware_sim.pod.log_sector import (
    PAYLOAD_BEGIN,
    PAYLOAD_BYTES,
    PAYLOAD_END,
    SectorHead,
    mark_released,
    open_sector,
    read_head,
    read_payload,
    write_payload,
    written_bytes,
)
from surefoot.sensor_ingest.pod_store.record_stream import records_in
from surefoot.sensor_ingest.pod_store.records import StoreRecord, check_record, record_bytes

MIN_SECTORS = COUNTER_SECTORS + 2


class StoreFullError(Exception):
    """All sectors hold records that were not released."""


class FlashLog:
    """The log, as it is found in the flash at a start.

    Parameters
    ----------
    flash : of at least `MIN_SECTORS`; the first `COUNTER_SECTORS` are left alone.

    `oldest` is the first record that was not released, `next_number` that of the next one. A number may be missing
    where a power cut or damage has cost a record.
    """

    def __init__(self, flash: NorFlash) -> None:
        if flash.sectors < MIN_SECTORS:
            raise ValueError(f"a log needs {MIN_SECTORS} sectors of flash, got {flash.sectors}")
        self._flash = flash
        self._size = flash.sectors - COUNTER_SECTORS
        found = _find_heads(flash)
        self._heads = _unreleased(found)
        """Heads of the sectors in use, by place, oldest first."""
        self._last, self._last_sequence, self._offset, self.next_number = flash.sectors - 1, 0, PAYLOAD_END, 0
        """Place and sequence of the sector opened last; where in it, and with which number, the next record begins."""
        if found:
            self._find_end(*list(found.items())[-1])
        self.oldest = next((number for number, _ in self.records_from(0)), self.next_number)

    @property
    def capacity_bytes(self) -> int:
        """Bytes of all sectors of the log."""
        return self._size * SECTOR_BYTES

    @property
    def used_bytes(self) -> int:
        """Bytes of the sectors in use, up to the end of the last record."""
        return len(self._heads) * SECTOR_BYTES - self._room

    @property
    def free_bytes(self) -> int:
        """Bytes of records that still fit."""
        return (self._size - len(self._heads)) * PAYLOAD_BYTES + self._room

    def append(self, record: StoreRecord) -> int:
        """Write a record and return its number; `StoreFullError`, with nothing written, if it does not fit."""
        number = self.next_number
        data = record_bytes(number, record)
        here, rest = data[: self._room], data[self._room :]
        if rest and self._after(self._last) in self._heads:
            raise StoreFullError(f"record {number} does not fit")
        self._write(here)
        if rest:
            self._open_next(number + bool(here), PAYLOAD_BEGIN + len(rest) * bool(here))
            self._write(rest)
        self.next_number += 1
        return number

    def release(self, before: int) -> None:
        """Free the sectors whose records are all before this number."""
        self.oldest = max(self.oldest, min(before, self.next_number))
        for sector, following in pairwise(list(self._heads)):
            if self._heads[following].first_number > self.oldest:
                return
            self._free(sector)
        if self._heads and self.oldest == self.next_number:
            self._free(self._last)
            self._offset = PAYLOAD_END

    def records_from(self, first: int) -> Iterator[tuple[int, bytes]]:
        """Number and bytes of the records from a number on; others may be appended or released meanwhile."""
        heads = list(self._heads.items())
        for (sector, head), following in zip(heads, [*heads[1:], None], strict=False):
            passed = following is not None and following[1].first_number <= first
            if not passed and self._heads.get(sector) is head:
                yield from (found for found in self._records_of(sector, head) if found[0] >= first)

    @property
    def _room(self) -> int:
        """Bytes left in the sector that is written to."""
        return PAYLOAD_END - self._offset

    def _write(self, data: bytes) -> None:
        write_payload(self._flash, self._last, self._offset, data)
        self._offset += len(data)

    def _after(self, sector: int) -> int:
        return (sector - COUNTER_SECTORS + 1) % self._size + COUNTER_SECTORS

    def _open_next(self, first_number: int, first_offset: int) -> None:
        sector, head = self._after(self._last), SectorHead(self._last_sequence + 1, first_number, first_offset)
        open_sector(self._flash, sector, head)
        self._heads[sector] = head
        self._last, self._last_sequence, self._offset = sector, head.sequence, PAYLOAD_BEGIN

    def _free(self, sector: int) -> None:
        mark_released(self._flash, sector)
        del self._heads[sector]

    def _find_end(self, sector: int, head: SectorHead) -> None:
        """Go on after the last sector found; what a power cut left half written is passed over, with its number."""
        payload = read_payload(self._flash, sector, head.first_offset)
        number, whole = head.first_number, 0
        for offset, record in records_in(payload):
            number, whole = check_record(record) + 1, offset + len(record)
        end = max(whole, written_bytes(payload))
        self._last, self._last_sequence = sector, head.sequence
        self._offset = head.first_offset + end if sector in self._heads else PAYLOAD_END
        self.next_number = number + (end > whole)

    def _records_of(self, sector: int, head: SectorHead) -> Iterator[tuple[int, bytes]]:
        """The records that begin in a sector; the last one may run on into the next."""
        payload = read_payload(self._flash, sector, head.first_offset)
        following = self._after(sector)
        next_head = self._heads.get(following)
        if next_head is not None and next_head.sequence == head.sequence + 1:
            payload += read_payload(self._flash, following, end=next_head.first_offset)
        for _, record in records_in(payload):
            yield check_record(record), record


def _find_heads(flash: NorFlash) -> dict[int, SectorHead]:
    """Heads by place, oldest first, of the newest sector and of those that precede it without a break."""
    places = range(COUNTER_SECTORS, flash.sectors)
    heads = {place: head for place in places if (head := read_head(flash, place)) is not None}
    newest = max(heads, key=lambda place: heads[place].sequence, default=0)
    found: dict[int, SectorHead] = {}
    for back in range(len(places)):
        place = places[(newest - COUNTER_SECTORS - back) % len(places)]
        if place not in heads or heads[place].sequence != heads[newest].sequence - back:
            break
        found[place] = heads[place]
    return dict(reversed(found.items()))


def _unreleased(heads: dict[int, SectorHead]) -> dict[int, SectorHead]:
    """The sectors after the last released one."""
    released = [count for count, head in enumerate(heads.values(), 1) if head.released]
    return dict(list(heads.items())[max(released, default=0) :])

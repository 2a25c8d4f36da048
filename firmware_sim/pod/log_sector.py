"""One flash sector of the log: a head that says which records begin in it, their bytes, a copy of the head."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, replace

from surefoot.firmware_sim.pod.flash import ERASED, PAGE_BYTES, SECTOR_BYTES, NorFlash

_LAYOUT = struct.Struct("<IIHH")
"""Sequence, number of the first record that begins in the sector, its offset, check."""
_RELEASED = slice(_LAYOUT.size, _LAYOUT.size + 4)
PAYLOAD_BEGIN, PAYLOAD_END = _RELEASED.stop, SECTOR_BYTES - _LAYOUT.size
PAYLOAD_BYTES = PAYLOAD_END - PAYLOAD_BEGIN
_RELEASED_BITS = 16
"""Cleared bits of 32 that release a sector: one that flips by itself does not."""


@dataclass(frozen=True, slots=True)
class SectorHead:
    """What a sector says of itself.

    Parameters
    ----------
    sequence : number of the sector in the pod's life.
    first_number, first_offset : the first record that begins in the sector.
    released : all records that begin in it are safe elsewhere.
    """

    sequence: int
    first_number: int
    first_offset: int
    released: bool = False

    def __bytes__(self) -> bytes:
        body = _LAYOUT.pack(self.sequence, self.first_number, self.first_offset, 0)[:-2]
        return body + struct.pack("<H", zlib.crc32(body) & 0xFFFF)

    @classmethod
    def from_bytes(cls, data: bytes) -> SectorHead | None:
        """Parse a head; None if it is damaged."""
        sequence, first_number, first_offset, _ = _LAYOUT.unpack(data)
        head = cls(sequence, first_number, first_offset)
        return head if bytes(head) == data and PAYLOAD_BEGIN <= first_offset <= PAYLOAD_END else None


def read_head(flash: NorFlash, sector: int) -> SectorHead | None:
    """Head of a sector, or else its copy; None if it has neither."""
    base = sector * SECTOR_BYTES
    head = SectorHead.from_bytes(flash.read(base, _LAYOUT.size))
    head = head or SectorHead.from_bytes(flash.read(base + PAYLOAD_END, _LAYOUT.size))
    if head is None:
        return None
    cleared = 32 - int.from_bytes(flash.read(base + _RELEASED.start, 4), "little").bit_count()
    return replace(head, released=cleared >= _RELEASED_BITS)


def open_sector(flash: NorFlash, sector: int, head: SectorHead) -> None:
    """Erase a sector and write its head twice."""
    flash.erase(sector)
    for offset in (0, PAYLOAD_END):
        flash.program(sector * SECTOR_BYTES + offset, bytes(head))


def mark_released(flash: NorFlash, sector: int) -> None:
    """Note in a sector that its records are safe elsewhere."""
    flash.program(sector * SECTOR_BYTES + _RELEASED.start, bytes(4))


def read_payload(flash: NorFlash, sector: int, begin: int = PAYLOAD_BEGIN, end: int = PAYLOAD_END) -> bytes:
    """Bytes of records from one offset in a sector to another."""
    return flash.read(sector * SECTOR_BYTES + begin, end - begin)


def write_payload(flash: NorFlash, sector: int, offset: int, data: bytes) -> None:
    """Program bytes of records, page by page."""
    while data:
        size = min(len(data), PAGE_BYTES - offset % PAGE_BYTES)
        flash.program(sector * SECTOR_BYTES + offset, data[:size])
        offset, data = offset + size, data[size:]


def written_bytes(payload: bytes) -> int:
    """Bytes up to the last that is not erased."""
    return len(payload.rstrip(bytes([ERASED])))

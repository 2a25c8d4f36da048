"""Counter of a pod's starts in two flash sectors: entries of a number and its complement, one after another.

An entry that a power cut left half written is never valid, since bits that were not yet cleared are set in both halves.
When a sector is full the other is erased, so that the last entry always stands.
"""

from __future__ import annotations

import struct

from surefoot.firmware_sim.pod.flash import SECTOR_BYTES, NorFlash

COUNTER_SECTORS = 2
RANDOM_BOOT_BITS = 6
_COUNTED_BOOT_BITS = 10
_ENTRY = struct.Struct("<II")
_ENTRIES = SECTOR_BYTES // _ENTRY.size
_BLANK = b"\xff" * _ENTRY.size


def boot_number(count: int, random_bits: int) -> int:
    """Boot number of packets: it differs in 1024 starts in a row, and cannot be known before."""
    return (count & (1 << _COUNTED_BOOT_BITS) - 1) << RANDOM_BOOT_BITS | random_bits


def count_boot(flash: NorFlash) -> int:
    """Count a start; its number, from 1."""
    content = b"".join(flash.read(sector * SECTOR_BYTES, SECTOR_BYTES) for sector in range(COUNTER_SECTORS))
    entries = [content[begin : begin + _ENTRY.size] for begin in range(0, len(content), _ENTRY.size)]
    counts = {place: _count_of(entry) for place, entry in enumerate(entries)}
    last = max(counts, key=lambda place: counts[place])
    count = counts[last] + 1
    place = _next_place(entries, last)
    if not place % _ENTRIES:
        flash.erase(place // _ENTRIES)
    flash.program(_ENTRY.size * place, _ENTRY.pack(count, ~count & 0xFFFF_FFFF))
    return count


def _count_of(entry: bytes) -> int:
    """Number in an entry; 0 if it is not valid."""
    count, complement = _ENTRY.unpack(entry)
    return int(count) if count ^ complement == 0xFFFF_FFFF else 0


def _next_place(entries: list[bytes], last: int) -> int:
    """First blank entry after the last valid one in its sector, else the start of the other sector."""
    end = (last // _ENTRIES + 1) * _ENTRIES
    blank = (place for place in range(last, end) if entries[place] == _BLANK)
    return next(blank, end % len(entries))

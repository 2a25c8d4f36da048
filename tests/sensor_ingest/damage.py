"""Damage to a recorded journal, and what is read of it then."""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from surefoot.sensor_ingest.recording.entries import Entry
from surefoot.sensor_ingest.recording.frames import encode_frame
from surefoot.sensor_ingest.recording.journal import MAGIC, JournalReader

PAGE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Damaged:
    """A journal's bytes after damage, and the range of the whole one's bytes that it took."""

    data: bytes
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What was read of a damaged journal.

    Parameters
    ----------
    entries, intact : in the whole journal, and of these the ones that the damage did not touch.
    read, invented : entries read that are of the whole journal, and that are not.
    lost : intact entries that were not read.
    """

    entries: int
    intact: int
    read: int
    invented: int
    lost: int


def bit_flipped(whole: bytes, rng: random.Random) -> Damaged:
    """One bit, anywhere."""
    at = rng.randrange(len(whole))
    return Damaged(whole[:at] + bytes([whole[at] ^ 1 << rng.randrange(8)]) + whole[at + 1 :], at, at + 1)


def byte_overwritten(whole: bytes, rng: random.Random) -> Damaged:
    """One byte, anywhere, by another."""
    at = rng.randrange(len(whole))
    return Damaged(whole[:at] + bytes([whole[at] ^ rng.randrange(1, 256)]) + whole[at + 1 :], at, at + 1)


def untouched(whole: bytes, _rng: random.Random) -> Damaged:
    """Nothing at all."""
    return Damaged(whole, 0, 0)


def cut(whole: bytes, rng: random.Random) -> Damaged:
    """The end, from anywhere on."""
    at = rng.randrange(len(whole))
    return Damaged(whole[:at], at, len(whole))


def page_overwritten(whole: bytes, rng: random.Random) -> Damaged:
    """A page of zeros, of noise, or of another place of the journal."""
    start = PAGE_BYTES * rng.randrange(len(whole) // PAGE_BYTES)
    other = rng.randrange(len(whole) - PAGE_BYTES)
    page = rng.choice((bytes(PAGE_BYTES), rng.randbytes(PAGE_BYTES), whole[other : other + PAGE_BYTES]))
    return Damaged(whole[:start] + page + whole[start + PAGE_BYTES :], start, start + PAGE_BYTES)


def page_gone(whole: bytes, rng: random.Random) -> Damaged:
    """A page that is not there."""
    start = PAGE_BYTES * rng.randrange(len(whole) // PAGE_BYTES)
    return Damaged(whole[:start] + whole[start + PAGE_BYTES :], start, start + PAGE_BYTES)


DAMAGE: dict[str, Callable[[bytes, random.Random], Damaged]] = {
    "one bit flipped": bit_flipped,
    "cut off": cut,
    "a page overwritten": page_overwritten,
    "a page gone": page_gone,
}


class WholeJournal:
    """A journal as it was recorded."""

    def __init__(self, path: Path) -> None:
        self.data = path.read_bytes()
        self.entries: list[Entry] = list(JournalReader(path))
        self._known = frozenset(self.entries)
        self._ends = [len(MAGIC)]
        for entry in self.entries:
            self._ends.append(self._ends[-1] + len(encode_frame(entry)))

    def intact(self, damaged: Damaged) -> list[Entry]:
        """The entries whose bytes are all there."""
        before = max(bisect_right(self._ends, damaged.start) - 1, 0)
        return self.entries[:before] + self.entries[bisect_left(self._ends, damaged.end) :]

    def kept(self, damaged: Damaged, scratch: Path) -> Kept:
        """What is read of it with damage."""
        scratch.write_bytes(damaged.data)
        return self.kept_in(scratch, damaged)

    def kept_in(self, path: Path, damaged: Damaged) -> Kept:
        """What is read of a copy of it that was damaged."""
        intact, read = Counter(self.intact(damaged)), Counter(JournalReader(path))
        invented = sum(entry not in self._known for entry in read)
        return Kept(len(self.entries), intact.total(), read.total() - invented, invented, (intact - read).total())

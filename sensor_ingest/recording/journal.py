"""Crash-safe, append-only log of a run; damage costs the entries that it touches, and no others."""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Self

from surefoot.sensor_ingest.recording.entries import Entry, entry_time_s
from surefoot.sensor_ingest.recording.errors import (
    NotARunError,
    RunBusyError,
    RunDeletedError,
    RunError,
    RunUnwritableError,
)
from surefoot.sensor_ingest.recording.file_lock import lock_exclusively
from surefoot.sensor_ingest.recording.frames import (
    HEADER,
    MAX_FRAME_BYTES,
    decode_frame,
    encode_frame,
    find_frame,
    payload_bytes,
)
from surefoot.sensor_ingest.recording.private_files import private_opener

MAGIC = b"surefoot journal 1\n"
_SEARCH_BYTES = 65536
"""Searched at once for the next whole frame."""


@dataclass(frozen=True, slots=True)
class JournalHole:
    """Bytes of a journal that are not readable.

    Parameters
    ----------
    after_s, until_s : session times of the entries around it; `until_s` is None where nothing readable follows.
    """

    at_byte: int
    lost_bytes: int
    reason: str
    after_s: float
    until_s: float | None = None

    @property
    def length_s(self) -> float:
        """Session time between the entries around it; 0 where nothing follows."""
        return 0.0 if self.until_s is None else max(self.until_s - self.after_s, 0.0)

    def __str__(self) -> str:
        return f"{self.lost_bytes} bytes from byte {self.at_byte} on are not readable ({self.reason})."


class JournalReader:
    """Iterates over a journal's entries, past damage; afterwards `valid_bytes` and `holes` tell what was readable.

    Parameters
    ----------
    end_byte : where to stop reading; by default the end of the file.
    magic : the file's first bytes; without, it is a piece of a journal.
    """

    def __init__(self, path: Path, end_byte: int | None = None, magic: bytes = MAGIC) -> None:
        self.path = path
        self._end_byte = end_byte
        self._magic = magic
        self._reset()

    def _reset(self) -> None:
        self.valid_bytes = 0
        """Where the last readable entry ends."""
        self.holes: list[JournalHole] = []
        self.latest_s = 0.0
        """Latest session time of an entry."""
        self._open_holes = 0

    def __iter__(self) -> Iterator[Entry]:
        self._reset()
        try:
            if not stat.S_ISREG(self.path.stat().st_mode):
                raise NotARunError(self.path, "it is not a file")
            with self.path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                yield from self._entries(file, size if self._end_byte is None else min(size, self._end_byte))
        except FileNotFoundError:
            return
        except OSError as error:
            raise NotARunError(self.path, error.strerror or type(error).__name__) from error

    def _entries(self, file: BinaryIO, size: int) -> Iterator[Entry]:
        aside = _set_aside(self.path) if self._magic else {}
        at = self._begin(file, size)
        while at < size:
            if at in aside:
                yield from self._read_aside(aside.pop(at))
            try:
                header = file.read(HEADER.size)
                payload = file.read(payload_bytes(header))
                entry = decode_frame(header, payload)
            except (ValueError, struct.error) as error:
                at = self._skip(file, at, at + 1, size, str(error))
                continue
            self.valid_bytes = at = at + HEADER.size + len(payload)
            self._note_time(entry)
            yield entry
        if at in aside:
            yield from self._read_aside(aside.pop(at))

    def _read_aside(self, piece: Path) -> Iterator[Entry]:
        """Entries of what was cut off at this place; versions that stopped at damage cut off all behind it."""
        before_s, reader = self.latest_s, JournalReader(piece, magic=b"")
        for entry in reader:
            self._note_time(entry)
            yield entry
        between = [hole for hole in reader.holes if hole.until_s is not None]
        self.holes += [replace(hole, after_s=max(hole.after_s, before_s)) for hole in between]

    def _begin(self, file: BinaryIO, size: int) -> int:
        """Read the file's first bytes; where the first entry begins."""
        if not size or file.read(len(self._magic)) == self._magic:
            self.valid_bytes = min(size, len(self._magic))
            return self.valid_bytes
        return self._skip(file, 0, 0, size, "the file does not begin like a journal")

    def _skip(self, file: BinaryIO, at: int, search_from: int, size: int, reason: str) -> int:
        """Note a hole, and go to the next whole frame; where it begins, or the end of the file."""
        found = _next_frame(file, search_from, size)
        self.holes.append(JournalHole(at, found - at, reason, self.latest_s))
        self._open_holes += 1
        file.seek(found)
        return found

    def _note_time(self, entry: Entry) -> None:
        at_s = entry_time_s(entry)
        if at_s is None:
            return
        for place in range(len(self.holes) - self._open_holes, len(self.holes)):
            self.holes[place] = _until(self.holes[place], at_s)
        self._open_holes = 0
        self.latest_s = max(self.latest_s, at_s)


def _set_aside(journal: Path) -> dict[int, Path]:
    """Pieces that were cut off a journal, by the byte at which they began."""
    pieces = {piece.stem.removeprefix("damaged-"): piece for piece in journal.parent.glob("damaged-*.bin")}
    return {int(at): piece for at, piece in pieces.items() if at.isdecimal() and piece.is_file()}


def _until(hole: JournalHole, at_s: float) -> JournalHole:
    """The hole before an entry; between the file's first bytes and the first entry nothing can be missing."""
    only_magic = hole.at_byte + hole.lost_bytes == len(MAGIC)
    return replace(hole, after_s=at_s if only_magic else hole.after_s, until_s=at_s)


def _next_frame(file: BinaryIO, start: int, size: int) -> int:
    """Where the next whole frame begins, `size` if there is none."""
    for first in range(start, size, _SEARCH_BYTES):
        file.seek(first)
        found = find_frame(file.read(min(_SEARCH_BYTES + MAX_FRAME_BYTES, size - first)), _SEARCH_BYTES)
        if found is not None:
            return first + found
    return size


class JournalWriter:
    """Appends to a journal: `append` buffers entries, `flush` hands them to the operating system, so that they survive
    the process, `sync` to the disk, so that they survive a power cut.

    The file is locked. Existing entries are read first. Damage between them stays as it is; what is not readable behind
    the last of them is copied to a file of its own and cut off.

    Raises
    ------
    RunBusyError
        if another process writes it.
    RunUnwritableError
        if it cannot be written.
    NotARunError
        if it is not a file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.existing = JournalReader(path)
        self._buffer = bytearray()
        try:
            self._file = private_opener(str(path), os.O_RDWR | os.O_CREAT)
        except IsADirectoryError as error:
            raise NotARunError(path, "it is not a file") from error
        except OSError as error:
            raise self._unwritable(error) from error
        self._is_found = self._is_in_place()  # some network folders never tell
        try:
            self._lock()
            for _ in self.existing:
                pass
            self._drop_damaged_tail(self.existing)
        except RunError:
            os.close(self._file)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def buffered_bytes(self) -> int:
        """Size of the appended entries that are not yet flushed."""
        return len(self._buffer)

    def append(self, entry: Entry) -> None:
        """Buffer an entry for the next flush."""
        self._buffer += encode_frame(entry)

    def flush(self) -> None:
        """Hand all buffered entries to the operating system; RunDeletedError if the file is no more where it was."""
        try:
            while self._buffer:
                del self._buffer[: os.write(self._file, self._buffer)]
            is_gone = self._is_found and not self._is_in_place()
        except OSError as error:
            raise self._unwritable(error) from error
        if is_gone:
            raise RunDeletedError(self.path.parent)

    def sync(self) -> None:
        """Wait until all flushed entries are on the disk; may be called from another thread."""
        try:
            os.fsync(self._file)
        except OSError as error:
            raise self._unwritable(error) from error

    def close(self) -> None:
        """Flush, sync and close the file."""
        try:
            self.flush()
            self.sync()
        finally:
            os.close(self._file)

    def _is_in_place(self) -> bool:
        """Whether the file that is written is the one at its path: its folder may be deleted, moved or replaced."""
        try:
            return os.path.samestat(self.path.stat(), os.fstat(self._file))
        except FileNotFoundError:
            return False

    def _lock(self) -> None:
        try:
            lock_exclusively(self._file)
        except OSError as error:
            raise RunBusyError(self.path.parent) from error

    def _drop_damaged_tail(self, existing: JournalReader) -> None:
        """Move a damaged end to a file of its own and seek to the end of the valid part."""
        end = existing.valid_bytes
        try:
            if existing.holes and existing.holes[-1].at_byte >= end:
                from shutil import copyfileobj  # half a megabyte, which a gateway spares

                with (
                    self.path.open("rb") as file,
                    open(self.path.with_name(f"damaged-{end}.bin"), "wb", opener=private_opener) as copy,
                ):
                    file.seek(end)
                    copyfileobj(file, copy)
            os.ftruncate(self._file, end)
        except OSError as error:
            raise self._unwritable(error) from error
        os.lseek(self._file, 0, os.SEEK_END)
        if existing.valid_bytes == 0:
            self._buffer += MAGIC
            self.flush()

    def _unwritable(self, error: OSError) -> RunUnwritableError:
        return RunUnwritableError(self.path.parent, error.strerror or type(error).__name__)

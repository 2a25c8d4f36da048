"""Crash-safe, append-only log of a run; all entries before a damaged one remain readable."""

from __future__ import annotations

import os
import shutil
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from surefoot.sensor_ingest.recording.entries import Entry, entry_from_bytes
from surefoot.sensor_ingest.recording.errors import NotARunError, RunBusyError, RunError, RunUnwritableError
from surefoot.sensor_ingest.recording.file_lock import lock_exclusively

MAGIC = b"surefoot journal 1\n"
_RECORD_HEADER = struct.Struct("<IBI")
"""Payload length, kind of entry, CRC-32 of `_CHECKSUM_HEADER` and payload."""
_CHECKSUM_HEADER = struct.Struct("<IB")
_MAX_PAYLOAD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class JournalDamage:
    """Where a journal stops being readable, and how many bytes follow."""

    at_byte: int
    lost_bytes: int
    reason: str

    def __str__(self) -> str:
        return f"{self.lost_bytes} bytes from byte {self.at_byte} on are not readable ({self.reason})."


class JournalReader:
    """Iterates over a journal's entries; afterwards `valid_bytes` and `damage` tell how far it was readable.

    Parameters
    ----------
    end_byte : where to stop reading; by default the end of the file.
    """

    def __init__(self, path: Path, end_byte: int | None = None) -> None:
        self.path = path
        self._end_byte = end_byte
        self.valid_bytes = 0
        self.damage: JournalDamage | None = None

    def __iter__(self) -> Iterator[Entry]:
        self.valid_bytes, self.damage = 0, None
        try:
            with self.path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                yield from self._entries(file, size if self._end_byte is None else min(size, self._end_byte))
        except FileNotFoundError:
            self.damage = JournalDamage(0, 0, "there is no journal")
        except OSError as error:
            raise NotARunError(self.path, error.strerror or type(error).__name__) from error

    def _entries(self, file: BinaryIO, size: int) -> Iterator[Entry]:
        if file.read(len(MAGIC)) != MAGIC:
            self.damage = JournalDamage(0, size, "the file does not begin like a journal")
            return
        self.valid_bytes = len(MAGIC)
        while self.valid_bytes < size:
            try:
                entry, length = _read_entry(file)
            except (ValueError, struct.error) as error:
                self.damage = JournalDamage(self.valid_bytes, size - self.valid_bytes, str(error))
                return
            self.valid_bytes += length
            yield entry


def _read_entry(file: BinaryIO) -> tuple[Entry, int]:
    frame = file.read(_RECORD_HEADER.size)
    if len(frame) < _RECORD_HEADER.size:
        raise ValueError("cut off in a frame")
    length, kind, checksum = _RECORD_HEADER.unpack(frame)
    if length > _MAX_PAYLOAD_BYTES:
        raise ValueError("impossible length")
    payload = file.read(length)
    if len(payload) < length:
        raise ValueError("cut off in an entry")
    if _checksum(kind, payload) != checksum:
        raise ValueError("wrong checksum")
    return entry_from_bytes(kind, payload), _RECORD_HEADER.size + length


def encode_record(entry: Entry) -> bytes:
    """An entry as a record of the file: length, kind, checksum, payload."""
    payload = bytes(entry)
    return _RECORD_HEADER.pack(len(payload), entry.KIND, _checksum(entry.KIND, payload)) + payload


def _checksum(kind: int, payload: bytes) -> int:
    return zlib.crc32(payload, zlib.crc32(_CHECKSUM_HEADER.pack(len(payload), kind)))


class JournalWriter:
    """Appends to a journal: `append` buffers entries, `flush` hands them to the operating system, so that they survive
    the process, `sync` to the disk, so that they survive a power cut.

    The file is locked. Existing entries are read first; a damaged end is copied to a file of its own and cut off.

    Parameters
    ----------
    on_entry : called with each existing entry.

    Raises
    ------
    RunBusyError
        if another process writes it.
    RunUnwritableError
        if it cannot be written.
    """

    def __init__(self, path: Path, on_entry: Callable[[Entry], object] = lambda _: None) -> None:
        self.path = path
        self.existing = JournalReader(path)
        self._buffer = bytearray()
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            self._lock()
            for entry in self.existing:
                on_entry(entry)
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
        self._buffer += encode_record(entry)

    def flush(self) -> None:
        """Hand all buffered entries to the operating system."""
        try:
            while self._buffer:
                del self._buffer[: os.write(self._file, self._buffer)]
        except OSError as error:
            raise self._unwritable(error) from error

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

    def _lock(self) -> None:
        try:
            lock_exclusively(self._file)
        except OSError as error:
            raise RunBusyError(self.path.parent) from error

    def _drop_damaged_tail(self, existing: JournalReader) -> None:
        """Move a damaged end to a file of its own and seek to the end of the valid part."""
        damage = existing.damage
        try:
            if damage is not None and damage.lost_bytes:
                with (
                    self.path.open("rb") as file,
                    self.path.with_name(f"damaged-{damage.at_byte}.bin").open("wb") as copy,
                ):
                    file.seek(damage.at_byte)
                    shutil.copyfileobj(file, copy)
            os.ftruncate(self._file, existing.valid_bytes)
        except OSError as error:
            raise self._unwritable(error) from error
        os.lseek(self._file, 0, os.SEEK_END)
        if existing.valid_bytes == 0:
            self._buffer += MAGIC
            self.flush()

    def _unwritable(self, error: OSError) -> RunUnwritableError:
        return RunUnwritableError(self.path.parent, error.strerror or type(error).__name__)

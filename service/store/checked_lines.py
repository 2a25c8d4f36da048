"""Append-only files of entries that survive a crash: a line is a checksum and a JSON array of kind and fields.

A damaged line costs itself. Entries are whole or missing, whoever appends or rewrites at the same time: whoever writes
holds a lock, which is a file of its own, since the file itself may be replaced.
"""

from __future__ import annotations

import json
import logging
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from surefoot.sensor_ingest.recording.file_lock import lock_when_free
from surefoot.sensor_ingest.recording.private_files import private_opener, replace_private_bytes

log = logging.getLogger(__name__)

Line = tuple[str, Mapping[str, Any]]
"""Kind and fields."""
Stamp = tuple[int, int]
"""Size and inode of a file: another one when it has grown or was written anew."""


def append_line(path: Path, kind: str, fields: Mapping[str, Any]) -> None:
    """Add an entry, so that it survives a power cut; OSError where the disk does not take it."""
    line = line_of(kind, fields)
    with _locked(path):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(file, line if _ends_in_a_line(path) else b"\n" + line)
            os.fsync(file)
        finally:
            os.close(file)


def rewrite_lines(path: Path, kept: Callable[[Sequence[Line]], Sequence[Line]]) -> int:
    """Write a file anew with what is to be kept of its entries; how many are gone. OSError if it cannot be written."""
    if not path.exists():
        return 0
    with _locked(path):
        lines = list(read_lines(path))
        left = kept(lines)
        if left != lines:
            replace_private_bytes(path, text_of(left))
        return len(lines) - len(left)


def read_lines(path: Path) -> Iterator[Line]:
    """All entries in their order; damaged ones are left out, and told in the log."""
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return
    damaged = 0
    for line in filter(None, lines):
        found = _parsed(line)
        damaged += found is None
        if found is not None:
            yield found
    if damaged:
        log.warning("%s: %d of %d entries are damaged and left out.", path, damaged, len(lines))


def stamp_of(path: Path) -> Stamp:
    """Stamp of a file; that of an empty one where there is none."""
    try:
        state = path.stat()
    except FileNotFoundError:
        return 0, 0
    return state.st_size, state.st_ino


def line_of(kind: str, fields: Mapping[str, Any]) -> bytes:
    """An entry as it stands in the file."""
    text = json.dumps([kind, dict(fields)]).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def text_of(lines: Iterable[Line]) -> bytes:
    """A whole file."""
    return b"".join(line_of(*each) for each in lines)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Keep others from writing a file."""
    with open(path.with_suffix(".lock"), "ab", opener=private_opener) as file:
        lock_when_free(file.fileno())
        yield


def _ends_in_a_line(path: Path) -> bool:
    """Whether the next entry begins a line; not so behind an entry that was cut off."""
    with path.open("rb") as file:
        if not file.seek(0, os.SEEK_END):
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _parsed(line: bytes) -> Line | None:
    checksum, _, text = line.partition(b" ")
    if checksum != b"%08x" % zlib.crc32(text):
        return None
    kind, fields = json.loads(text)
    return kind, fields

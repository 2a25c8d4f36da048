"""What recordings do not hold, in an append-only file of its own: what was told, and whether a date can be trusted.

The store can be rebuilt from the recordings and this file. A line is a checksum and a JSON array of kind and fields; a
damaged one costs itself.
"""

from __future__ import annotations

import json
import logging
import os
import zlib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

FILE_NAME = "notebook.log"


class NoteKind(StrEnum):
    """What an entry tells."""

    ALERT = "alert"
    """A row of the table `alerts`, without its `seq`."""
    DELIVERY = "delivery"
    """A row of the table `deliveries`: a sink has had an alert."""
    FINISHED = "finished"
    """A runner's run has been stored to its end, so that all its alerts are told."""
    CLOCK = "clock"
    """A row of the table `run_clocks`, whose newest entry holds."""
    BACKUP = "backup"
    """A backup was made: its folder, and the runs whose results are in it."""


class Notebook:
    """The file beside a store; entries are whole or missing, whoever appends at the same time."""

    def __init__(self, store: Path) -> None:
        self.path = store.with_name(FILE_NAME)

    def append(self, kind: NoteKind, fields: Mapping[str, Any]) -> None:
        """Add an entry, so that it survives this process; OSError where the disk does not take it."""
        text = json.dumps([kind, dict(fields)]).encode()
        line = b"%08x %s\n" % (zlib.crc32(text), text)
        file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            if not _ends_in_a_line(self.path):
                line = b"\n" + line
            os.write(file, line)
        finally:
            os.close(file)

    def entries(self, kind: NoteKind) -> Iterator[Mapping[str, Any]]:
        """The fields of all entries of a kind, in order; damaged ones are left out."""
        try:
            lines = self.path.read_bytes().splitlines()
        except FileNotFoundError:
            return
        damaged = 0
        for line in filter(None, lines):
            found = _parsed(line)
            damaged += found is None
            if found is not None and found[0] == kind:
                yield found[1]
        if damaged:
            log.warning("%s: %d of %d entries are damaged and left out.", self.path, damaged, len(lines))


def _ends_in_a_line(path: Path) -> bool:
    """Whether the next entry begins a line; not so behind an entry that was cut off."""
    with path.open("rb") as file:
        if not file.seek(0, os.SEEK_END):
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _parsed(line: bytes) -> tuple[str, Mapping[str, Any]] | None:
    checksum, _, text = line.partition(b" ")
    if checksum != b"%08x" % zlib.crc32(text):
        return None
    kind, fields = json.loads(text)
    return kind, fields

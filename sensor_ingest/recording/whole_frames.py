"""How far a journal that is being written holds whole frames; what is behind them may yet be cut off and replaced."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from surefoot.sensor_ingest.recording.entries import Entry
from surefoot.sensor_ingest.recording.frames import HEADER, decode_frame, payload_bytes


def whole_frames(journal: BinaryIO, at: int) -> Iterator[tuple[Entry, int]]:
    """Entries of the whole frames that follow each other from byte `at` on, where one begins, each with its end."""
    journal.seek(at)
    while True:
        header = journal.read(HEADER.size)
        try:
            payload = journal.read(payload_bytes(header))
            entry = decode_frame(header, payload)
        except (ValueError, struct.error):
            return
        at += HEADER.size + len(payload)
        yield entry, at


def end_of_whole_frames(journal: BinaryIO, at: int) -> int:
    """Where the last of them ends."""
    for _, end in whole_frames(journal, at):
        at = end
    return at

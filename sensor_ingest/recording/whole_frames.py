"""How far a journal that is being written holds whole frames; what is behind them may yet be cut off and replaced."""

from __future__ import annotations

import struct
from typing import BinaryIO

from surefoot.sensor_ingest.recording.frames import HEADER, decode_frame, payload_bytes


def end_of_whole_frames(journal: BinaryIO, at: int) -> int:
    """Where the last whole frame ends of those that follow each other from byte `at` on, where one begins."""
    journal.seek(at)
    while True:
        header = journal.read(HEADER.size)
        try:
            payload = journal.read(payload_bytes(header))
            decode_frame(header, payload)
        except (ValueError, struct.error):
            return at
        at += HEADER.size + len(payload)

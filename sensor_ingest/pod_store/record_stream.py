"""Whole records in a run of bytes, whatever else lies between them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from surefoot.sensor_ingest.pod_store.records import check_record, record_length
from surefoot.sensor_ingest.protocol import ProtocolError

_KIND = re.compile(rb"[\x01-\x04]")
"""What a record begins with."""


def records_in(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Offset and bytes of each undamaged record; after damage the next one is searched for byte by byte."""
    offset = 0
    while (start := _KIND.search(data, offset)) is not None:
        offset = start.start()
        record = record_at(data, offset)
        if record is None:
            offset += 1
        else:
            yield offset, record
            offset += len(record)


def record_at(data: bytes, offset: int) -> bytes | None:
    """The undamaged record that begins at an offset; None if there is none."""
    try:
        record = data[offset : offset + record_length(data, offset)]
        check_record(record)
    except ProtocolError:
        return None
    return record

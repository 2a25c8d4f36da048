"""Records from the fragments of a transfer."""

from __future__ import annotations

from surefoot.sensor_ingest.pod_store.records import check_record
from surefoot.sensor_ingest.pod_store.store_protocol import Fragment
from surefoot.sensor_ingest.protocol import ProtocolError


class RecordAssembler:
    """Joins fragments; a record of which one is missing, or that is damaged, does not come out."""

    def __init__(self) -> None:
        self._number = -1
        self._data = b""

    def push(self, fragment: Fragment) -> tuple[int, bytes] | None:
        """Take a fragment; number and bytes of the record that it completes. Repeated fragments are ignored."""
        if not fragment.offset:
            self._number, self._data = fragment.number, b""
        if fragment.number != self._number or fragment.offset != len(self._data):
            return None
        self._data += fragment.data
        if len(self._data) < fragment.record_length:
            return None
        number, data = self._number, self._data
        self._number = -1
        return (number, data) if _is_record(number, data) else None


def _is_record(number: int, data: bytes) -> bool:
    try:
        return check_record(data) == number
    except ProtocolError:
        return False

"""Messages as a FIT file: header, definitions, data, checksum."""

from __future__ import annotations

import struct
from collections.abc import Mapping

from surefoot.sensor_ingest.watches.fit_crc import crc16
from surefoot.service.formats.fit.fields import Value
from surefoot.service.formats.fit.messages import PROFILE_VERSION, Message

HEADER_SIZE, PROTOCOL_2 = 14, 0x20
DEFINITION, WITH_OWN_FIELDS = 0x40, 0x20
DEVELOPER = 0
"""Our index among the developers of a file's own fields."""
MAX_KINDS = 16


class FitWriter:
    """Collects messages; a kind of message is defined before its first one."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._local: dict[int, int] = {}

    def add(self, message: Message, values: Mapping[str, Value]) -> None:
        """Add a message; fields that have no value are invalid.

        Raises
        ------
        KeyError
            if there is no field of such a name.
        """
        fields = dict(message.fields) | dict(message.own)
        if unknown := values.keys() - fields.keys():
            raise KeyError(f"message {message.number} has no {', '.join(sorted(unknown))}")
        local = self._defined(message)
        self._data.append(local)
        for name, field in fields.items():
            self._data += field.to_bytes(values.get(name))

    def __bytes__(self) -> bytes:
        header = struct.pack("<BBHI4s", HEADER_SIZE, PROTOCOL_2, PROFILE_VERSION, len(self._data), b".FIT")
        whole = header + struct.pack("<H", crc16(header)) + bytes(self._data)
        return whole + struct.pack("<H", crc16(whole))

    def _defined(self, message: Message) -> int:
        """The message's number in this file."""
        if message.number in self._local:
            return self._local[message.number]
        if len(self._local) == MAX_KINDS:
            raise ValueError(f"add: more than {MAX_KINDS} kinds of messages")
        local = self._local[message.number] = len(self._local)
        self._data += _definition(message, local)
        return local


def _definition(message: Message, local: int) -> bytes:
    fields = b"".join(bytes([each.number, each.size, each.base.code]) for each in message.fields.values())
    own = b"".join(bytes([each.number, each.size, DEVELOPER]) for each in message.own.values())
    head = DEFINITION | local | (WITH_OWN_FIELDS if own else 0)
    defined = struct.pack("<BBBHB", head, 0, 0, message.number, len(message.fields)) + fields
    return defined + (bytes([len(message.own)]) + own if own else b"")

"""Numbers of variable length: seven bits a byte, the lowest first; bit 7 is set in all bytes but the last."""

from __future__ import annotations

from surefoot.sensor_ingest.protocol import ProtocolError

MAX_BITS = 64


def varint(value: int) -> bytes:
    """Encode a number in 0…2⁶⁴ − 1."""
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def signed_varint(value: int) -> bytes:
    """Encode a number of either sign, folded to 2v or −2v − 1."""
    return varint(2 * value if value >= 0 else -2 * value - 1)


class ByteReader:
    """Reads bytes from the front; `ProtocolError` if there are too few."""

    def __init__(self, data: bytes) -> None:
        self.rest = data

    def unsigned(self, size: int) -> int:
        """A little-endian number of `size` bytes."""
        if len(self.rest) < size:
            raise ProtocolError(f"{len(self.rest)} bytes where {size} were expected")
        value = int.from_bytes(self.rest[:size], "little")
        self.rest = self.rest[size:]
        return value

    def varint(self) -> int:
        """A number of variable length."""
        value = 0
        for shift in range(0, MAX_BITS, 7):
            byte = self.unsigned(1)
            value |= (byte & 0x7F) << shift
            if byte <= 0x7F:
                return value
        raise ProtocolError("a number without end")

    def signed_varint(self) -> int:
        """A folded number of variable length."""
        value = self.varint()
        return (value >> 1) ^ -(value & 1)

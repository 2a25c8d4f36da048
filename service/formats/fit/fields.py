"""Fields of FIT messages: base types, and a value as bytes; what is missing or does not fit is invalid."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

Value = float | str | bytes | None


@dataclass(frozen=True, slots=True)
class BaseType:
    """A base type: its code, its letter for `struct`, and the number that stands for "no value"."""

    code: int
    letter: str
    invalid: int


ENUM = BaseType(0x00, "B", 0xFF)
UINT8 = BaseType(0x02, "B", 0xFF)
UINT16 = BaseType(0x84, "H", 0xFFFF)
UINT32 = BaseType(0x86, "I", 0xFFFFFFFF)
SINT32 = BaseType(0x85, "i", 0x7FFFFFFF)
UINT32Z = BaseType(0x8C, "I", 0)
FLOAT32 = BaseType(0x88, "f", 0xFFFFFFFF)
STRING = BaseType(0x07, "s", 0)
BYTES = BaseType(0x0D, "s", 0xFF)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a message.

    Parameters
    ----------
    number : in the message, by the profile.
    scale, offset : stored integer = (value + offset) · scale.
    length : bytes, of text and of byte arrays alone.
    """

    number: int
    base: BaseType
    scale: float = 1.0
    offset: float = 0.0
    length: int = 0

    @property
    def size(self) -> int:
        """Number of bytes."""
        return self.length or struct.calcsize(self.base.letter)

    def to_bytes(self, value: Value) -> bytes:
        """A value, little-endian; None, NaN and what the type cannot hold are stored as invalid.

        Raises
        ------
        ValueError
            if a text or an array is too long.
        """
        if self.length:
            return self._padded(value.encode() + b"\0" if isinstance(value, str) else bytes(value or b""))  # type: ignore[arg-type]
        if not isinstance(value, int | float) or not math.isfinite(value):
            return self.base.invalid.to_bytes(self.size, "little")
        if self.base is FLOAT32:
            return struct.pack("<f", value)
        stored = round((value + self.offset) * self.scale)
        is_signed = self.base.letter.islower()
        least, beyond = (-(256**self.size) // 2, 256**self.size // 2) if is_signed else (0, 256**self.size)
        fits = least <= stored < beyond
        return (stored if fits else self.base.invalid).to_bytes(self.size, "little", signed=is_signed)

    def _padded(self, data: bytes) -> bytes:
        if len(data) > self.length:
            raise ValueError(f"to_bytes: {data!r} is longer than {self.length} bytes")
        return data.ljust(self.length, bytes([self.base.invalid]))

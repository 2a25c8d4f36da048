"""NOR flash of a pod: programming clears bits, erasing a sector sets them, a power cut leaves either half done."""

from __future__ import annotations

import random
import struct
from typing import Self

PAGE_BYTES = 256
"""Most that is programmed at once, within one page."""
SECTOR_BYTES = 4096
"""What is erased at once."""
ERASED = 0xFF
_SECTOR_NUMBER = struct.Struct("<I")
_IMAGE_BYTES = _SECTOR_NUMBER.size + SECTOR_BYTES


class PowerCutError(Exception):
    """The power was cut while the flash was written; the pod is off."""

    def __init__(self, address: int) -> None:
        self.address = address
        super().__init__(f"power cut while the flash was written at {address:#x}")


class NorFlash:
    """Flash that keeps its content through every boot.

    Parameters
    ----------
    size_bytes : a multiple of `SECTOR_BYTES`. Sectors that were never written take no memory.
    """

    def __init__(self, size_bytes: int) -> None:
        if size_bytes <= 0 or size_bytes % SECTOR_BYTES:
            raise ValueError(f"flash has whole sectors of {SECTOR_BYTES} bytes, got {size_bytes}")
        self.size_bytes = size_bytes
        self.operations = 0
        """Programs and erases so far."""
        self._sectors: dict[int, bytearray] = {}
        self._is_off = False
        self._cut: tuple[int, random.Random] | None = None

    @classmethod
    def from_image(cls, size_bytes: int, image: bytes) -> Self:
        """Flash as `image` has it; ValueError if that is of other flash."""
        if len(image) % _IMAGE_BYTES:
            raise ValueError(f"image of {len(image)} bytes")
        flash = cls(size_bytes)
        for begin in range(0, len(image), _IMAGE_BYTES):
            (sector,) = _SECTOR_NUMBER.unpack_from(image, begin)
            flash.program_image(sector, image[begin + _SECTOR_NUMBER.size : begin + _IMAGE_BYTES])
        return flash

    def program_image(self, sector: int, content: bytes) -> None:
        """Set a sector as a whole, as a programmer in the factory does."""
        fresh, _ = self._sector_of(sector * SECTOR_BYTES)
        fresh[:] = content

    def image(self) -> bytes:
        """All sectors that were ever written, each after its number."""
        return b"".join(_SECTOR_NUMBER.pack(sector) + content for sector, content in self._sectors.items())

    @property
    def sectors(self) -> int:
        """Number of sectors."""
        return self.size_bytes // SECTOR_BYTES

    def cut_power_after(self, operations: int, rng: random.Random) -> None:
        """Interrupt an operation: the next one after so many; until `power_on` none works any more."""
        self._cut = self.operations + operations, rng

    def power_on(self) -> None:
        """Work again after a power cut."""
        self._is_off = False

    def read(self, address: int, size: int) -> bytes:
        """Bytes within one sector."""
        sector, offset = divmod(address, SECTOR_BYTES)
        if offset + size > SECTOR_BYTES:
            raise ValueError(f"read of {size} bytes at {address:#x} beyond its sector")
        content = self._sectors.get(sector)
        return bytes([ERASED]) * size if content is None else bytes(content[offset : offset + size])

    def program(self, address: int, data: bytes) -> None:
        """Clear the bits that are 0 in `data`, within one page."""
        if address % PAGE_BYTES + len(data) > PAGE_BYTES:
            raise ValueError(f"program of {len(data)} bytes at {address:#x} beyond its page")
        content, offset = self._sector_of(address)
        kept = self._interruption(address, len(data))
        for place, byte in enumerate(data, offset):
            content[place] &= byte | kept[place - offset]
        self._finish(address)

    def erase(self, sector: int) -> None:
        """Set all bits of a sector."""
        content, _ = self._sector_of(sector * SECTOR_BYTES)
        kept = self._interruption(sector * SECTOR_BYTES, SECTOR_BYTES)
        content[:] = bytes(byte | ~keep & 0xFF for byte, keep in zip(content, kept, strict=True))
        self._finish(sector * SECTOR_BYTES)

    def _sector_of(self, address: int) -> tuple[bytearray, int]:
        sector, offset = divmod(address, SECTOR_BYTES)
        if not 0 <= sector < self.sectors:
            raise ValueError(f"there is no sector {sector}")
        return self._sectors.setdefault(sector, bytearray([ERASED]) * SECTOR_BYTES), offset

    def _interruption(self, address: int, size: int) -> bytes:
        """Bits that the operation leaves as they are: none, or random ones if the power is cut."""
        if self._is_off:
            raise PowerCutError(address)
        due = self._cut is not None and self.operations >= self._cut[0]
        return self._cut[1].randbytes(size) if self._cut is not None and due else bytes(size)

    def _finish(self, address: int) -> None:
        due = self._cut is not None and self.operations >= self._cut[0]
        self.operations += 1
        if due:
            self._cut, self._is_off = None, True
            raise PowerCutError(address)

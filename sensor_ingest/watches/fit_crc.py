"""The checksum of FIT files: CRC-16/ARC."""

from __future__ import annotations

POLYNOMIAL = 0xA001


def _of_byte(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (POLYNOMIAL if byte & 1 else 0)
    return byte


TABLE = tuple(_of_byte(byte) for byte in range(256))


def crc16(data: bytes) -> int:
    """The checksum of some bytes; 0xBB3D for b"123456789"."""
    crc = 0
    for byte in data:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 0xFF]
    return crc

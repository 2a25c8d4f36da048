"""A block written as a microcontroller would: value by value, in integers, with every operation counted.

Counted are additions, subtractions, shifts, logic and comparisons of data; not loops, addresses, loads and stores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

ORDERS, PART_SAMPLES, MAX_K = 4, 18, 15


@dataclass
class BitWriter:
    """Bits, most significant first, and the operations that they took."""

    bits: list[int] = field(default_factory=list)
    operations: int = 0

    def put(self, value: int, width: int) -> None:
        """Append the low bits of a value: mask, shift into a word, count, compare, and the word's way out."""
        self.bits += [value >> place & 1 for place in reversed(range(width))]
        self.operations += 6

    def fill(self) -> None:
        """Go on at a whole byte."""
        self.bits += [0] * (-len(self.bits) % 8)

    def to_bytes(self) -> bytes:
        """All bits, in whole bytes."""
        self.fill()
        text = "".join(map(str, self.bits))
        return int(text or "0", 2).to_bytes(len(text) // 8, "big")


def encode(samples: Sequence[Sequence[int]]) -> tuple[bytes, int]:
    """The block of these samples, and how many operations it took."""
    writer = BitWriter()
    channels = [_best_order([sample[channel] for sample in samples], writer) for channel in range(6)]
    parts = range(0, len(samples), PART_SAMPLES)
    parameters = [[_rice_parameter(folded, begin, writer) for begin in parts] for _, folded in channels]
    for (order, _), ks in zip(channels, parameters, strict=True):
        writer.put(order, 2)
        for k in ks:
            writer.put(k, 4)
    writer.fill()
    for value in samples[0]:
        writer.put(value & 0xFFFF, 16)
    for (_, folded), ks in zip(channels, parameters, strict=True):
        for place in range(1, len(samples)):
            writer.operations += 1
            writer.put(1, (folded[place] >> ks[place // PART_SAMPLES]) + 1)
    writer.fill()
    for (_, folded), ks in zip(channels, parameters, strict=True):
        for place in range(1, len(samples)):
            writer.put(folded[place], ks[place // PART_SAMPLES])
    return writer.to_bytes(), writer.operations


def _best_order(values: list[int], writer: BitWriter) -> tuple[int, list[int]]:
    """Order and folded residuals of one channel."""
    rows: list[list[int]] = [[] for _ in range(ORDERS)]
    before: list[int] = []
    for value in values:
        levels = [value & 0xFFFF]
        for level in before[: ORDERS - 1]:
            levels.append((levels[-1] - level) & 0xFFFF)
            writer.operations += 1
        before = levels
        for order, row in enumerate(rows):
            residual = levels[min(order, len(levels) - 1)]
            row.append((residual << 1 ^ (0xFFFF if residual & 0x8000 else 0)) & 0xFFFF)
            writer.operations += 4  # shift, sign, exclusive or, sum
    order = min(range(ORDERS), key=lambda order: sum(rows[order][1:]))
    return order, rows[order]


def _rice_parameter(folded: list[int], begin: int, writer: BitWriter) -> int:
    part = folded[max(begin, 1) : begin + PART_SAMPLES]
    total, limit, k = sum(part), 2 * len(part), 0
    writer.operations += len(part)
    while k < MAX_K and total > limit << k:
        k += 1
        writer.operations += 3
    return k

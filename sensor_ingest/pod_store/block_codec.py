"""Lossless codec of blocks of samples: differences of order 0…3 and Rice codes.

Everything is 16-bit arithmetic that wraps around, so that no count is out of range. A block of n samples is, most
significant bit first, each part filled up with zeros to whole bytes:

1. for each of the six channels its order (2 bits) and a Rice parameter k (4 bits) for every `PART_SAMPLES` samples;
2. the first sample of each channel, 16 bits;
3. for each further value, channel after channel, the quotient u >> k in unary: that many zeros and a one;
4. in the same sequence the k low bits of u.

u is the residual r folded to 2r or −2r − 1. The residual of sample t is the difference of order min(t, order). An
encoder takes the order with the smallest sum of u (the lowest of equals) and, for each part, the smallest k of at most
15 with u's sum ≤ number × 2ᵏ⁺¹; therefore a quotient never exceeds `MAX_QUOTIENT`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from surefoot.sensor_ingest.protocol import ProtocolError

CHANNELS = 6
BLOCK_SAMPLES = 72
"""Most samples in a block."""
PART_SAMPLES = 18
"""Samples that share a Rice parameter."""
MAX_ORDER, MAX_K = 3, 15
MAX_QUOTIENT = 2 * PART_SAMPLES
_ORDER_BITS, _K_BITS = 2, 4

Counts = NDArray[np.int16]
Ints = NDArray[np.int64]


def encode_block(counts: Counts) -> bytes:
    """Encode 1…72 samples, (n, 6)."""
    size = len(counts)
    if not 1 <= size <= BLOCK_SAMPLES:
        raise ValueError(f"a block has 1 to {BLOCK_SAMPLES} samples, got {size}")
    differences = _differences(counts.T)
    folded = _fold(differences)
    orders = folded[:, :, 1:].sum(axis=2).argmin(axis=0)
    values = folded[orders, np.arange(CHANNELS)]
    parameters = _rice_parameters(values)
    head = np.column_stack([orders, parameters]).reshape(-1)
    head_widths = np.tile([_ORDER_BITS] + [_K_BITS] * parameters.shape[1], CHANNELS)
    shifts = _per_sample(parameters, size)[:, 1:].reshape(-1)
    rest = values[:, 1:].reshape(-1)
    first = counts[0].astype(">i2").tobytes()
    return b"".join([_pack(head, head_widths), first, _unary(rest >> shifts), _pack(rest, shifts)])


def decode_block(data: bytes, size: int) -> Counts:
    """Decode a block of `size` samples, (n, 6); `ProtocolError` if it is not such a block."""
    if not 1 <= size <= BLOCK_SAMPLES:
        raise ProtocolError(f"block of {size} samples")
    parts = -(-size // PART_SAMPLES)
    bits = np.unpackbits(np.frombuffer(data, np.uint8))
    head_widths = np.tile([_ORDER_BITS] + [_K_BITS] * parts, CHANNELS)
    first_at = _whole_bytes(int(head_widths.sum()))
    quotients_at = first_at + 16 * CHANNELS
    if len(bits) < quotients_at:
        raise ProtocolError(f"block of {len(data)} bytes, shorter than its head")
    head = _unpack(bits, head_widths).reshape(CHANNELS, parts + 1)
    first = _unpack(bits[first_at:], np.full(CHANNELS, 16))
    quotients, used = _read_unary(bits[quotients_at:], CHANNELS * (size - 1))
    remainders_at = quotients_at + _whole_bytes(used)
    shifts = _per_sample(head[:, 1:], size)[:, 1:].reshape(-1)
    if len(bits) != remainders_at + _whole_bytes(int(shifts.sum())):
        raise ProtocolError(f"block of {len(data)} bytes whose codes have another length")
    values = (quotients << shifts) + _unpack(bits[remainders_at:], shifts)
    residuals = np.column_stack([first, _unfold(values).reshape(CHANNELS, size - 1)]).astype(np.uint16)
    return _integrate(residuals, head[:, 0]).view(np.int16).T.copy()


def _differences(channels: Counts) -> NDArray[np.uint16]:
    """(order, 6, n) differences, each of the highest order up to this one that the samples so far allow."""
    levels = [channels.astype(np.uint16)]
    for order in range(1, MAX_ORDER + 1):
        level = levels[-1].copy()
        level[:, order:] -= levels[-1][:, order - 1 : -1]
        levels.append(level)
    return np.stack(levels)


def _integrate(residuals: NDArray[np.uint16], orders: Ints) -> NDArray[np.uint16]:
    """Undo `_differences`, channel by channel."""
    for order in range(MAX_ORDER, 0, -1):
        chosen = orders >= order
        residuals[chosen, order - 1 :] = np.cumsum(residuals[chosen, order - 1 :], axis=1, dtype=np.uint16)
    return residuals


def _fold(residuals: NDArray[np.uint16]) -> Ints:
    signed = residuals.view(np.int16).astype(np.int64)
    return (signed << 1) ^ (signed >> 63)


def _unfold(values: Ints) -> Ints:
    return (values >> 1) ^ -(values & 1)


def _rice_parameters(values: Ints) -> Ints:
    """(6, parts) smallest k with the sum of the values ≤ number × 2ᵏ⁺¹; the first sample has no code."""
    size = values.shape[1]
    starts = np.arange(0, size, PART_SAMPLES)
    coded = values.copy()
    coded[:, 0] = 0
    numbers = np.minimum(starts + PART_SAMPLES, size) - np.maximum(starts, 1)
    sums = np.add.reduceat(coded, starts, axis=1)
    return (sums[:, :, None] > numbers[:, None] << np.arange(1, MAX_K + 1)).sum(axis=2)


def _per_sample(parameters: Ints, size: int) -> Ints:
    return np.repeat(parameters, PART_SAMPLES, axis=1)[:, :size]


def _unary(quotients: Ints) -> bytes:
    ends = np.cumsum(quotients + 1)
    bits = np.zeros(ends[-1] if len(ends) else 0, np.uint8)
    bits[ends - 1] = 1
    return np.packbits(bits).tobytes()


def _read_unary(bits: NDArray[np.uint8], count: int) -> tuple[Ints, int]:
    """`count` unary codes, and how many bits they take."""
    ends = np.flatnonzero(bits)[:count]
    if len(ends) < count:
        raise ProtocolError(f"block with {len(ends)} codes instead of {count}")
    quotients = np.diff(ends, prepend=-1) - 1
    if count and quotients.max() > MAX_QUOTIENT:
        raise ProtocolError(f"block with a quotient of {quotients.max()}")
    return quotients, int(ends[-1]) + 1 if count else 0


def _pack(values: Ints, widths: Ints) -> bytes:
    """The `widths` low bits of the values, one after another."""
    places = np.arange(15, -1, -1)
    bits = (values[:, None] >> places) & 1
    return np.packbits(bits[places < widths[:, None]].astype(np.uint8)).tobytes()


def _unpack(bits: NDArray[np.uint8], widths: Ints) -> Ints:
    """Undo `_pack`."""
    places = np.arange(15, -1, -1)
    wanted = places < widths[:, None]
    spread = np.zeros(wanted.shape, np.int64)
    spread[wanted] = bits[: int(widths.sum())]
    return spread @ (1 << places)


def _whole_bytes(bits: int) -> int:
    """Bits up to the next whole byte."""
    return -(-bits // 8) * 8

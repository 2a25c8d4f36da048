"""A block read bit by bit, as the specification says it: the codec's own arithmetic is not used."""

from __future__ import annotations


def decode(data: bytes, size: int) -> list[list[int]]:
    """Samples of a block, one list of six counts each."""
    bits = "".join(f"{byte:08b}" for byte in data)
    parts = -(-size // 18)
    at = 0

    def take(count: int) -> int:
        nonlocal at
        at += count
        return int(bits[at - count : at], 2) if count else 0

    def whole_bytes() -> None:
        nonlocal at
        at += -at % 8

    heads = [(take(2), [take(4) for _ in range(parts)]) for _ in range(6)]
    whole_bytes()
    firsts = [take(16) for _ in range(6)]
    quotients = []
    for _ in range(6 * (size - 1)):
        quotients.append(bits.index("1", at) - at)
        at += quotients[-1] + 1
    whole_bytes()
    channels = []
    for (order, ks), first in zip(heads, firsts, strict=True):
        channel = [first]
        for place in range(1, size):
            k = ks[place // 18]
            folded = quotients.pop(0) * 2**k + take(k)
            residual = folded // 2 if folded % 2 == 0 else -(folded + 1) // 2
            channel.append((residual + predicted(channel, min(place, order))) % 65536)
        channels.append([value - 65536 if value > 32767 else value for value in channel])
    whole_bytes()
    assert at == len(bits)
    return [list(sample) for sample in zip(*channels, strict=True)]


def predicted(before: list[int], order: int) -> int:
    """What a difference of this order is the difference to."""
    weights = {0: (), 1: (1,), 2: (2, -1), 3: (3, -3, 1)}[order]
    return sum(weight * before[-1 - back] for back, weight in enumerate(weights))

"""Rows of plain decimal numbers, eight characters at a time: exact, and several times faster than one by one.

A column is plain where every number has the same number of decimals and up to 15 digits, without an exponent. Its
digits are then a whole number below 2⁵³, which divided by a power of ten below 10²² is rounded correctly.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from surefoot.analysis.model import Floats, Ints

_WORD = 8
_PADDING = b" " * 2 * _WORD
_PIECE_ROWS = 8192
"""So many rows at once stay in the processor's cache."""
_MAX_DIGITS, _MAX_LENGTH, _MAX_DECIMALS = 15, 16, 7
_NEWLINE, _MINUS, _POINT = b"\n-."
_ZEROS = np.uint64(0x3030303030303030)
_OVER_9, _TOP_BITS = np.uint64(0x7676767676767676), np.uint64(0x8080808080808080)
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_Words = NDArray[np.uint64]


def parse_plain(raw: bytes, delimiter: str, width: int, columns: Sequence[int]) -> Floats | None:
    """(columns, rows) numbers of whole lines of `width` fields; None unless every field needed is plain."""
    if b'"' in raw:
        return None
    padded = _PADDING + raw if raw.endswith(b"\n") else _PADDING + raw + b"\n"
    text = np.frombuffer(padded, np.uint8)
    newline = text == _NEWLINE
    ends = np.flatnonzero(newline | (text == ord(delimiter)))
    rows = len(ends) // width
    if len(ends) != rows * width or np.count_nonzero(newline) != rows or not newline[ends[width - 1 :: width]].all():
        return None
    starts = np.concatenate(([len(_PADDING)], ends[:-1] + 1)).reshape(rows, width)
    words = np.ndarray((len(padded) - _WORD + 1,), "<u8", padded, strides=(1,))
    found = np.empty((len(columns), rows))
    for k, column in enumerate(columns):
        first, end = starts[:, column], ends.reshape(rows, width)[:, column]
        field = padded[first[0] : end[0]] if rows else b""
        decimals = len(field) - 1 - field.rfind(b".") if b"." in field else 0
        if decimals > _MAX_DECIMALS:
            return None
        for row in range(0, rows, _PIECE_ROWS):
            piece = slice(row, row + _PIECE_ROWS)
            if not _parse_column(text, words, first[piece], end[piece], decimals, found[k, piece]):
                return None
    return found


def _parse_column(text: NDArray[np.uint8], words: _Words, first: Ints, end: Ints, decimals: int, out: Floats) -> bool:
    """Write the numbers of one column into `out`; False if any is not plain."""
    negative = text[first] == _MINUS
    length = end - first - negative
    digits = length - 1 if decimals else length
    longest = int(length.max())
    if (
        longest > _MAX_LENGTH
        or digits.min() < 1
        or digits.max() > _MAX_DIGITS
        or (decimals and not (text[end - 1 - decimals] == _POINT).all())
    ):
        return False
    low, high = words[end - _WORD], words[end - 2 * _WORD] if longest > _WORD else None
    if decimals:
        before = np.uint64((1 << (64 - 8 * decimals)) - 1)
        carried = np.uint64(0) if high is None else high >> np.uint64(56)
        low = (low & ~before) | ((low << np.uint64(8)) & before) | carried
        high = None if high is None else high << np.uint64(8)
    value, good = _eight_digits(low, np.minimum(digits, _WORD))
    if high is not None:
        more, also_good = _eight_digits(high, np.maximum(digits - _WORD, 0))
        value, good = value + more * np.uint64(10**_WORD), good and also_good
    np.divide(value, 10.0**decimals, out=out)
    np.negative(out, out=out, where=negative)
    return good


def _eight_digits(word: _Words, digits: Ints) -> tuple[_Words, bool]:
    """The number that the last `digits` of eight characters are, and whether all are digits."""
    unused = ~(_ALL << (np.uint64(8) * (_WORD - np.maximum(digits, 1)).astype(np.uint64)))
    unused[digits == 0] = _ALL
    word = ((word & ~unused) | (_ZEROS & unused)) ^ _ZEROS
    good = not (((word + _OVER_9) | word) & _TOP_BITS).any()
    word = (word * np.uint64(2561)) >> np.uint64(8)
    word = ((word & np.uint64(0x00FF00FF00FF00FF)) * np.uint64(6553601)) >> np.uint64(16)
    return ((word & np.uint64(0x0000FFFF0000FFFF)) * np.uint64(42949672960001)) >> np.uint64(32), good

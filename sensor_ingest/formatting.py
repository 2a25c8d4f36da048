"""Counts and lists in sentences for people."""

from __future__ import annotations

from collections.abc import Sequence

_SHOWN_NAMES = 8
_SHOWN_LETTERS = 40


def counted(count: int, noun: str) -> str:
    """The count with its noun: 1 row, 2 rows."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def listed(names: Sequence[str]) -> str:
    """The names, separated by commas; long names and long lists are cut."""
    shown = [name if len(name) <= _SHOWN_LETTERS else f"{name[: _SHOWN_LETTERS - 1]}…" for name in names[:_SHOWN_NAMES]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")

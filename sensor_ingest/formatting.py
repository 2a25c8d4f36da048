"""Counts and lists in sentences for people."""

from __future__ import annotations

from collections.abc import Sequence

_MAX_NAMES = 8
_MAX_CHARACTERS = 40


def pluralize(count: int, noun: str) -> str:
    """The count with its noun: 1 row, 2 rows."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def join_names(names: Sequence[str]) -> str:
    """The names, separated by commas; long names and long lists are cut."""
    shown = [name if len(name) <= _MAX_CHARACTERS else f"{name[: _MAX_CHARACTERS - 1]}…" for name in names[:_MAX_NAMES]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")

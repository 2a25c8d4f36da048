"""Counts and lists of names as text for people."""

from __future__ import annotations

from collections.abc import Sequence

_MAX_NAMES = 8
_MAX_CHARACTERS = 40


def pluralize(count: int, noun: str) -> str:
    """The count with its noun, in the plural unless it is 1: "1 row", "2 rows"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def join_names(names: Sequence[str]) -> str:
    """The names separated by commas; at most 8 names of 40 characters, the others as a number."""
    shown = [name if len(name) <= _MAX_CHARACTERS else f"{name[: _MAX_CHARACTERS - 1]}…" for name in names[:_MAX_NAMES]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")

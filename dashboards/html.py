"""HTML and SVG as values; plain strings are escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape


class Markup(str):
    """A string that is already HTML or SVG."""

    __slots__ = ()


def element(name: str, /, *children: str | None, **attributes: str | float | bool | None) -> Markup:
    """An element; text children are escaped, None is left out.

    `class_` becomes class, `stroke_width` stroke-width; True is an attribute without a value. Numbers get at most two
    decimals, so that the output is byte-identical on every machine.
    """
    inside = "".join(_content(child) for child in children if child is not None)
    return Markup(f"<{name}{''.join(_attribute(*each) for each in attributes.items())}>{inside}</{name}>")


def join(parts: Iterable[str]) -> Markup:
    """Concatenate parts; plain strings are escaped."""
    return Markup("".join(_content(part) for part in parts))


def compact_number(value: float) -> str:
    """A number with at most two decimals, without trailing zeros."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _content(child: str) -> str:
    return child if isinstance(child, Markup) else escape(child, quote=False)


def _attribute(name: str, value: str | float | bool | None) -> str:
    if value is None or value is False:
        return ""
    key = name.rstrip("_").replace("_", "-") if name != "viewBox" else name
    if value is True:
        return f" {key}"
    return f' {key}="{escape(value) if isinstance(value, str) else compact_number(value)}"'

"""Sections and tables of the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from surefoot.dashboards.formatting import UNKNOWN
from surefoot.dashboards.html import Markup, element


def section(heading: str, name: str, *parts: Markup | None) -> Markup:
    """A section that can be linked to."""
    return element("section", element("h2", heading, id=f"{name}-heading"), *parts, id=name,
                   aria_labelledby=f"{name}-heading")  # fmt: skip


def table(name: str, heads: Sequence[str], rows: Iterable[Sequence[str]], *, of_words: bool = False) -> Markup:
    """A table whose first column names its rows; it scrolls sideways on narrow screens, by keyboard too.

    Parameters
    ----------
    of_words : cells are sentences, which go on in the next line.
    """
    body = [
        element("tr", element("th", row[0], scope="row"), *(element("td", each) for each in row[1:])) for row in rows
    ]
    columns = (element("th", head, scope="col") for head in heads)
    found = element("table", element("thead", element("tr", *columns)), element("tbody", *body),
                    class_="words" if of_words else None)  # fmt: skip
    return element("div", found, class_="scroll", tabindex="0", role="region", aria_label=name)


def note(text: str) -> Markup:
    """A sentence on how to read what is above."""
    return element("p", text, class_="small")


def or_dash(number: float | None) -> str:
    """A whole number; a dash where it is not known."""
    return UNKNOWN if number is None else f"{number:,.0f}"

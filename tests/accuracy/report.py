"""One line of evidence: what was asked, what was found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich import box
from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Finding:
    """A figure with its target."""

    data: str
    what: str
    value: str
    target: str
    passed: bool


def show(findings: Iterable[Finding]) -> bool:
    """Print the table; True if every target is met."""
    table = Table("data", "what", "found", "target", "", box=box.SIMPLE, pad_edge=False)
    rows = list(findings)
    for row in rows:
        table.add_row(row.data, row.what, row.value, row.target, "ok" if row.passed else "MISSED")
    Console(width=120).print(table)
    return all(row.passed for row in rows)

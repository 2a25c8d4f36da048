"""The doctor's checks, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from surefoot.service.diagnostics import Check, CheckStatus

STYLES = {CheckStatus.OK: "green", CheckStatus.UNUSED: "dim", CheckStatus.PROBLEM: "red"}


def check_table(checks: Sequence[Check]) -> Table:
    """A row for each check, with advice under what does not work."""
    shown = Table.grid(padding=(0, 2, 0, 0))
    for each in checks:
        advice = Text(f"\n→ {each.advice}", style="yellow") if each.advice else Text()
        shown.add_row(each.name, Text(each.status, style=STYLES[each.status]), Text(each.detail) + advice)
    return shown

"""The rows of docs/validation/faults.md, written by the command that measures them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.faults.matrix import FAULTS
from tests.faults.outcome import Outcome

PAGE = Path(__file__).resolve().parents[2] / "docs" / "validation" / "faults.md"
HEAD = "| fault | of | lost | doubled | missed | complete after | target |\n|---|---|---|---|---|---|---|\n"


def cells(name: str, found: Outcome) -> tuple[str, ...]:
    """What a row says of a fault."""
    late = "" if found.recovered_s <= found.target_s else " (missed)"
    times = f"{found.recovered_s:.1f} s{late}", f"≤ {found.target_s:g} s"
    return (name, *map(told, (found.counted, found.lost, found.doubled)), str(found.missed), *times)


def told(counts: Mapping[str, int]) -> str:
    """Counts in words, without what there is nothing of."""
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "0"


def rows_of(text: str) -> dict[str, str]:
    """Each fault's row on a page."""
    below = text.partition(HEAD)[2].partition("\n\n")[0]
    return {line.split(" | ")[0].removeprefix("| "): line for line in below.splitlines()}


def with_rows(text: str, found: Mapping[str, Outcome]) -> str:
    """A page with these rows in place of those of the same faults, in the order of the matrix."""
    before, head, rest = text.partition(HEAD)
    _, end, after = rest.partition("\n\n")
    new = {name: f"| {' | '.join(cells(name, outcome))} |" for name, outcome in found.items()}
    rows = {**rows_of(text), **new}
    return before + head + "\n".join(rows[name] for name in FAULTS if name in rows) + end + after

"""Rows of a plan as people type them: "6x1/4" is six times one minute of running and four of walking."""

from __future__ import annotations

import re

from surefoot.analysis.weeks.plan import MINUTE_S, Row

MAX_MINUTES = 600.0
NUMBER = r"(\d+(?:[.,]\d+)?)(?:\s*min)?"
REPEATED = re.compile(rf"(\d+)\s*[x×*]\s*{NUMBER}\s*/\s*{NUMBER}")
ALONE = re.compile(rf"(max)?\s*{NUMBER}")


def row_from_text(text: str) -> Row:
    """A row; "20" is twenty minutes of running, "max 20" at most so many.

    Raises
    ------
    ValueError
        if it is none, with what one looks like.
    """
    if found := REPEATED.fullmatch(text.strip().lower()):
        runs, run, walk = found.groups()
        row = Row(int(runs), _minutes_s(run), _minutes_s(walk)) if int(runs) and _minutes_s(run) else None
    elif found := ALONE.fullmatch(text.strip().lower()):
        cap, run = found.groups()
        row = Row(1, _minutes_s(run), is_cap=cap is not None) if _minutes_s(run) else None
    else:
        row = None
    if row is None or row.total_s > MAX_MINUTES * MINUTE_S:
        raise ValueError(
            f"{text!r} is no row; 6x1/4 is six times 1 min running and 4 min walking, 20 is 20 min running"
        )
    return row


def row_to_text(row: Row) -> str:
    """As it is typed."""
    run = f"{row.run_s / MINUTE_S:g}"
    if row.runs > 1 or row.walk_s:
        return f"{row.runs}x{run}/{row.walk_s / MINUTE_S:g}"
    return f"max {run}" if row.is_cap else run


def _minutes_s(text: str) -> float:
    return float(text.replace(",", ".")) * MINUTE_S

"""A runner's runs for calendar programs, as RFC 5545 has them. When and how far, nothing of how it went or felt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from surefoot.dashboards.formatting import duration
from surefoot.dashboards.history_source import PastRun

MEDIA_TYPE = "text/calendar; charset=utf-8"
MAX_LINE_BYTES = 75
"""RFC 5545, 3.1; what is longer is folded."""


def calendar(name: str, runs: Sequence[PastRun]) -> str:
    """The whole file; runs of which nobody knows how long they were are left out."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//surefoot//runs//EN", f"X-WR-CALNAME:{_text(name)}: runs"]
    for run in runs:
        if run.duration_s is not None:
            lines += _event(run, run.duration_s)
    return "".join(f"{_folded(each)}\r\n" for each in (*lines, "END:VCALENDAR"))


def _event(run: PastRun, duration_s: float) -> Iterator[str]:
    far = "" if run.distance_m is None else f", {run.distance_m / 1000.0:.1f} km"
    yield "BEGIN:VEVENT"
    yield f"UID:{run.run}@surefoot"
    yield f"DTSTAMP:{_utc(run.began)}"
    yield f"DTSTART:{_utc(run.began)}"
    yield f"DTEND:{_utc(run.began + timedelta(seconds=round(duration_s)))}"
    yield f"SUMMARY:{_text(f'Run, {duration(duration_s)}{far}')}"
    yield "END:VEVENT"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    """Escaped; control characters are left out."""
    plain = "".join(each for each in text.replace("\n", " ") if each.isprintable())
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> str:
    """Continued on further lines where it is too long, never within a character."""
    pieces, size = [""], 0
    for letter in line:
        if size + len(letter.encode()) > MAX_LINE_BYTES:
            pieces.append("")
            size = 1  # of the space that begins a continuation
        pieces[-1] += letter
        size += len(letter.encode())
    return "\r\n ".join(pieces)

"""Findings as people read them: when, how much it matters, and the sentence."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from rich.text import Text

from surefoot.analysis.findings import Finding, State, latest
from surefoot.dashboards.formatting import clock

STYLES = ("dim", "", "yellow", "bold red")
"""By rank, from worth knowing to severe."""
INDENT = 9


def findings_block(findings: Iterable[Finding], origin_s: float, width: int, most: int | None = None) -> list[Text]:
    """A heading and each story as it was last told, on the recording's clock; nothing where nothing was found.

    Parameters
    ----------
    most : stories at most; those that matter more and are newer come first, and all are shown in order of time.
    """
    stories = latest(findings)
    if most is not None:
        chosen = sorted(stories, key=lambda each: (each.state is State.OPEN, each.severity.rank, each.time_s))[-most:]
        stories = tuple(each for each in stories if each in chosen) if most else ()
    if not stories:
        return []
    return [Text("Findings", style="bold cyan"), *(_line(story, origin_s, width) for story in stories)]


def _line(story: Finding, origin_s: float, width: int) -> Text:
    time = f"{clock(max(story.time_s - origin_s, 0.0)):>7}  "
    told = textwrap.fill(story.message, width, initial_indent=time, subsequent_indent=" " * INDENT)
    return Text(told, style=STYLES[story.severity.rank])

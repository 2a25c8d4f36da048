"""Findings as lines of time and sentence, coloured by severity."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from rich.text import Text

from surefoot.analysis.findings import Finding, State, latest
from surefoot.dashboards.formatting import clock

STYLES = ("dim", "", "yellow", "bold red")
"""Style by severity rank, 0 to 3."""
INDENT = 9


def findings_block(
    findings: Iterable[Finding], origin_s: float, width: int, max_findings: int | None = None
) -> list[Text]:
    """A heading and the last revision of each finding, times from `origin_s` on; empty without findings.

    Parameters
    ----------
    max_findings : open, severe and new findings are preferred; they are shown in order of time.
    """
    revisions = latest(findings)
    if max_findings is not None:
        chosen = sorted(revisions, key=lambda each: (each.state is State.OPEN, each.severity.rank, each.time_s))[
            -max_findings:
        ]
        revisions = tuple(each for each in revisions if each in chosen) if max_findings else ()
    if not revisions:
        return []
    return [Text("Findings", style="bold cyan"), *(_line(finding, origin_s, width) for finding in revisions)]


def _line(finding: Finding, origin_s: float, width: int) -> Text:
    time = f"{clock(max(finding.time_s - origin_s, 0.0)):>7}  "
    told = textwrap.fill(finding.message, width, initial_indent=time, subsequent_indent=" " * INDENT)
    return Text(told, style=STYLES[finding.severity.rank])

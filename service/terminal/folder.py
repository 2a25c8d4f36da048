"""Runs of a folder of files, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

from surefoot.analysis.findings import latest
from surefoot.analysis.metrics import CADENCE, STRIDE_METRICS
from surefoot.analysis.model import Foot, Gait
from surefoot.analysis.summary import compare
from surefoot.dashboards.formatting import UNKNOWN, asymmetry_text, duration, in_unit
from surefoot.service.pipeline.analysis import Analysis

_CONTACT = STRIDE_METRICS["ground_contact_time_s"]
_COLUMNS = ("run", "feet", "length", "steps/min", "contact", "right vs left", "found")
_MIN_NAME = 14


@dataclass(frozen=True, slots=True)
class FolderRow:
    """A run's name and its cells; `problem` is the sentence why there are none."""

    name: str
    cells: tuple[str, ...] = ()
    problem: str = ""

    @classmethod
    def of(cls, name: str, analysis: Analysis) -> FolderRow:
        """What is shown of an analysis: contact of the gait whose cadence is, running where anybody ran."""
        summary = analysis.summary
        gait = Gait.RUN if summary["run_time_s"] else Gait.WALK
        row = next(each for each in compare(analysis.results, gait) if each.key == _CONTACT.key)
        feet = [foot for foot in (Foot.LEFT, Foot.RIGHT) if foot in analysis.quality]
        medians = {Foot.LEFT: row.left, Foot.RIGHT: row.right}
        contacts = [None if (found := medians[foot]) is None else found.value for foot in feet]
        cadence_spm = summary["cadence_spm"]
        return cls(
            name,
            (
                "both" if len(feet) > 1 else feet[0],
                UNKNOWN if summary["duration_s"] is None else duration(summary["duration_s"]),
                UNKNOWN if cadence_spm is None else f"{cadence_spm:.{CADENCE.decimals}f}",
                ", ".join(in_unit(_CONTACT, contact) for contact in contacts),
                asymmetry_text(row.asymmetry_pct),
                str(len(latest(analysis.results.findings)) or ""),
            ),
        )


def show_folder(console: Console, rows: Sequence[FolderRow]) -> None:
    """Print a row for each run that was measured, then a sentence for each that was not."""
    if measured := [row for row in rows if not row.problem]:
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
        for k, name in enumerate(_COLUMNS):
            justify: JustifyMethod = "right" if k > 1 else "left"
            table.add_column(name, justify=justify, no_wrap=k > 0, min_width=None if k else _MIN_NAME, overflow="fold")
        for row in measured:
            table.add_row(Text(row.name), *row.cells)
        console.print(table)
    if refused := [row for row in rows if row.problem]:
        console.print(f"{chr(10) if measured else ''}Not measured", style="bold yellow")
        for row in refused:
            console.print(Text(row.problem), soft_wrap=True)

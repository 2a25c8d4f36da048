"""Recorded runs, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from surefoot.dashboards.formatting import UNKNOWN, duration, local_time
from surefoot.service.runs import RecordedRun


def run_table(runs: Sequence[RecordedRun]) -> Table:
    """A row for each run; times are local."""
    shown = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    for name, right in (("run", False), ("when", False), ("runners", False), ("duration", True), ("", False)):
        shown.add_column(name, justify="right" if right else "left", no_wrap=name != "runners")
    for recorded in runs:
        manifest = recorded.run.manifest
        shown.add_row(
            manifest.run_id,
            local_time(manifest.created_utc),
            Text(", ".join(manifest.names.values())),
            UNKNOWN if recorded.duration_s is None else duration(recorded.duration_s),
            _state(recorded),
        )
    return shown


def _state(recorded: RecordedRun) -> Text:
    if recorded.duration_s is None:
        return Text("unreadable", style="red")
    return Text("ended") if recorded.run.manifest.ended else Text("interrupted", style="yellow")

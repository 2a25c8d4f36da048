"""Recorded runs and runs of watches, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from surefoot.dashboards.formatting import UNKNOWN, duration, local_time
from surefoot.service.runs import RecordedRun
from surefoot.service.store.watch_runs import WatchRun


def run_table(runs: Sequence[RecordedRun], watch_runs: Sequence[WatchRun] = ()) -> Table:
    """A row for each run, oldest first; times are local."""
    shown = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    for name, right in (("run", False), ("when", False), ("runners", False), ("duration", True), ("", False)):
        shown.add_column(name, justify="right" if right else "left", no_wrap=name != "runners")
    rows = [(each.run.manifest.created_utc, _recorded_row(each)) for each in runs]
    rows += [(each.started_utc, _watch_row(each)) for each in watch_runs]
    for started_utc, (name, runners, lasted, state) in sorted(rows, key=lambda row: row[0]):
        shown.add_row(name, local_time(started_utc), runners, lasted, state)
    return shown


def watch_run_text(run: WatchRun) -> str:
    """A watch's run in a line."""
    known = [
        duration(run.duration_s),
        None if run.distance_m is None else f"{run.distance_m / 1000.0:.1f} km",
        None if run.ascent_m is None else f"{run.ascent_m:.0f} m up",
        None if run.heart_rate_bpm is None else f"heart rate {run.heart_rate_bpm:.0f}",
        None if run.cadence_spm is None else f"cadence {run.cadence_spm:.0f}",
    ]
    return f"{run.label} of {run.name}: {', '.join(each for each in known if each)}."


def _recorded_row(recorded: RecordedRun) -> tuple[str, Text, str, Text]:
    manifest = recorded.run.manifest
    lasted = UNKNOWN if recorded.duration_s is None else duration(recorded.duration_s)
    return manifest.run_id, Text(", ".join(manifest.names.values())), lasted, _state(recorded)


def _watch_row(run: WatchRun) -> tuple[str, Text, str, Text]:
    covered = "" if run.distance_m is None else f", {run.distance_m / 1000.0:.1f} km"
    return run.label, Text(run.name), duration(run.duration_s), Text(f"watch{covered}")


def _state(recorded: RecordedRun) -> Text:
    if recorded.duration_s is None:
        return Text("unreadable", style="red")
    return Text("ended") if recorded.run.manifest.ended else Text("interrupted", style="yellow")

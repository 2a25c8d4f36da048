"""What a runner sees while the run goes on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from analysis.metrics import CADENCE, STRIDE_METRICS
from analysis.model import Foot, Gait, Mounting, MountingStatus, Strides, Window
from analysis.session import Results
from service.wording import UNKNOWN, clock, difference, in_unit, signed

RECENT_STRIDES = 8
PAUSE_S = 4.0
"""No stride for so long, and the runner is not moving; results come one to two seconds after the fact."""
SHOWN = ("ground_contact_time_s", "flight_time_s")
COMPARED = "ground_contact_time_s"
MOST_WINDOWS = 7
WIDTH = 64
MOUNTING = {
    MountingStatus.OK: Text("ok", style="green"),
    MountingStatus.UNSURE: Text("unsure", style="yellow"),
    MountingStatus.FAILED: Text("waiting", style="dim"),
}
"""Before the first ten strides nothing is known of how a pod sits."""


class LiveView:
    """Draws the newest strides of either foot and how the feet compare."""

    def __init__(self, duration_s: float, speed: float) -> None:
        self._duration_s = duration_s
        self._title = f"surefoot demo · a simulated run at {speed:g} × real time"

    def render(self, now_s: float, results: Results, mountings: Mapping[Foot, Mounting]) -> RenderableType:
        """The view at a moment of the run."""
        recent = {foot: _recent(results.strides[foot], now_s) for foot in Foot}
        parts: list[RenderableType] = [
            self._time(now_s),
            Text(),
            _gait(recent),
            Text(),
            _feet(recent, mountings),
            Text(),
        ]
        return Panel(
            Group(*parts, *_comparison(results.windows)),
            title=self._title,
            subtitle="Ctrl-C ends the run",
            border_style="dim",
            padding=(1, 2),
            width=WIDTH,
        )

    def _time(self, now_s: float) -> Table:
        row = Table.grid(padding=(0, 2))
        bar = ProgressBar(total=self._duration_s, completed=now_s, width=36, complete_style="cyan")
        row.add_row(f"{clock(now_s)} of {clock(self._duration_s)}", bar)
        return row


def _recent(strides: Strides, now_s: float) -> Strides:
    """The last few strides of the gait that goes on now."""
    if not len(strides) or strides.next_initial_contact_s[-1] < now_s - PAUSE_S:
        return strides[:0]
    last = strides[-RECENT_STRIDES:]
    return last[last.running == last.running[-1]]


def _gait(recent: Mapping[Foot, Strides]) -> Text:
    strides = [rows for rows in recent.values() if len(rows)]
    if not strides:
        return Text("Waiting for steps", style="bold")
    newest = max(strides, key=lambda rows: float(rows.initial_contact_s[-1]))
    word = "Running" if newest.running[-1] else "Walking"
    cadence = 120.0 / float(np.nanmean(newest.metrics["stride_time_s"]))
    return Text.assemble((f"{word:<18}", "bold cyan"), (in_unit(CADENCE, cadence), "bold"))


def _feet(recent: Mapping[Foot, Strides], mountings: Mapping[Foot, Mounting]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(min_width=16)
    for _ in recent:
        table.add_column(justify="right", min_width=9)
    table.add_row("", *(Text(foot, style="dim") for foot in recent))
    for key in SHOWN:
        table.add_row(STRIDE_METRICS[key].label, *(_median(rows, key) for rows in recent.values()))
    table.add_row("Pod on the shoe", *(MOUNTING[mountings[foot].status] for foot in recent))
    return table


def _median(strides: Strides, key: str) -> str:
    values = strides.metrics[key][np.isfinite(strides.metrics[key])] if len(strides) else np.empty(0)
    return in_unit(STRIDE_METRICS[key], float(np.median(values))) if len(values) else UNKNOWN


def _comparison(windows: tuple[Window, ...]) -> list[Text]:
    """Contact right against left in the newest window of running, and how it came there."""
    known = [window.asymmetry_pct[COMPARED] for window in windows if _compares(window)]
    if not known:
        return [Text("Left against right: after half a minute of running", style="dim"), Text()]
    title = f"{STRIDE_METRICS[COMPARED].label}, right vs left"
    course = "  ".join(signed(estimate.value, 1, plus=True) for estimate in known[-MOST_WINDOWS:])
    return [Text(f"{title}  {difference(known[-1])}"), Text(f"every 30 s  {course}", style="dim")]


def _compares(window: Window) -> bool:
    return window.gait is Gait.RUN and COMPARED in window.asymmetry_pct

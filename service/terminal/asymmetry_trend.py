"""Left against right over the run, on a terminal: a row and a bar for each step."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from surefoot.analysis.metrics import STRIDE_METRICS
from surefoot.analysis.model import Estimate, Window
from surefoot.dashboards.asymmetry_trend import asymmetry_trend
from surefoot.dashboards.formatting import asymmetry_text, clock
from surefoot.dashboards.live_snapshot import COMPARED_METRIC

QUIET = "dim"
BAR_CELLS, BAR_PCT = 16, 8.0
"""Of a bar to one side, and the asymmetry that fills it; people rarely differ more."""
STEP_WIDTH, GAP_WIDTH = 23, 9
"""Of a step's time and value, and the space before its bar where there is room."""


def rows(windows: Sequence[Window], most: int, width: int) -> list[RenderableType]:
    """Contact right against left over the run."""
    label = STRIDE_METRICS[COMPARED_METRIC].label
    title = f"{label}, right vs left"
    steps = asymmetry_trend(windows, COMPARED_METRIC, most)
    if not steps:
        return [Text(title), Text("known after half a minute of running", style=QUIET)]
    wide = width >= STEP_WIDTH + GAP_WIDTH + 2 * BAR_CELLS + 3
    gap = GAP_WIDTH if wide else 2
    cells = BAR_CELLS if wide else max((width - STEP_WIDTH - gap - 3) // 2, 0)
    left, right = ("longer left", "longer right") if wide else ("left", "right")
    head = Text.assemble(f"{title if wide else label:<{STEP_WIDTH + gap}}", (f"{left:>{cells}} │ {right}", QUIET))
    return [head, *(_step(end_s, step, gap, cells) for end_s, step in steps)]


def _step(end_s: float, step: Estimate, gap: int, cells: int) -> Text:
    """One row; a bar that may as well be none is dim."""
    sure = step.low > 0.0 or step.high < 0.0
    left, right = _bar(step.value, cells)
    style = "cyan" if sure else QUIET
    value = f"{asymmetry_text(step):>14}{'':{gap}}"
    return Text.assemble((f"{clock(end_s):>7}  ", QUIET), value, (left, style), ("│", QUIET), (right, style))


def _bar(value_pct: float, most: int) -> tuple[str, str]:
    """A bar from the middle to the side of the longer contact."""
    cells = min(round(abs(value_pct) / BAR_PCT * most), most)
    left, right = (cells, 0) if value_pct < 0 else (0, cells)
    return f"{'━' * left:>{most}} ", f" {'━' * right}"

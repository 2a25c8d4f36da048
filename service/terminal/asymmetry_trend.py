"""Left/right asymmetry over the run: a row with a bar for each interval."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from surefoot.analysis.metrics import STRIDE_METRICS
from surefoot.analysis.model import Estimate, Window
from surefoot.dashboards.asymmetry_trend import asymmetry_trend
from surefoot.dashboards.formatting import asymmetry_text, clock
from surefoot.dashboards.live_snapshot import COMPARED_METRIC

DIM = "dim"
BAR_CHARS, BAR_PCT = 16, 8.0
"""Width of a bar to one side, and the asymmetry that fills it; larger ones are rare."""
LABEL_WIDTH, GAP_WIDTH = 23, 9
"""Width of a row's time and value, and the space before its bar where there is room."""


def rows(windows: Sequence[Window], max_rows: int, width: int) -> list[RenderableType]:
    """Rows of ground contact, right vs left, over the run."""
    label = STRIDE_METRICS[COMPARED_METRIC].label
    title = f"{label}, right vs left"
    points = asymmetry_trend(windows, COMPARED_METRIC, max_rows)
    if not points:
        return [Text(title), Text("available after half a minute of running", style=DIM)]
    wide = width >= LABEL_WIDTH + GAP_WIDTH + 2 * BAR_CHARS + 3
    gap = GAP_WIDTH if wide else 2
    chars = BAR_CHARS if wide else max((width - LABEL_WIDTH - gap - 3) // 2, 0)
    left, right = ("longer left", "longer right") if wide else ("left", "right")
    head = Text.assemble(f"{title if wide else label:<{LABEL_WIDTH + gap}}", (f"{left:>{chars}} │ {right}", DIM))
    return [head, *(_row(end_s, change, gap, chars) for end_s, change in points)]


def _row(end_s: float, change: Estimate, gap: int, chars: int) -> Text:
    """One row; dim where the interval includes zero."""
    sure = change.low > 0.0 or change.high < 0.0
    left, right = _bar(change.value, chars)
    style = "cyan" if sure else DIM
    value = f"{asymmetry_text(change):>14}{'':{gap}}"
    return Text.assemble((f"{clock(end_s):>7}  ", DIM), value, (left, style), ("│", DIM), (right, style))


def _bar(value_pct: float, max_chars: int) -> tuple[str, str]:
    """Left and right half of a bar that points to the longer contact."""
    chars = min(round(abs(value_pct) / BAR_PCT * max_chars), max_chars)
    left, right = (chars, 0) if value_pct < 0 else (0, chars)
    return f"{'━' * left:>{max_chars}} ", f" {'━' * right}"

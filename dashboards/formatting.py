"""Numbers for people: with unit, a true minus sign, and a dash for unknown values."""

from __future__ import annotations

import re
from datetime import datetime

from surefoot.analysis.companions import QUANTITIES, QuantitySummary
from surefoot.analysis.metrics import Metric
from surefoot.analysis.model import Estimate, Withheld

UNKNOWN = "–"


def in_unit(metric: Metric, value: float | None) -> str:
    """A stored value in the metric's display unit: 0.2654 (s) → "265 ms"."""
    return UNKNOWN if value is None else f"{signed(value * metric.scale, metric.decimals)}{_unit_suffix(metric)}"


def known_text(withheld: Withheld | None) -> str:
    """In how many strides a withheld value is known: "10 of 28 strides"; empty for none."""
    return "" if withheld is None or not withheld.n else f"{withheld.n} of {withheld.of} strides"


def range_text(metric: Metric, low_high: tuple[float, float] | None) -> str:
    """A range of stored values in the display unit: "180–320 ms", or "−160 to −80 ms" below zero."""
    if low_high is None:
        return ""
    low, high = (signed(value * metric.scale, _range_decimals(metric, low_high)) for value in low_high)
    return f"{low} to {high}{_unit_suffix(metric)}" if low_high[0] < 0 else f"{low}–{high}{_unit_suffix(metric)}"


def quantity_text(key: str, value: float | None) -> str:
    """What a sensor beside the pods says, in its display unit: "152 bpm"."""
    quantity = QUANTITIES[key]
    return UNKNOWN if value is None else f"{signed(value * quantity.scale, quantity.decimals)} {quantity.unit}"


def quantity_summary_text(key: str, summary: QuantitySummary) -> str:
    """A quantity over a run: "mean 152 bpm (118 to 171)", or by how much it grew."""
    quantity = QUANTITIES[key]
    if quantity.counts_up:
        return quantity_text(key, summary.gained)
    low, high = (signed(each * quantity.scale, quantity.decimals) for each in (summary.low, summary.high))
    return f"mean {quantity_text(key, summary.mean)} ({low} to {high})"


def _unit_suffix(metric: Metric) -> str:
    """The unit, preceded by a space unless it is a degree sign: "265 ms", "12°"."""
    return metric.unit if metric.unit == "°" else f" {metric.unit}"


def asymmetry_text(estimate: Estimate | None) -> str:
    """An asymmetry with half the width of its 95 % interval: "−1.4 ± 0.8 %"."""
    if estimate is None:
        return UNKNOWN
    return f"{signed(estimate.value, 1, plus=True)} ± {(estimate.high - estimate.low) / 2:.1f} %"


def signed(value: float, decimals: int, *, plus: bool = False) -> str:
    """A number with a true minus sign, never "−0"."""
    text = f"{value:{'+' if plus else ''}.{decimals}f}"
    if float(text) == 0.0:
        return text.lstrip("+-")
    return text.replace("-", "−")


def with_unbroken_units(text: str) -> str:
    """The text with no-break spaces between numbers and their units."""
    return re.sub(r"(?<=\d) (?=(?:ms|%|g|s|°\S*)(?:\W|$))", "\N{NO-BREAK SPACE}", text)


def local_time(moment: datetime, form: str = "%d %b %Y, %H:%M %Z") -> str:
    """A moment in local time, with its zone."""
    return moment.astimezone().strftime(form)


def clock(duration_s: float) -> str:
    """Minutes and seconds, with hours from one hour on: "3:07", "1:02:30"."""
    minutes, seconds = divmod(round(duration_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def duration(duration_s: float) -> str:
    """A duration with its unit: "48 s", "3:07 min", "1:02:30 h"."""
    if duration_s < 59.5:
        return f"{duration_s:.0f} s"
    return f"{clock(duration_s)} {'h' if duration_s >= 3599.5 else 'min'}"


def clock_ahead_text(ahead_s: float, sd_s: float) -> str:
    """How far a clock is ahead or behind, with its standard uncertainty: "3.2 s ahead (± 2.0 s)"."""
    far = f"{abs(ahead_s):.1f} s" if abs(ahead_s) < 100.0 else duration(abs(ahead_s))
    return f"{far} {'behind' if ahead_s < 0.0 else 'ahead'} (± {sd_s:.1f} s)"


def _range_decimals(metric: Metric, values: tuple[float, float]) -> int:
    """Fewest decimals that show both ends of a range exactly."""
    shown = [round(value * metric.scale, metric.decimals) for value in values]
    return next(n for n in range(metric.decimals + 1) if shown == [round(value, n) for value in shown])

"""Reference band of the left–right difference: the baseline, ± the smallest lasting change that is reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from surefoot.analysis.drift.monitored_metrics import MIN_DRIFT_PCT, MONITORED_KEYS
from surefoot.analysis.model import Gait, Window
from surefoot.analysis.parameters import DEFAULTS, Parameters

BASELINE_WINDOWS = 2 * DEFAULTS.baseline_minutes
"""Windows that make the baseline, half a minute each: as much running as the drift monitor's own baseline."""
MIN_WINDOWS = 4
"""Fewer windows of running give no band; from `BASELINE_WINDOWS` on it stays as it is."""


@dataclass(frozen=True, slots=True)
class ReferenceBand:
    """Lower and upper limit of the asymmetry in percent; positive is larger on the right."""

    low: float
    high: float

    @property
    def middle(self) -> float:
        """The baseline."""
        return (self.low + self.high) / 2.0


def reference_band(windows: Sequence[Window], key: str, min_windows: int = MIN_WINDOWS) -> ReferenceBand | None:
    """Mean asymmetry of the run's first minutes, ± the smallest lasting change that is reported.

    None if there are fewer than `min_windows` windows of running, or the metric is not monitored for drift.
    """
    known = [window.asymmetry_pct[key].value for window in windows if _has_asymmetry(window, key)][:BASELINE_WINDOWS]
    if key not in MONITORED_KEYS or len(known) < min_windows:
        return None
    return band_around(sum(known) / len(known), MONITORED_KEYS.index(key))


def band_around(baseline_pct: float, metric: int, parameters: Parameters = DEFAULTS) -> ReferenceBand:
    """The band of a monitored metric around its baseline."""
    half_width_pct = parameters.drift_threshold_ratio * float(MIN_DRIFT_PCT[metric])
    return ReferenceBand(baseline_pct - half_width_pct, baseline_pct + half_width_pct)


def _has_asymmetry(window: Window, key: str) -> bool:
    return window.gait is Gait.RUN and key in window.asymmetry_pct

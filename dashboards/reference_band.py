"""The runner's own band: where left against right lay in the first minutes, and how far it may move unremarked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from surefoot.analysis.drift.ewma import BASELINE_MINUTES
from surefoot.analysis.drift.monitored_metrics import MONITORED
from surefoot.analysis.model import Gait, Window

BASELINE_WINDOWS = 2 * BASELINE_MINUTES
"""Half a minute each: as much running as makes the baseline that findings are held against."""
MIN_WINDOWS = 4


@dataclass(frozen=True, slots=True)
class ReferenceBand:
    """Asymmetry in percent; positive is larger on the right."""

    low: float
    high: float


def reference_band(windows: Sequence[Window], key: str) -> ReferenceBand | None:
    """Around the mean of the run's first minutes, as wide as the smallest lasting change worth telling.

    None where there is too little running, or the metric is not watched for changes.
    """
    least_pct = next((each.min_drift_pct for each in MONITORED if each.key == key), None)
    known = [window.asymmetry_pct[key].value for window in windows if _has_asymmetry(window, key)][:BASELINE_WINDOWS]
    if least_pct is None or len(known) < MIN_WINDOWS:
        return None
    mean_pct = sum(known) / len(known)
    return ReferenceBand(mean_pct - least_pct, mean_pct + least_pct)


def _has_asymmetry(window: Window, key: str) -> bool:
    return window.gait is Gait.RUN and key in window.asymmetry_pct

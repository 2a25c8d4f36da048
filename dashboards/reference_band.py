"""The runner's own band: where left against right lay in the first minutes, and how far it may move unremarked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from surefoot.analysis.drift.ewma import BASELINE_MINUTES
from surefoot.analysis.drift.monitored_metrics import MONITORED
from surefoot.analysis.model import Gait, Window

FIRST_WINDOWS = 2 * BASELINE_MINUTES
"""Half a minute each: as much running as makes the baseline that findings are held against."""
FEWEST_WINDOWS = 4


@dataclass(frozen=True, slots=True)
class Band:
    """Asymmetry in percent; positive is larger on the right."""

    low: float
    high: float


def own_band(windows: Sequence[Window], key: str) -> Band | None:
    """Around the mean of the run's first minutes, as wide as the smallest lasting change worth telling.

    None where there is too little running, or the metric is not watched for changes.
    """
    least_pct = next((each.min_drift_pct for each in MONITORED if each.key == key), None)
    known = [window.asymmetry_pct[key].value for window in windows if _told(window, key)][:FIRST_WINDOWS]
    if least_pct is None or len(known) < FEWEST_WINDOWS:
        return None
    middle = sum(known) / len(known)
    return Band(middle - least_pct, middle + least_pct)


def _told(window: Window, key: str) -> bool:
    return window.gait is Gait.RUN and key in window.asymmetry_pct

"""A runner now: what the last few strides say, and which pods are silent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.metrics import STRIDE_METRICS
from analysis.model import Estimate, Foot, Strides
from dashboards.wording import UNKNOWN, in_unit
from sensor_ingest.health import PodHealth
from service.course import course
from service.run_analysis import RunnerAnalysis

RECENT_STRIDES = 8
PAUSE_S = 4.0
"""No stride for so long, and the runner is not moving; results come one to two seconds after the fact."""
SILENT_S = 2.0
"""Without a packet, of which eleven a second should come; the link itself is given up after five."""
COMPARED = "ground_contact_time_s"


@dataclass(frozen=True, slots=True)
class Moment:
    """A runner now.

    Parameters
    ----------
    recent : each foot's last few strides of the gait that goes on.
    strides : complete strides of both feet so far.
    missing : feet whose pod is not heard.
    newest : the latest comparison of left and right.
    """

    recent: Mapping[Foot, Strides]
    strides: int
    missing: tuple[Foot, ...]
    newest: Estimate | None

    @classmethod
    def of(cls, runner: RunnerAnalysis, health: Sequence[PodHealth], now_s: float) -> Moment:
        """From what is known so far."""
        results = runner.results
        newest = course(results.windows, COMPARED, len(results.windows))
        return cls(
            {foot: _recent(results.strides[foot], now_s) for foot in runner.feet},
            sum(len(strides) for strides in results.strides.values()),
            tuple(pod.foot for pod in health if not heard(pod, now_s)),
            newest[-1][1] if newest else None,
        )

    @property
    def gait(self) -> str:
        """In a word or two."""
        if self._newest is not None:
            return "Running" if self._newest.running[-1] else "Walking"
        if self.missing:
            return f"Waiting for the {' and '.join(self.missing)} pod{'s' * (len(self.missing) > 1)}"
        return "Waiting for steps" if not self.strides else "No steps"

    @property
    def cadence_spm(self) -> float | None:
        """Of the last few strides."""
        return None if self._newest is None else 120.0 / float(np.nanmean(self._newest.metrics["stride_time_s"]))

    def median(self, foot: Foot, key: str) -> str:
        """Of the last few strides, for people."""
        strides = self.recent.get(foot)
        if strides is None or not len(strides):
            return UNKNOWN
        values = strides.metrics[key][np.isfinite(strides.metrics[key])]
        return in_unit(STRIDE_METRICS[key], float(np.median(values))) if len(values) else UNKNOWN

    @property
    def _newest(self) -> Strides | None:
        strides = [rows for rows in self.recent.values() if len(rows)]
        return max(strides, key=lambda rows: float(rows.initial_contact_s[-1])) if strides else None


def _recent(strides: Strides, now_s: float) -> Strides:
    if not len(strides) or strides.next_initial_contact_s[-1] < now_s - PAUSE_S:
        return strides[:0]
    last = strides[-RECENT_STRIDES:]
    return last[last.running == last.running[-1]]


def heard(pod: PodHealth, now_s: float) -> bool:
    """Whether a pod is connected and not silent."""
    return pod.connected and (pod.last_packet_s is None or pod.last_packet_s > now_s - SILENT_S)

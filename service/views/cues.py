"""What is spoken to a runner whose part is followed: few words, each once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import time

from surefoot.analysis.findings import Finding, Kind
from surefoot.analysis.session import Results
from surefoot.dashboards.part_store import Cue
from surefoot.dashboards.report.splits import SPLIT_M, speed_mps
from surefoot.sensor_ingest.recording.pod_health import PodHealth
from surefoot.service.alerts.policy import AlertEvent, AlertPolicy
from surefoot.service.settings import AlertSettings

LOST_AFTER_S = 20.0
"""A pod that is not heard for so long while others are is lost; a link that breaks is often back sooner."""
ROLL, DRIFT, LOST, KILOMETRE = "roll", "drift", "lost", "kilometre"
NOT_SPOKEN = frozenset({Kind.EXCHANGED_PODS})
"""A question that takes more than a word."""


class RunnerCues:
    """One runner's cues, from results and from the state of the pods; `told` has them in order, numbered by the caller.

    Parameters
    ----------
    alerts : what becomes an alert becomes a cue.
    """

    def __init__(self, alerts: AlertSettings) -> None:
        self._policy = AlertPolicy(alerts, lambda _: time.min)
        self._distance_m = 0.0
        self._speed_mps = 0.0
        self._lost: set[str] = set()

    def take(self, new: Results, watermark_s: float) -> list[Cue]:
        """Cues of new results; `watermark_s` is the session time up to which all are known."""
        alerts = self._policy.push(new.findings, watermark_s)
        raised = [each for each in alerts if each.event is AlertEvent.RAISED and each.finding.kind not in NOT_SPOKEN]
        return [*(_finding_cue(each.finding, each.at_s) for each in raised), *self._kilometres(new)]

    def watch(self, pods: Sequence[PodHealth], now_s: float) -> list[Cue]:
        """Cues of pods that are lost, each once until it is heard again."""
        heard = {pod.serial: pod.last_packet_s for pod in pods if pod.last_packet_s is not None}
        lost = {serial for serial, last_s in heard.items() if now_s - last_s > LOST_AFTER_S}
        fresh = [pod for pod in pods if pod.serial in lost - self._lost]
        self._lost = lost
        return [Cue(0, now_s, LOST, f"The {pod.foot} pod is lost.") for pod in fresh]

    def _kilometres(self, new: Results) -> list[Cue]:
        cues = []
        for window in new.windows:
            speed = speed_mps(window)
            self._speed_mps = self._speed_mps if math.isnan(speed) else speed
            before_m = self._distance_m
            self._distance_m += self._speed_mps * (window.end_s - window.start_s)
            if self._distance_m // SPLIT_M > before_m // SPLIT_M:
                cues.append(Cue(0, window.end_s, KILOMETRE, f"Kilometre {self._distance_m // SPLIT_M:.0f}."))
        return cues


def _finding_cue(finding: Finding, at_s: float) -> Cue:
    """The first words of the finding: whose ankle it was, or the verdict."""
    if finding.kind is Kind.INVERSION_EVENT:
        return Cue(0, at_s, ROLL, f"{finding.message.partition(':')[0]}.")
    return Cue(0, at_s, DRIFT, f"{finding.message.partition('. ')[0].rstrip('.')}.")

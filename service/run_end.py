"""When a run is over without anybody saying so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sensor_ingest.health import PodHealth


@dataclass(frozen=True, slots=True)
class RunEnd:
    """Nobody has run for a while after somebody did, or no pod has been heard for long."""

    no_running_s: float
    pods_gone_s: float

    def over(
        self, now_s: float, analysed_s: float, last_run_s: Sequence[float | None], pods: Sequence[PodHealth]
    ) -> bool:
        """Whether the run is over.

        Parameters
        ----------
        analysed_s : how far the samples have been looked at, which after a crash is long ago at first.
        last_run_s : of each runner, when the last running stride ended.
        """
        ran_s = max((time_s for time_s in last_run_s if time_s is not None), default=None)
        if ran_s is not None and analysed_s - ran_s > self.no_running_s:
            return True
        heard_s = max((pod.last_packet_s for pod in pods if pod.last_packet_s is not None), default=0.0)
        return now_s - heard_s > self.pods_gone_s

"""When an unattended run is over."""

from __future__ import annotations

from dataclasses import dataclass

MAX_ADVANCE_S = 5.0
"""Samples may advance by more at once after a gap; only this much counts as time without running."""


@dataclass(frozen=True, slots=True)
class RunActivity:
    """How far a run has come, on the session clock.

    Parameters
    ----------
    analysed_s : the newest sample analysed.
    ran_s : end of the last running stride of any runner, None before there is one.
    heard_s : the newest packet of any pod, None before there is one.
    """

    analysed_s: float
    ran_s: float | None
    heard_s: float | None


class RunEnd:
    """Over when nobody has run for `no_running_s` after somebody did, or no pod was heard for `pods_gone_s`."""

    def __init__(self, no_running_s: float, pods_gone_s: float) -> None:
        self._no_running_s = no_running_s
        self._pods_gone_s = pods_gone_s
        self._last = RunActivity(0.0, None, None)
        self._quiet_s = self._gone_s = 0.0

    def is_over(self, activity: RunActivity, elapsed_s: float) -> bool:
        """Whether the run is over; `elapsed_s` is the time since the last call."""
        last, self._last = self._last, activity
        observed_s = min(activity.analysed_s - last.analysed_s, MAX_ADVANCE_S)
        self._quiet_s = (
            self._quiet_s + observed_s if activity.ran_s == last.ran_s and activity.ran_s is not None else 0.0
        )
        self._gone_s = self._gone_s + elapsed_s if activity.heard_s == last.heard_s else 0.0
        return self._quiet_s > self._no_running_s or self._gone_s > self._pods_gone_s

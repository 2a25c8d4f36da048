"""When a run is over: nobody has run or walked for some minutes. The one rule of live, sync, gateways and pods."""

from __future__ import annotations

from dataclasses import dataclass

MAX_ADVANCE_S = 5.0
"""Samples may advance by more at once after a gap; only this much counts as standing still."""


@dataclass(frozen=True, slots=True)
class RunActivity:
    """How far a run has come, on the session clock.

    Parameters
    ----------
    analysed_s : the newest sample analysed.
    moved_s : end of the last running or walking stride of any runner, None before there is one.
    heard_s : the newest packet of any pod, None before there is one.
    """

    analysed_s: float
    moved_s: float | None
    heard_s: float | None


class RunEnd:
    """Over when nobody has run or walked for `still_s` after somebody did, or no pod was heard for `pods_gone_s`."""

    def __init__(self, still_s: float, pods_gone_s: float) -> None:
        self._still_s = still_s
        self._pods_gone_s = pods_gone_s
        self._last = RunActivity(0.0, None, None)
        self._stood_s = self._gone_s = 0.0

    def is_over(self, activity: RunActivity, elapsed_s: float) -> bool:
        """Whether the run is over; `elapsed_s` is the time since the last call."""
        last, self._last = self._last, activity
        observed_s = min(activity.analysed_s - last.analysed_s, MAX_ADVANCE_S)
        stands = activity.moved_s is not None and activity.moved_s == last.moved_s
        self._stood_s = self._stood_s + observed_s if stands else 0.0
        self._gone_s = self._gone_s + elapsed_s if activity.heard_s == last.heard_s else 0.0
        return self._stood_s > self._still_s or self._gone_s > self._pods_gone_s

"""Watchdog for pods that keep results of their runner's other foot waiting (an idle source)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from surefoot.sensor_ingest.recording.manifest import PodAssignment

SILENT_AFTER_S = 25.0
"""Results go on without a pod after this; longer than most outages and their backfill."""
REPORT_INTERVAL_S = 1.0
"""How often a silent pod is reported again, each time with a later watermark."""
PARTNER_TIMEOUT_S = 5.0
"""A partner without samples for this long is not kept waiting."""


class SilenceWatchdog:
    """Tracks when pods gave samples, in session time.

    A pod is silent while it gives no samples but its partner, on the same runner's other foot, does. If neither does,
    neither is silent.
    """

    def __init__(self, pods: Sequence[PodAssignment]) -> None:
        self._partner = {
            number: other
            for number, assignment in enumerate(pods)
            for other, other_assignment in enumerate(pods)
            if other_assignment.runner == assignment.runner and other != number
        }
        self._last_delivery: dict[int, tuple[float, float]] = {}
        self._silent_since_s: dict[int, float] = {}
        self._reported_s: dict[int, float] = {}

    def on_samples(self, pod: int, now_s: float, newest_s: float) -> None:
        """A pod gave samples up to `newest_s`, at `now_s`."""
        partner = self._partner.get(pod)
        self._silent_since_s.pop(pod, None)
        if partner is not None:
            if not self._is_delivering(pod, now_s):
                self._silent_since_s.pop(partner, None)
            self._silent_since_s.setdefault(partner, now_s)
        self._last_delivery[pod] = now_s, newest_s

    def silent_pods(self, now_s: float) -> Iterator[tuple[int, float]]:
        """Silent pods that are due to be reported, each with the watermark: its partner's newest sample time."""
        for pod, since_s in self._silent_since_s.items():
            partner = self._partner[pod]
            due = now_s - self._reported_s.get(pod, -REPORT_INTERVAL_S) >= REPORT_INTERVAL_S
            if due and now_s - since_s >= SILENT_AFTER_S and self._is_delivering(partner, now_s):
                self._reported_s[pod] = now_s
                yield pod, self._last_delivery[partner][1]

    def _is_delivering(self, pod: int, now_s: float) -> bool:
        return pod in self._last_delivery and now_s - self._last_delivery[pod][0] <= PARTNER_TIMEOUT_S

"""Which pods keep their runner's other foot waiting, so that results go on without them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from surefoot.sensor_ingest.recording.run_folder import PodAssignment

SILENT_AFTER_S = 25.0
"""Longer than most outages and their backfill; whoever runs without one pod sees results again after this."""
REPORT_INTERVAL_S = 1.0
PARTNER_TIMEOUT_S = 5.0
"""A pod that has given nothing for so long does not wait either."""


class SilenceWatchdog:
    """Follows what pods give; times are when it was given, on the session clock.

    A pod is silent while its partner, the pod on the same runner's other foot, gives samples and it gives none itself:
    where both are out of reach nobody waits.
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
        """A pod gave samples up to `newest_s`."""
        partner = self._partner.get(pod)
        self._silent_since_s.pop(pod, None)
        if partner is not None:
            if not self._is_delivering(pod, now_s):
                self._silent_since_s.pop(partner, None)
            self._silent_since_s.setdefault(partner, now_s)
        self._last_delivery[pod] = now_s, newest_s

    def silent_pods(self, now_s: float) -> Iterator[tuple[int, float]]:
        """Pods that are silent, and until when their partner's results can go on without them; each now and then."""
        for pod, since_s in self._silent_since_s.items():
            partner = self._partner[pod]
            long_enough = (
                now_s - since_s >= SILENT_AFTER_S
                and now_s - self._reported_s.get(pod, -REPORT_INTERVAL_S) >= REPORT_INTERVAL_S
            )
            if long_enough and self._is_delivering(partner, now_s):
                self._reported_s[pod] = now_s
                yield pod, self._last_delivery[partner][1]

    def _is_delivering(self, pod: int, now_s: float) -> bool:
        return pod in self._last_delivery and now_s - self._last_delivery[pod][0] <= PARTNER_TIMEOUT_S

"""Which pods keep their runner's other foot waiting, so that results go on without them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from surefoot.sensor_ingest.recording.run_folder import WornPod

GONE_S = 25.0
"""Longer than most outages and their backfill; whoever runs without one pod sees results again after this."""
TELL_S = 1.0
PAUSED_S = 5.0
"""A pod that has given nothing for so long does not wait either."""


class SilenceWatch:
    """Follows what pods give; times are when it was given, on the session clock.

    A pod is silent while its partner, the pod on the same runner's other foot, gives samples and it gives none itself:
    where both are out of reach nobody waits.
    """

    def __init__(self, pods: Sequence[WornPod]) -> None:
        self._partner = {
            number: other
            for number, worn in enumerate(pods)
            for other, theirs in enumerate(pods)
            if theirs.runner == worn.runner and other != number
        }
        self._gave: dict[int, tuple[float, float]] = {}
        self._alone_since_s: dict[int, float] = {}
        self._told_s: dict[int, float] = {}

    def gave(self, pod: int, now_s: float, newest_s: float) -> None:
        """A pod gave samples up to `newest_s`."""
        partner = self._partner.get(pod)
        self._alone_since_s.pop(pod, None)
        if partner is not None:
            if not self._gives(pod, now_s):
                self._alone_since_s.pop(partner, None)
            self._alone_since_s.setdefault(partner, now_s)
        self._gave[pod] = now_s, newest_s

    def silent(self, now_s: float) -> Iterator[tuple[int, float]]:
        """Pods that are silent, and until when their partner's results can go on without them; each now and then."""
        for pod, since_s in self._alone_since_s.items():
            partner = self._partner[pod]
            long_enough = now_s - since_s >= GONE_S and now_s - self._told_s.get(pod, -TELL_S) >= TELL_S
            if long_enough and self._gives(partner, now_s):
                self._told_s[pod] = now_s
                yield pod, self._gave[partner][1]

    def _gives(self, pod: int, now_s: float) -> bool:
        return pod in self._gave and now_s - self._gave[pod][0] <= PAUSED_S

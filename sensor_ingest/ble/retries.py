"""When a pod that was lost, or refused, is tried again."""

from __future__ import annotations

import math
import random

from surefoot.sensor_ingest.backoff import Backoff

FIRST_RETRY_S = 0.25
MAX_RETRY_S = 5.0
FIRST_REFUSAL_S = 15.0
MAX_REFUSAL_S = 60.0
"""A refused pod is tried again after so long: less than its ring buffer holds, so that a bad answer costs nothing."""
STABLE_LINK_S = 5.0
"""A link lost sooner is followed by a back-off, so that a flapping pod does not block the adapter."""


class Retries:
    """The pauses between the connections to one pod; all times are the event loop's."""

    def __init__(self, rng: random.Random) -> None:
        self.streaming_since_s = math.inf
        self._backoff = Backoff(FIRST_RETRY_S, MAX_RETRY_S, rng=rng)
        self._refusals = Backoff(FIRST_REFUSAL_S, MAX_REFUSAL_S, jitter=0.0)

    @property
    def streamed(self) -> bool:
        """Whether the connection got as far as streaming."""
        return not math.isinf(self.streaming_since_s)

    def on_looking(self) -> None:
        """The pod is looked for."""
        self.streaming_since_s = math.inf

    def on_streaming(self, now_s: float) -> None:
        """The pod streams from now on."""
        self.streaming_since_s = now_s

    def on_over(self) -> None:
        """The connection came to its end by itself."""
        self._backoff.reset()

    def refusal_wait_s(self, now_s: float) -> float:
        """How long to leave a pod alone that breaks the rules: longer each time in a row."""
        if now_s - self.streaming_since_s >= MAX_REFUSAL_S:
            self._refusals.reset()
        return self._refusals.next_delay_s()

    def loss_wait_s(self, now_s: float) -> float:
        """How long to wait after a lost link: not at all if it had been stable."""
        if now_s - self.streaming_since_s >= STABLE_LINK_S:
            self._backoff.reset()
            return 0.0
        return self._backoff.next_delay_s()

"""Virtual time at a speed people can follow."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from firmware_sim.pace import Clock, PacedLoop

T = TypeVar("T")
SLACK_S = 0.005
"""Ahead of real time by less is not worth a system call."""
MOST_BEHIND_S = 0.25
"""A computer that is later than this goes on from where it is, and does not hurry after the plan."""


class Playback(Clock):
    """Passes only in waits, like virtual time, but no faster than `speed` times real time.

    A slow computer makes it slower, not different: the same run comes to the same end at any speed.
    """

    def __init__(
        self,
        speed: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(math.inf)
        self._playback_speed = speed
        self._clock = clock
        self._sleep = sleep
        self._due_s = clock()

    def jump(self, seconds: float) -> None:
        """Let time pass, and wait for it."""
        super().jump(seconds)
        self._due_s += seconds / self._playback_speed
        ahead_s = self._due_s - self._clock()
        if ahead_s > SLACK_S:
            self._sleep(ahead_s)
        elif ahead_s < -MOST_BEHIND_S:
            self._due_s -= ahead_s


def run(main: Coroutine[Any, Any, T], speed: float) -> T:
    """Like `asyncio.run`, played at a speed; at `math.inf` as fast as the computer allows."""
    with asyncio.Runner(loop_factory=lambda: PacedLoop(Playback(speed))) as runner:
        return runner.run(main)

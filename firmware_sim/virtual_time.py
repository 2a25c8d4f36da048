"""An asyncio event loop with a pace of its own: faster than life, or in virtual time.

Everything that lives by the loop's clock runs at that pace, without knowing: sleeps, timeouts, a Bluetooth stack's
timers, a client under test. Code that reads `time.monotonic` or `time.time` does not.
"""

from __future__ import annotations

import asyncio
import math
import selectors
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar

T = TypeVar("T")
ReadyKeys = list[tuple[selectors.SelectorKey, int]]
MIN_SLEEP_S = 0.005
"""Ahead of real time by less is not worth a system call."""
MAX_LAG_S = 0.25
"""A computer that is later than this goes on from where it is, and does not hurry after the plan."""


class LoopClock:
    """Seconds since the loop was made, `speed` times as fast as outside; at infinite speed they pass only in waits."""

    def __init__(self, speed: float) -> None:
        if not speed > 0.0:
            raise ValueError(f"speed must be positive, got {speed}")
        self.speed = speed
        self.executor_jobs = 0
        self._start_s = time.monotonic()
        self._virtual_s = 0.0

    @property
    def is_virtual(self) -> bool:
        """Time jumps instead of passing."""
        return math.isinf(self.speed)

    def now_s(self) -> float:
        """The loop's time."""
        return self._virtual_s if self.is_virtual else (time.monotonic() - self._start_s) * self.speed

    def advance(self, seconds: float) -> None:
        """Let virtual time pass."""
        self._virtual_s += seconds


class PlaybackClock(LoopClock):
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

    def advance(self, seconds: float) -> None:
        """Let time pass, and wait for it."""
        super().advance(seconds)
        self._due_s += seconds / self._playback_speed
        ahead_s = self._due_s - self._clock()
        if ahead_s > MIN_SLEEP_S:
            self._sleep(ahead_s)
        elif ahead_s < -MAX_LAG_S:
            self._due_s -= ahead_s


class ClockedSelector(selectors.DefaultSelector):
    """Waits for sockets as long as the clock says."""

    def __init__(self, clock: LoopClock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> ReadyKeys:
        """Ready sockets; with nothing to wait for but a timer, virtual time is there at once.

        A job in a thread takes no virtual time: it is waited for, so that its end does not depend on the machine.
        """
        if timeout is None or timeout <= 0.0:
            return super().select(timeout)
        if not self._clock.is_virtual:
            return super().select(timeout / self._clock.speed)
        ready = super().select(None if self._clock.executor_jobs else 0)
        if not ready:
            self._clock.advance(timeout)
        return ready


class ClockedLoop(asyncio.SelectorEventLoop):
    """An event loop that lives by a `LoopClock`; with `LoopClock(math.inf)` in virtual time.

    In virtual time the loop never sleeps: when nothing is ready it is the time of the next timer. Sockets are polled
    on every turn, but nobody waits for them.
    """

    def __init__(self, clock: LoopClock) -> None:
        self._clock = clock
        super().__init__(ClockedSelector(clock))

    def time(self) -> float:
        """Seconds since the loop was made, at its pace."""
        return self._clock.now_s()

    def run_in_executor(  # type: ignore[override]  # typeshed spells the arguments as a TypeVarTuple
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """Run in a thread; virtual time stands still meanwhile."""
        future: asyncio.Future[Any] = super().run_in_executor(executor, func, *args)
        self._clock.executor_jobs += 1
        future.add_done_callback(self._job_done)
        return future

    async def shutdown_default_executor(self, *timeout: Any) -> None:
        """Wait for the threads to end; their end takes no virtual time, in which a timeout would be over at once."""
        self._clock.executor_jobs += 1
        try:
            await super().shutdown_default_executor(*timeout)
        finally:
            self._clock.executor_jobs -= 1

    def _job_done(self, _: asyncio.Future[Any]) -> None:
        self._clock.executor_jobs -= 1


def run(main: Coroutine[Any, Any, T], *, speed: float = 1.0) -> T:
    """Like `asyncio.run`, `speed` times as fast as real time; at `math.inf` in virtual time."""
    return _run_on(main, LoopClock(speed))


def run_playback(main: Coroutine[Any, Any, T], *, speed: float) -> T:
    """Like `asyncio.run`, in virtual time played at a speed; at `math.inf` as fast as the computer allows."""
    return _run_on(main, PlaybackClock(speed))


def _run_on(main: Coroutine[Any, Any, T], clock: LoopClock) -> T:
    with asyncio.Runner(loop_factory=lambda: ClockedLoop(clock)) as runner:
        return runner.run(main)

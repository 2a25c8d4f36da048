"""asyncio event loop running at a multiple of real time or in virtual time.

It affects everything that uses the loop's clock: sleeps, timeouts, timers of a Bluetooth stack, a client under test.
Code that reads `time.monotonic` or `time.time` is not affected.
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
"""Waits shorter than this are skipped."""
MAX_LAG_S = 0.25
"""Playback that lags by more than this is not caught up."""


class LoopClock:
    """Loop time, `speed` times as fast as real time; at infinite speed (virtual time) it passes only in waits."""

    def __init__(self, speed: float) -> None:
        if not speed > 0.0:
            raise ValueError(f"speed must be positive, got {speed}")
        self.speed = speed
        self.executor_jobs = 0
        self._start_s = time.monotonic()
        self._virtual_s = 0.0

    @property
    def is_virtual(self) -> bool:
        """Time passes only in waits."""
        return math.isinf(self.speed)

    def now_s(self) -> float:
        """Time since the loop was created."""
        return self._virtual_s if self.is_virtual else (time.monotonic() - self._start_s) * self.speed

    def advance(self, seconds: float) -> None:
        """Advance virtual time."""
        self._virtual_s += seconds


class PlaybackClock(LoopClock):
    """Virtual time that runs at most at `speed` times real time.

    A slow computer slows it down but does not change the outcome.
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
        """Advance virtual time, and sleep while ahead of real time."""
        super().advance(seconds)
        self._due_s += seconds / self._playback_speed
        ahead_s = self._due_s - self._clock()
        if ahead_s > MIN_SLEEP_S:
            self._sleep(ahead_s)
        elif ahead_s < -MAX_LAG_S:
            self._due_s -= ahead_s


class ClockedSelector(selectors.DefaultSelector):
    """Selector whose timeouts are in loop time."""

    def __init__(self, clock: LoopClock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> ReadyKeys:
        """Ready sockets; in virtual time, with none ready, time advances by `timeout` at once.

        Jobs in threads take no virtual time: they are waited for, so results do not depend on the computer's speed.
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
    """Event loop on a `LoopClock`; with `LoopClock(math.inf)` in virtual time.

    In virtual time the loop never sleeps: when nothing is ready, time advances to the next timer. Sockets are polled
    in every iteration, but not waited for.
    """

    def __init__(self, clock: LoopClock) -> None:
        self._clock = clock
        super().__init__(ClockedSelector(clock))

    def time(self) -> float:
        """Loop time."""
        return self._clock.now_s()

    def run_in_executor(  # type: ignore[override]  # typeshed spells the arguments as a TypeVarTuple
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """Run in a thread; virtual time stands still until it has ended."""
        future: asyncio.Future[Any] = super().run_in_executor(executor, func, *args)
        self._clock.executor_jobs += 1
        future.add_done_callback(self._job_done)
        return future

    async def shutdown_default_executor(self, *timeout: Any) -> None:
        """Wait for the threads to end, which takes no virtual time; otherwise a timeout would expire at once."""
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
    """Like `asyncio.run`, in virtual time limited to `speed` times real time; `math.inf` is without limit."""
    return _run_on(main, PlaybackClock(speed))


def _run_on(main: Coroutine[Any, Any, T], clock: LoopClock) -> T:
    with asyncio.Runner(loop_factory=lambda: ClockedLoop(clock)) as runner:
        return runner.run(main)

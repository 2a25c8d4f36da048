"""The event loop of a guest's pods, which asks for the time only after it has waited: else none passes in a guest.

Every question is a call of the kernel there, and costs as much as the pods' other work.
"""

from __future__ import annotations

import asyncio
import time
from selectors import DefaultSelector, SelectorKey


class _Clock(DefaultSelector):
    """Waits for files, and knows when it last woke."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = time.monotonic()

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        """Wait as told; with a timeout of 0 it only looks."""
        found = super().select(timeout)
        if timeout is None or timeout > 0.0:
            self.now_s = time.monotonic()
        return found


class GuestLoop(asyncio.SelectorEventLoop):
    """As its base, with time that stands still between waits."""

    def __init__(self) -> None:
        self._clock = _Clock()
        super().__init__(self._clock)

    def time(self) -> float:
        """When the loop last woke."""
        return self._clock.now_s

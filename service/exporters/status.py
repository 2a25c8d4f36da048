"""What shippers and the rest of the service know of each other."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from time import monotonic


@dataclass(slots=True)
class ExporterStatus:
    """How a sink is doing; changed by its shipper, read by whoever looks.

    Parameters
    ----------
    problem : what is wrong now, empty while all is well.
    since_s : on the monotonic clock, when that began.
    """

    name: str
    problem: str = "not connected yet"
    since_s: float = 0.0

    def mark_down(self, problem: str) -> None:
        """It does not work."""
        if not self.problem:
            self.since_s = monotonic()
        self.problem = problem

    def mark_up(self) -> None:
        """It works."""
        if self.problem:
            self.since_s = monotonic()
        self.problem = ""


class RowsAvailable:
    """Wakes one shipper when there may be new rows."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def notify(self) -> None:
        """There may be new rows; on the shipper's own loop."""
        self._event.set()

    async def wait(self, timeout_s: float) -> None:
        """Until there are, but not for ever."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._event.wait()
        except TimeoutError:
            return
        self._event.clear()

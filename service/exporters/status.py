"""Status of an exporter, and its signal for new rows."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from time import monotonic


@dataclass(slots=True)
class ExporterStatus:
    """Whether an exporter works; written by the exporter, read from any thread.

    Parameters
    ----------
    problem : what is wrong, empty while it works.
    since_s : monotonic time of the last change between up and down.
    delivered : rows that the sink has taken.
    restarts : of the exporter, after an unexpected error.
    """

    name: str
    problem: str = "not connected yet"
    since_s: float = 0.0
    delivered: int = 0
    restarts: int = 0

    def mark_down(self, problem: str) -> None:
        """Set the problem."""
        if not self.problem:
            self.since_s = monotonic()
        self.problem = problem

    def mark_up(self) -> None:
        """Clear the problem."""
        if self.problem:
            self.since_s = monotonic()
        self.problem = ""


class RowsAvailable:
    """Wakes one exporter when rows may be pending."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def notify(self) -> None:
        """Signal that rows may be pending; call it on the exporter's event loop."""
        self._event.set()

    async def wait(self, timeout_s: float) -> None:
        """Return when rows may be pending, or after `timeout_s`."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._event.wait()
        except TimeoutError:
            return
        self._event.clear()

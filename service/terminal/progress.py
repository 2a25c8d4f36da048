"""Progress bar for work that may take long."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

SHOW_AFTER_S = 1.0
"""No bar is shown for shorter work."""


class ProgressBar:
    """A `ProgressCallback` that shows a bar, on terminals only and after `SHOW_AFTER_S`."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._shown = console.is_terminal
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=console, transient=True)
        self._task = self._bar.add_task("", total=1.0)
        self._running = False

    def __enter__(self) -> ProgressBar:
        self._start_s = self._clock()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._running:
            self._bar.stop()

    def __call__(self, step: str, share: float) -> None:
        """Show what is being done and the share that is done, 0 to 1."""
        if not self._shown:
            return
        if not self._running and self._clock() - self._start_s > SHOW_AFTER_S:
            self._bar.start()
            self._running = True
        self._bar.update(self._task, description=step, completed=share)


def import_with_status(*modules: str) -> None:
    """Import modules that take a second; meanwhile a terminal says that something goes on."""
    with Console(stderr=True).status("Getting ready"):
        for name in modules:
            import_module(name)

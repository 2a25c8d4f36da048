"""Ending on Ctrl-C between two steps, never in the middle of one."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType


class StopRequest:
    """While entered, Ctrl-C sets `made` and nothing else."""

    def __init__(self) -> None:
        self.made = False

    def __enter__(self) -> StopRequest:
        self._before = signal.signal(signal.SIGINT, self._make)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _make(self, _number: int, _frame: FrameType | None) -> None:
        self.made = True

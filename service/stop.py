"""Ending on Ctrl-C between two steps, never in the middle of one."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType, TracebackType


class StopRequest:
    """While entered, the first Ctrl-C asks for the end; another one does what it always did.

    Parameters
    ----------
    ask : called from the signal handler.
    """

    def __init__(self, ask: Callable[[], object]) -> None:
        self.made = False
        self._ask = ask

    def __enter__(self) -> StopRequest:
        self._before = signal.signal(signal.SIGINT, self._make)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _make(self, _number: int, _frame: FrameType | None) -> None:
        self.made = True
        signal.signal(signal.SIGINT, self._before)
        self._ask()

"""Ending on Ctrl-C or SIGTERM between two steps, never in the middle of one."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType, TracebackType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopRequest:
    """While entered, the first Ctrl-C or SIGTERM asks for the end; another one does what it always did.

    Parameters
    ----------
    ask : called from the signal handler.
    """

    def __init__(self, ask: Callable[[], object]) -> None:
        self.made = False
        self._ask = ask
        self._before = {number: signal.getsignal(number) for number in SIGNALS}

    def __enter__(self) -> StopRequest:
        for number in SIGNALS:
            signal.signal(number, self._make)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._give_back()

    def _make(self, _number: int, _frame: FrameType | None) -> None:
        self.made = True
        self._give_back()
        self._ask()

    def _give_back(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

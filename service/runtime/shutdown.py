"""Graceful stop on Ctrl-C or SIGTERM."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType, TracebackType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopRequest:
    """While entered, the first Ctrl-C or SIGTERM only calls `on_request`; the previous handlers take the second.

    Parameters
    ----------
    on_request : called from the signal handler.
    """

    def __init__(self, on_request: Callable[[], object]) -> None:
        self.requested = False
        self._on_request = on_request
        self._previous = {number: signal.getsignal(number) for number in SIGNALS}

    def __enter__(self) -> StopRequest:
        for number in SIGNALS:
            signal.signal(number, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._restore()

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        self.requested = True
        self._restore()
        self._on_request()

    def _restore(self) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

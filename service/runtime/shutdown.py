"""Graceful stop on Ctrl-C, SIGTERM or the end of the terminal."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable
from types import FrameType, TracebackType

REPEATED = (signal.SIGINT, signal.SIGTERM)
"""Of these the second ends the process at once."""


class StopRequest:
    """While entered, the first Ctrl-C, SIGTERM or SIGHUP only calls `on_request`; previous handlers take the second.

    A terminal that is closed may send more than one SIGHUP: the second does nothing. Whoever starts us with `nohup`
    has it ignored.

    Parameters
    ----------
    on_request : called from the signal handler.
    """

    def __init__(self, on_request: Callable[[], object]) -> None:
        self.requested = False
        self._on_request = on_request
        hangup = getattr(signal, "SIGHUP", None)  # not on Windows
        taken = (*REPEATED, hangup) if hangup and signal.getsignal(hangup) is not signal.SIG_IGN else REPEATED
        self._previous = {number: signal.getsignal(number) for number in taken}

    def __enter__(self) -> StopRequest:
        for number in self._previous:
            signal.signal(number, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._restore(self._previous)

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        if not self.requested:
            self.requested = True
            self._restore(REPEATED)
            self._on_request()

    def _restore(self, numbers: Iterable[signal.Signals]) -> None:
        for number in numbers:
            signal.signal(number, self._previous[number])

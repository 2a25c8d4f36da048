"""Logs a lasting problem when it begins or changes, once an hour while it lasts, and its end."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic

REPEAT_S = 3600.0


class ProblemLog:
    """Problems of one part of the service, of which a retry meets the same again and again.

    Parameters
    ----------
    level : of a problem that is new; its repetitions are debug messages.
    clock_s : monotonic time.
    """

    def __init__(self, log: logging.Logger, level: int, clock_s: Callable[[], float] = monotonic) -> None:
        self._log = log
        self._level = level
        self._clock_s = clock_s
        self._problem = ""
        self._logged_s = 0.0

    def report(self, problem: str, next_step: str) -> None:
        """Log a problem, followed by what happens next, such as "; trying again in 2 s"."""
        now_s = self._clock_s()
        is_news = problem != self._problem or now_s - self._logged_s >= REPEAT_S
        if is_news:
            self._problem, self._logged_s = problem, now_s
        self._log.log(self._level if is_news else logging.DEBUG, "%s%s", problem, next_step)

    def resolve(self, sentence: str) -> None:
        """Log the sentence if there was a problem."""
        if self._problem:
            self._log.warning("%s", sentence)
        self._problem = ""

"""What the timer's page needs from the service: the plan's next row, and to whom it tells where a session is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from surefoot.analysis.weeks.plan import Row


@dataclass(frozen=True, slots=True)
class NextSession:
    """The next session of a plan that somebody follows.

    Parameters
    ----------
    sentence : what the runner reads of it.
    row, from_day : None where no session is named, and the sentence says why.
    """

    sentence: str
    row: Row | None = None
    from_day: date | None = None


class TimerSource(Protocol):
    """Knows plans and sessions. Methods are called from any thread."""

    def next_session(self, runner: str) -> NextSession | None:
        """What comes next of a runner's plan; None where they follow none."""

    def workout(self, row: Row, walk_first_s: float) -> bytes:
        """The row as a FIT workout for a watch.

        Raises
        ------
        ValueError
            if nobody can run it, with a sentence.
        """

    def keep(self, runner: str, told: Mapping[str, Any]) -> None:
        """Keep where a runner's session is.

        Raises
        ------
        ValueError
            if it cannot be one, with a sentence.
        """

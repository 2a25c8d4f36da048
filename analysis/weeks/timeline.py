"""A row of a plan in time: running and walking from when to when, and what is told at each change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from surefoot.analysis.weeks.plan import MINUTE_S, Row

SOON_S = 5.0
"""A change is announced so long before it."""


class Doing(StrEnum):
    """What is done in a stretch."""

    RUN = "run"
    WALK = "walk"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Running or walking, in seconds since the session began.

    Parameters
    ----------
    number, of : which run it is, or which it follows; 0 of a walk before the first.
    """

    doing: Doing
    start_s: float
    end_s: float
    number: int
    of: int

    @property
    def words(self) -> str:
        """As it is told when it begins."""
        length = length_words(self.end_s - self.start_s)
        return f"Run {self.number} of {self.of}, {length}" if self.doing is Doing.RUN else f"Walk, {length}"


class CueKind(StrEnum):
    """What a cue sounds like."""

    SOON = "soon"
    RUN = "run"
    WALK = "walk"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Cue:
    """What is told at a moment; a change that comes soon has no words."""

    at_s: float
    kind: CueKind
    words: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a session is.

    Parameters
    ----------
    now, then : the stretch it is in, and the one after; None behind the last.
    left_s : to the change.
    """

    now: Stretch | None
    then: Stretch | None
    left_s: float


def stretches(row: Row, walk_first_s: float = 0.0) -> Sequence[Stretch]:
    """All of a session, in order; a walk follows each run where the row has one.

    Parameters
    ----------
    walk_first_s : before the first run, which no row prescribes.
    """
    lengths = [(Doing.WALK, walk_first_s, 0)]
    for number in range(1, row.runs + 1):
        lengths += [(Doing.RUN, row.run_s, number), (Doing.WALK, row.walk_s, number)]
    found: list[Stretch] = []
    for doing, length_s, number in lengths:
        start_s = found[-1].end_s if found else 0.0
        if length_s > 0.0:
            found.append(Stretch(doing, start_s, start_s + length_s, number, row.runs))
    return found


def cues(session: Sequence[Stretch]) -> Iterator[Cue]:
    """What is told of a session, in order."""
    for each in session:
        yield Cue(each.start_s, CueKind(each.doing), f"{each.words}.")
        if each.end_s - each.start_s > SOON_S:
            yield Cue(each.end_s - SOON_S, CueKind.SOON)
    yield Cue(session[-1].end_s, CueKind.DONE, "Done.")


def moment(session: Sequence[Stretch], at_s: float) -> Moment:
    """Where a session is so long after it began; a change belongs to what begins."""
    ahead = [each for each in session if each.end_s > at_s]
    now, then = [*ahead[:2], None, None][:2]
    return Moment(now, then, 0.0 if now is None else now.end_s - max(at_s, 0.0))


def length_words(length_s: float) -> str:
    """As it is told, "4 min", "90 s"."""
    minutes = length_s / MINUTE_S
    return f"{minutes:g} min" if minutes >= 1.0 and 2.0 * minutes % 1.0 == 0.0 else f"{length_s:g} s"

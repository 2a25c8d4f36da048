"""What was run against what a row says: bout by bout in their order, never by totals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from surefoot.analysis.model import Bout, BoutKind
from surefoot.analysis.weeks.plan import Row

MIN_BOUT_S = 10.0
"""What is shorter is no bout, of running or of walking."""
TOLERANCE_S, TOLERANCE = 15.0, 0.15
"""A bout may differ by the greater of both."""
Gap = tuple[float, float]


class Match(StrEnum):
    """How a session compares with its row."""

    AS_PLANNED = "as_planned"
    LESS = "less"
    MORE = "more"
    """Some of it was more, whatever the rest was: a longer run, one more, or a shorter walk between."""
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Matched:
    """A session against its row.

    Parameters
    ----------
    as_planned : how many runs were, of `of`.
    differences : what was not, in words.
    """

    match: Match
    as_planned: int
    of: int
    differences: Sequence[str] = ()

    @property
    def sentence(self) -> str:
        """What the runner reads."""
        if self.match is Match.CANNOT_TELL:
            return f"Cannot tell: {self.differences[0]}."
        told = f"{self.as_planned} of {self.of} {'run' if self.of == 1 else 'runs'} as planned"
        return "; ".join([told, *self.differences]) + "."


def match_bouts(bouts: Iterable[Bout], row: Row, gaps: Sequence[Gap] = ()) -> Matched:
    """Compare what was run with what the row says.

    Parameters
    ----------
    bouts : of the whole session; what is before the first run and after the last is free.
    gaps : times in which neither pod told anything, on the same clock. A longer one than the tolerance hides how long
        a run was, and whether there was one.
    """
    blind_s = max((end_s - start_s for start_s, end_s in gaps), default=0.0)
    if blind_s > TOLERANCE_S:
        return Matched(Match.CANNOT_TELL, 0, row.runs, (f"the pods told nothing for {clock(blind_s)}",))
    runs = merged_runs(bouts, gaps)
    lengths_s = [end_s - start_s for start_s, end_s in runs]
    if row.is_cap:
        return _under_cap(sum(lengths_s), row)
    breaks_s = [later[0] - earlier[1] for earlier, later in pairwise(runs)][: row.runs - 1]
    signs = [_sign(length_s, row.run_s) for length_s in lengths_s[: row.runs]]
    short = [length_s < row.walk_s - _tolerance_s(row.walk_s) for length_s in breaks_s]
    more = 1 in signs or any(short) or len(runs) > row.runs
    match = Match.MORE if more else Match.LESS if -1 in signs or len(runs) < row.runs else Match.AS_PLANNED
    differences = (*_lengths(signs, lengths_s, row), *_breaks(short, breaks_s, row), *_count(len(runs) - row.runs))
    return Matched(match, signs.count(0), row.runs, differences)


def _under_cap(run_s: float, row: Row) -> Matched:
    """A cap is on all running of a session, in however many bouts; what is allowed above it is what timing may err."""
    if run_s <= row.run_s + TOLERANCE_S:
        return Matched(Match.AS_PLANNED, 1, 1)
    return Matched(Match.MORE, 0, 1, (f"{clock(run_s)} of running, {clock(row.run_s)} was the most",))


def merged_runs(bouts: Iterable[Bout], gaps: Sequence[Gap] = ()) -> Sequence[tuple[float, float]]:
    """Begin and end of each run; what is too short to be a bout parts none, and is none.

    A gap between two runs is taken for running, as it is no break that was seen.
    """
    found: list[tuple[float, float]] = []
    for bout in sorted(bouts, key=lambda each: each.start_s):
        if bout.kind is not BoutKind.RUN:
            continue
        if found and _break_s(found[-1][1], bout.start_s, gaps) < MIN_BOUT_S:
            found[-1] = (found[-1][0], bout.end_s)
        else:
            found.append((bout.start_s, bout.end_s))
    return [(start_s, end_s) for start_s, end_s in found if end_s - start_s >= MIN_BOUT_S]


def clock(duration_s: float) -> str:
    """Minutes and seconds, "3:10"."""
    minutes, seconds = divmod(round(duration_s), 60)
    return f"{minutes}:{seconds:02d}"


def _break_s(end_s: float, start_s: float, gaps: Sequence[Gap]) -> float:
    """What was seen between two runs."""
    hidden_s = sum(max(0.0, min(start_s, last_s) - max(end_s, first_s)) for first_s, last_s in gaps)
    return start_s - end_s - hidden_s


def _tolerance_s(prescribed_s: float) -> float:
    return max(TOLERANCE_S, TOLERANCE * prescribed_s)


def _sign(length_s: float, prescribed_s: float) -> int:
    """0 as planned, 1 longer, −1 shorter."""
    over_s = length_s - prescribed_s
    return 0 if abs(over_s) <= _tolerance_s(prescribed_s) else 1 if over_s > 0.0 else -1


def _lengths(signs: Sequence[int], lengths_s: Sequence[float], row: Row) -> Iterator[str]:
    for number, (sign, length_s) in enumerate(zip(signs, lengths_s, strict=False), 1):
        if sign:
            yield f"run {number} was {clock(length_s)} instead of {clock(row.run_s)}"


def _breaks(short: Sequence[bool], breaks_s: Sequence[float], row: Row) -> Iterator[str]:
    for number, (is_short, length_s) in enumerate(zip(short, breaks_s, strict=True), 1):
        if is_short:
            yield f"the walk after run {number} was {clock(length_s)} instead of {clock(row.walk_s)}"


def _count(apart: int) -> Iterator[str]:
    if apart > 0:
        yield f"{apart} more {'run' if apart == 1 else 'runs'} than planned"
    if apart < 0:
        yield f"{-apart} {'run' if apart == -1 else 'runs'} missing"

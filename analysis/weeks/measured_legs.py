"""What pods saw of calf raises and balance, beside what is told of exercises: never in its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from surefoot.analysis.legs.balance import OneLegStand
from surefoot.analysis.legs.calf_raises import RaiseCount
from surefoot.analysis.model import Foot


class PodsCan(StrEnum):
    """What two pods can measure of an exercise."""

    CALF_RAISES = "calf_raises"
    """On one leg."""
    BALANCE = "balance"
    """On one leg."""


@dataclass(frozen=True, slots=True)
class MeasuredLegs:
    """What was done on one leg in a recording.

    Parameters
    ----------
    id : of the recording.
    day : on which it began.
    raises : sets by the leg, in order; absent where none was seen.
    why : why nothing can be told; empty otherwise.
    """

    id: str
    day: date
    raises: Mapping[Foot, tuple[RaiseCount, ...]]
    stands: tuple[OneLegStand, ...]
    why: str = ""

    def words(self, what: PodsCan) -> str:
        """What was seen of an exercise on each leg, or why it cannot be told; empty where it was not seen at all."""
        if self.why:
            return f"Not measured: {self.why}."
        found = {foot: self._on(foot, what) for foot in Foot}
        if not any(found.values()):
            return ""
        seen = "; ".join(f"{foot} {text or 'none seen'}" for foot, text in found.items())
        return f"Measured: {seen}."

    def _on(self, foot: Foot, what: PodsCan) -> str:
        if what is PodsCan.CALF_RAISES:
            return raises_words(self.raises.get(foot, ()))
        return ", ".join(f"{each.length_s:.0f} s" for each in self.stands if each.foot is foot)


def raises_words(sets: Sequence[RaiseCount], what: str = "") -> str:
    """Sets of calf raises on one leg, "3 × 14, one every 2.1 s, the sole up to 31°"; empty without any.

    Parameters
    ----------
    what : they are, behind their number.
    """
    if not sets:
        return ""
    counts = [each.count for each in sets]
    times = f"{len(sets)} × {counts[0]}" if len(sets) > 1 and len(set(counts)) == 1 else ", ".join(map(str, counts))
    tempo_s = _mean([(each.tempo_s, each.count - 1) for each in sets if each.tempo_s is not None])
    tempo = "" if tempo_s is None else f", one every {tempo_s:.1f} s"
    return f"{times}{what}{tempo}, the sole up to {max(each.tilt_deg for each in sets):.0f}°"


def _mean(weighted: Sequence[tuple[float, int]]) -> float | None:
    weight = sum(count for _, count in weighted)
    return sum(number * count for number, count in weighted) / weight if weight else None

"""Which landings belong together: strides are links between landings that look alike and come at a steady pace."""

from __future__ import annotations

from dataclasses import dataclass, field

from surefoot.analysis.gait.contact_candidates import APART_CELLS, Landing
from surefoot.analysis.gait.event_detection import SLOW

ALIKE = 0.5
"""Least similarity of two landings' movements to start or prove a chain; gait has 0.5 to 0.99, shaken hands seldom
two in a row."""
ALIKE_IN_STEP = 0.0
"""The same inside a proven chain at its own pace, so that one stumble does not end a run."""
PACE_TOLERANCE = 0.3
"""Share by which a stride in step may differ from those before it."""
QUICKEST = 0.5
"""A proven chain may change from walking to running: shorter strides, but not by more than this share."""
WEAK = 0.6
"""A landing may be left out only if its burst is weaker than this share of both its neighbours': push-offs are."""
OVERDUE = 1.1
"""A landing that comes later than this part of the usual stride may be the push-off of one that was overlooked,"""
STEADY, DUE_TOLERANCE = 1.2, 0.15
"""where the last strides were as long as each other within the first, and it was due within the second of them."""
LEAST_LINKS = 3
"""Strides in a row that prove a chain; until then they wait."""


@dataclass(frozen=True, slots=True)
class Link:
    """A stride from one landing to the next, in absolute grid cells."""

    first: int
    last: int
    alike: float


@dataclass(slots=True)
class Chain:
    """Feeds on landings in order and gives links; what it does depends on the landings alone, not on when they come.

    One weak landing that looks unlike the last (a push-off taken for a landing) is set aside, and left out if the next
    one matches.
    """

    tail: Landing | None = None
    aside: Landing | None = None
    links: int = 0
    holed: bool = False
    sought: bool = False
    waiting: list[Link] = field(default_factory=list)
    pace: list[int] = field(default_factory=list)

    def add(self, landing: Landing, alike_last: float, alike_before: float) -> list[Link]:
        """Links proven by a landing, given how alike it is to the landing before it and to the one before that."""
        if self.tail is None:
            self.tail = landing
            return []
        length = landing.cell - self.tail.cell
        alike = alike_last if self.aside is None else alike_before
        if self._in_step(length, alike) and self._may_skip(landing):
            return self._link(landing, alike)
        if self._hole(length, alike):
            return self._skip(landing, alike)
        if self.aside is None:
            self.aside = landing
            return []
        self._restart(self.aside)
        return self.add(landing, alike_last, 0.0)

    def reject(self) -> None:
        """Take back a chain that turned out to be no gait."""
        self._restart(self.tail)

    def expire(self, now: int) -> bool:
        """End the chain when no landing from cell `now` on can join it; True if a proven one ended."""
        if self.tail is None or now - self.tail.cell <= SLOW.longest_cells:
            return False
        proven = self.links >= LEAST_LINKS
        late = self.aside is not None and now - self.aside.cell <= SLOW.longest_cells
        self._restart(self.aside if late else None)
        return proven

    def awaited(self, until: int) -> tuple[int, int] | None:
        """Cells before `until` in which the next landing of a steady chain was due; None if it is not overdue there, or
        was sought already."""
        steady = self.links >= LEAST_LINKS and max(self.pace) <= STEADY * min(self.pace)
        if self.tail is None or self.aside is not None or self.sought or not steady:
            return None
        soon, overdue, late = (
            self.tail.cell + int(share * self._usual) for share in (1.0 - DUE_TOLERANCE, OVERDUE, 1.0 + DUE_TOLERANCE)
        )
        return (soon, min(late, until)) if until > overdue else None

    def lost(self, now: int) -> bool:
        """Whether no landing from cell `now` on can be in step."""
        return self.tail is not None and bool(self.pace) and now > self.tail.cell + (1.0 + PACE_TOLERANCE) * self._usual

    def covers(self, landing: Landing) -> bool:
        """Whether a landing follows the last one so closely that it is part of it."""
        return self.tail is not None and 0 <= landing.cell - self.tail.cell < APART_CELLS

    @property
    def strength_mps2(self) -> float:
        """Of the last landing."""
        return 0.0 if self.tail is None else self.tail.strength_mps2

    @property
    def oldest(self) -> int | None:
        """First cell that may still be needed."""
        if self.waiting:
            return self.waiting[0].first
        return None if self.tail is None else self.tail.cell

    def _in_step(self, length: int, alike: float) -> bool:
        if length > SLOW.longest_cells:
            return False
        if not self.pace:
            return alike >= ALIKE
        ratio = length / self._usual
        if abs(ratio - 1.0) <= PACE_TOLERANCE:
            return alike >= (ALIKE_IN_STEP if self.links >= LEAST_LINKS else ALIKE)
        return alike >= ALIKE and self.links >= LEAST_LINKS and QUICKEST <= ratio < 1.0

    def _may_skip(self, landing: Landing) -> bool:
        """Whether what was set aside, if anything, is weak enough to be no landing."""
        if self.aside is None or self.tail is None:
            return True
        return self.aside.strength_mps2 < WEAK * min(self.tail.strength_mps2, landing.strength_mps2)

    def _hole(self, length: int, alike: float) -> bool:
        """True where one landing of a proven chain was lost, in a gap of the recording for instance."""
        return self.links >= LEAST_LINKS and alike >= ALIKE and abs(length / self._usual - 2.0) <= PACE_TOLERANCE

    @property
    def _usual(self) -> int:
        return sorted(self.pace)[len(self.pace) // 2]

    def _skip(self, landing: Landing, alike: float) -> list[Link]:
        """Go on behind a hole; a second one in a row is no hole but a slower pace, and a chain of its own."""
        if self.holed and self.aside is None:
            self._restart(self.tail)
            return self.add(landing, alike, 0.0)
        self.tail, self.aside, self.holed, self.sought = landing, None, True, False
        return []

    def _link(self, landing: Landing, alike: float) -> list[Link]:
        assert self.tail is not None
        self.waiting.append(Link(self.tail.cell, landing.cell, alike))
        self.pace = [*self.pace[-2:], landing.cell - self.tail.cell]
        self.tail, self.aside, self.holed, self.sought = landing, None, False, False
        self.links += 1
        if self.links < LEAST_LINKS:
            return []
        proven, self.waiting = self.waiting, []
        return proven

    def _restart(self, tail: Landing | None) -> None:
        self.tail, self.aside, self.links, self.holed, self.sought = tail, None, 0, False, False
        self.waiting, self.pace = [], []

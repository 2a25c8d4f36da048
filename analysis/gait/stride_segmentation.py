"""Groups landings that look alike and come in a steady rhythm into strides."""

from __future__ import annotations

from dataclasses import dataclass, field

from surefoot.analysis.gait.contact_candidates import MIN_STRIDE_CELLS, ContactCandidate
from surefoot.analysis.gait.event_detection import SLOW_STRIDES

MIN_SIMILARITY = 0.5
"""Least similarity of two landings' movements to start or prove a chain of strides; gait has 0.5 to 0.99, shaken hands
seldom two in a row."""
MIN_SIMILARITY_IN_RHYTHM = 0.0
"""The same inside a proven chain at its own stride time, so that one stumble does not end it."""
LENGTH_TOLERANCE = 0.3
"""Relative difference allowed between a stride in rhythm and the median of the last three."""
MIN_TRANSITION_RATIO = 0.5
"""A proven chain may change from walking to running: one stride may shorten to this share of the median."""
WEAK_RATIO = 0.6
"""A landing may be skipped only if its strength is below this share of both its neighbours'; push-offs are."""
OVERDUE_RATIO = 1.1
"""A landing later than 1.1 × the median stride may be the push-off of a missed landing."""
STEADY_RATIO, DUE_TOLERANCE = 1.2, 0.15
"""A missed landing is searched for only while the last three strides agree within 20 %, within ±15 % of the expected
time."""
MIN_CHAIN_STRIDES = 3
"""Strides in a row that prove a chain; until then they are held back."""


@dataclass(frozen=True, slots=True)
class StrideCandidate:
    """A stride from one landing to the next, in absolute grid cells, and how similar the two landings are."""

    start_cell: int
    end_cell: int
    similarity: float


@dataclass(slots=True)
class StrideSegmenter:
    """Landings in, in order; stride candidates out. The result depends on the landings alone, not on when they come.

    One weak landing that does not resemble the last (a push-off taken for a landing) is set aside, and dropped if the
    next one matches.
    """

    last_contact: ContactCandidate | None = None
    set_aside: ContactCandidate | None = None
    stride_count: int = 0
    bridged: bool = False
    searched: bool = False
    pending: list[StrideCandidate] = field(default_factory=list)
    recent_lengths: list[int] = field(default_factory=list)

    def add(
        self, contact: ContactCandidate, similarity_to_last: float, similarity_to_previous: float
    ) -> list[StrideCandidate]:
        """Strides proven by a landing, given its similarity to the landing before it and to the one before that."""
        if self.last_contact is None:
            self.last_contact = contact
            return []
        length = contact.cell - self.last_contact.cell
        similarity = similarity_to_last if self.set_aside is None else similarity_to_previous
        if self._in_rhythm(length, similarity) and self._may_discard(contact):
            return self._append(contact, similarity)
        if self._misses_one(length, similarity):
            return self._bridge(contact, similarity)
        if self.set_aside is None:
            self.set_aside = contact
            return []
        self._restart(self.set_aside)
        return self.add(contact, similarity_to_last, 0.0)

    def reject(self) -> None:
        """Discard a chain that turned out not to be gait."""
        self._restart(self.last_contact)

    def expire(self, now_cell: int) -> bool:
        """End the chain if no landing from `now_cell` on can join it; True if a proven one ended."""
        if self.last_contact is None or now_cell - self.last_contact.cell <= SLOW_STRIDES.max_cells:
            return False
        proven = self._is_proven
        late = self.set_aside is not None and now_cell - self.set_aside.cell <= SLOW_STRIDES.max_cells
        self._restart(self.set_aside if late else None)
        return proven

    def overdue_range(self, until_cell: int) -> tuple[int, int] | None:
        """Cells before `until_cell` in which the next landing of a steady chain was expected; None if it is not overdue
        yet or was searched for already."""
        if self.last_contact is None or self.set_aside is not None or self.searched or not self._is_steady:
            return None
        soon, overdue, late = (
            self.last_contact.cell + int(share * self._median_length)
            for share in (1.0 - DUE_TOLERANCE, OVERDUE_RATIO, 1.0 + DUE_TOLERANCE)
        )
        return (soon, min(late, until_cell)) if until_cell > overdue else None

    def is_lost(self, now_cell: int) -> bool:
        """Whether no landing from `now_cell` on can be in rhythm."""
        return (
            self.last_contact is not None
            and bool(self.recent_lengths)
            and now_cell > self.last_contact.cell + (1.0 + LENGTH_TOLERANCE) * self._median_length
        )

    def overlaps(self, contact: ContactCandidate) -> bool:
        """Whether a landing follows the last one too closely to be another."""
        return self.last_contact is not None and 0 <= contact.cell - self.last_contact.cell < MIN_STRIDE_CELLS

    @property
    def strength_mps2(self) -> float:
        """Strength of the last landing; zero without one."""
        return 0.0 if self.last_contact is None else self.last_contact.strength_mps2

    @property
    def oldest_cell(self) -> int | None:
        """First cell that may still be needed; None if none is."""
        if self.pending:
            return self.pending[0].start_cell
        return None if self.last_contact is None else self.last_contact.cell

    def _in_rhythm(self, length: int, similarity: float) -> bool:
        if length > SLOW_STRIDES.max_cells:
            return False
        if not self.recent_lengths:
            return similarity >= MIN_SIMILARITY
        ratio = length / self._median_length
        if abs(ratio - 1.0) <= LENGTH_TOLERANCE:
            return similarity >= (MIN_SIMILARITY_IN_RHYTHM if self._is_proven else MIN_SIMILARITY)
        return similarity >= MIN_SIMILARITY and self._is_proven and MIN_TRANSITION_RATIO <= ratio < 1.0

    def _may_discard(self, contact: ContactCandidate) -> bool:
        """Whether the landing set aside, if any, is weak enough to be dropped."""
        if self.set_aside is None or self.last_contact is None:
            return True
        return self.set_aside.strength_mps2 < WEAK_RATIO * min(self.last_contact.strength_mps2, contact.strength_mps2)

    def _misses_one(self, length: int, similarity: float) -> bool:
        """Whether one landing of a proven chain was lost, for instance in a gap of the recording."""
        alike = self._is_proven and similarity >= MIN_SIMILARITY
        return alike and abs(length / self._median_length - 2.0) <= LENGTH_TOLERANCE

    @property
    def _is_proven(self) -> bool:
        return self.stride_count >= MIN_CHAIN_STRIDES

    @property
    def _is_steady(self) -> bool:
        return self._is_proven and max(self.recent_lengths) <= STEADY_RATIO * min(self.recent_lengths)

    @property
    def _median_length(self) -> int:
        return sorted(self.recent_lengths)[len(self.recent_lengths) // 2]

    def _bridge(self, contact: ContactCandidate, similarity: float) -> list[StrideCandidate]:
        """Continue after a lost landing; a second one in a row is a slower rhythm and starts a chain of its own."""
        if self.bridged and self.set_aside is None:
            self._restart(self.last_contact)
            return self.add(contact, similarity, 0.0)
        self.last_contact, self.set_aside, self.bridged, self.searched = contact, None, True, False
        return []

    def _append(self, contact: ContactCandidate, similarity: float) -> list[StrideCandidate]:
        assert self.last_contact is not None
        self.pending.append(StrideCandidate(self.last_contact.cell, contact.cell, similarity))
        self.recent_lengths = [*self.recent_lengths[-2:], contact.cell - self.last_contact.cell]
        self.last_contact, self.set_aside, self.bridged, self.searched = contact, None, False, False
        self.stride_count += 1
        if not self._is_proven:
            return []
        proven, self.pending = self.pending, []
        return proven

    def _restart(self, last_contact: ContactCandidate | None) -> None:
        self.last_contact, self.set_aside, self.stride_count = last_contact, None, 0
        self.bridged, self.searched = False, False
        self.pending, self.recent_lengths = [], []

"""Asks whether the two pods are on each other's feet, once both have looked like it for long enough.

One odd foot says nothing: its anatomy may be unusual, its accelerometer's sign turned, or one side named twice.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from surefoot.analysis.findings import Finding, Kind, Severity, finding_id
from surefoot.analysis.inversion.chirality import OPPOSITE_DEG, Chirality, ChiralityCourse, judged
from surefoot.analysis.model import Foot

MIN_OPPOSITE_S = 60.0
"""Both feet must look like the other's for so long, pauses left out."""
MAX_STEP_S = 2.0
"""Longer from one landing to the next is a pause."""
QUESTION = (
    "Are the pods exchanged? Both feet land inward and roll outward, as they look with the left pod on the right foot. "
    "Which ankle rolls, and every angle of inversion, depend on it."
)
WRONG_IF = ["both feet do roll outward when they land", "the accelerometers have the opposite sign"]
CONFIDENCE = 0.6
"""Anatomy is no proof."""


class ExchangedPodsMonitor:
    """What both feet's stances say in, the question out, once, unless the runner `confirmed` the sides; it does not
    depend on how they are cut."""

    def __init__(self, *, confirmed: bool) -> None:
        self._confirmed = confirmed
        self._waiting: dict[Foot, ChiralityCourse] = {}
        self._rolled_in_deg = dict.fromkeys(Foot, np.nan)
        self._last_s = -np.inf
        self._since_s = np.nan
        self._opposite_s = 0.0
        self._known_s = -np.inf
        self._asked = False

    @property
    def in_question(self) -> bool:
        """Whether the question was asked, or both feet look like the other's now."""
        return not self._confirmed and (self._asked or self._both_opposite)

    def push(self, courses: Mapping[Foot, ChiralityCourse], watermark_s: float) -> list[Finding]:
        """The question, if it is to be asked now; no stance before `watermark_s` will follow."""
        for foot, course in courses.items():
            waiting = [self._waiting[foot]] if foot in self._waiting else []
            self._waiting[foot] = ChiralityCourse.join([*waiting, course])
        return [finding for row in self._take(watermark_s) for finding in self._advance(*row)]

    def _take(self, watermark_s: float) -> list[tuple[float, Foot, float, float]]:
        """What was waiting of a time before the watermark, in its order."""
        rows = []
        for foot, course in self._waiting.items():
            due = course.time_s < watermark_s
            rows += [(time_s, foot, known_s, rolled_in_deg) for time_s, known_s, rolled_in_deg in course[due].rows()]
            self._waiting[foot] = course[~due]
        return sorted(rows)

    def _advance(self, time_s: float, foot: Foot, known_s: float, rolled_in_deg: float) -> list[Finding]:
        was_opposite = self._both_opposite
        self._rolled_in_deg[foot] = rolled_in_deg
        self._known_s = max(self._known_s, known_s)
        step_s, self._last_s = min(time_s - self._last_s, MAX_STEP_S), time_s
        if not self._both_opposite:
            self._opposite_s = 0.0
        elif not was_opposite:
            self._since_s = time_s
        else:
            self._opposite_s += step_s
        if self._asked or self._confirmed or self._opposite_s < MIN_OPPOSITE_S:
            return []
        self._asked = True
        return [self._question()]

    @property
    def _both_opposite(self) -> bool:
        return all(judged(value) is Chirality.OPPOSITE for value in self._rolled_in_deg.values())

    def _question(self) -> Finding:
        return Finding(
            id=finding_id(Kind.EXCHANGED_PODS, None, self._since_s),
            kind=Kind.EXCHANGED_PODS,
            foot=None,
            time_s=self._since_s,
            known_s=self._known_s,
            severity=Severity.NOTICE,
            value=float(np.mean([*self._rolled_in_deg.values()])),
            reference=OPPOSITE_DEG,
            unit="°",
            confidence=CONFIDENCE,
            message=QUESTION,
            evidence={
                **{f"rolled_in_{foot}_deg": value for foot, value in self._rolled_in_deg.items()},
                "opposite_for_s": self._opposite_s,
                "wrong_if": WRONG_IF,
            },
        )

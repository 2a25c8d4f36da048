"""Sees who runs differently from the first step: a run's left against right beside the runner's confirmed usual."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from scipy.special import stdtr

from surefoot.analysis.findings import Evidence, Finding, Kind, Severity, State, finding_id
from surefoot.analysis.metrics import CONTACT
from surefoot.analysis.model import Gait, Window
from surefoot.analysis.weeks.baselines import Looked
from surefoot.analysis.weeks.decision import Evenness
from surefoot.analysis.weeks.usual import Usual

WARNING_RATIO = 2.0
"""A difference becomes a warning at so many times what healthy runs differ by."""
WRONG_IF = (
    "the shoes are other ones than was said",
    "the road sloped to one side",
    "the pods are on each other's feet",
)


class UsualMonitor:
    """Windows in; a finding once five minutes of running differ from the usual, and once more when the run is over."""

    def __init__(self, usual: Usual) -> None:
        self._usual = usual
        self._windows: list[Window] = []
        self._looked = False
        self._told: Finding | None = None

    def push(self, windows: Iterable[Window], *, end: bool) -> list[Finding]:
        """New findings and revisions; `end` means that nothing will follow."""
        found: list[Finding] = []
        if self._usual.day is None:
            return found
        for window in windows:
            self._windows.append(_slim(window))
            waits = window.gait is Gait.RUN and not self._looked
            if waits and self._usual.balance(self._windows, CONTACT, (Gait.RUN,)) is not None:
                self._looked = True
                found += self._tell(self._usual.looked(self._windows, (Gait.RUN,)))
        return [*found, *self._tell(self._usual.looked(self._windows))] if end else found

    def _tell(self, looked: Looked) -> Sequence[Finding]:
        if looked.evenness is Evenness.DIFFERENT:
            self._told = self._finding(looked)
        elif looked.evenness is Evenness.AS_BEFORE and self._told is not None:
            message = f"Over the whole run left against right is as before. {looked.sentence}"
            self._told = replace(self._finding(looked), message=message, state=State.RESOLVED)
        else:
            return ()
        return (self._told,)

    def _finding(self, looked: Looked) -> Finding:
        """The difference as known now, under the id that it was first told with."""
        assert looked.known is not None
        began_s, known_s = self._windows[0].start_s, self._windows[-1].end_s
        large = abs(looked.change_pct) > WARNING_RATIO * looked.within_pct
        foot, kind, told = looked.shorter, Kind.UNLIKE_USUAL, self._told
        return Finding(
            finding_id(kind, foot, began_s) if told is None else told.id,
            kind,
            foot,
            began_s,
            known_s,
            Severity.WARNING if large else Severity.NOTICE,
            looked.change_pct,
            looked.known.middle_pct,
            "%",
            _confidence(looked),
            f"{looked.sentence} A difference is not an injury.",
            self._evidence(looked),
            revision=0 if told is None else told.revision + 1,
        )

    def _evidence(self, looked: Looked) -> Evidence:
        assert looked.known is not None
        return {
            "metric": CONTACT,
            "change_pct": looked.change_pct,
            "within_pct": looked.within_pct,
            "usual_asymmetry_pct": looked.known.middle_pct,
            "usual_runs": looked.known.runs,
            "usual_confirmed": str(self._usual.day),
            "wrong_if": list(WRONG_IF),
        }


def _slim(window: Window) -> Window:
    """What of a window is compared: a run may last for hours."""
    feet = {foot: {key: known[key] for key in ("speed_mps",) if key in known} for foot, known in window.feet.items()}
    asymmetry_pct = {key: window.asymmetry_pct[key] for key in (CONTACT,) if key in window.asymmetry_pct}
    return replace(window, feet=feet, asymmetry_pct=asymmetry_pct, difference={}, withheld={}, not_compared={})


def _confidence(looked: Looked) -> float:
    """Share of healthy runs that differ by less."""
    assert looked.known is not None
    t = abs(looked.change_pct) / looked.scale_pct if looked.scale_pct > 0.0 else math.inf
    return 1.0 - 2.0 * float(stdtr(looked.known.freedom, -t))

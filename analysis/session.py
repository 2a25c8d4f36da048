"""A runner's whole state while a run goes on: samples of either foot in, strides, windows and bouts out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from analysis.baseline import Baseline
from analysis.bouts import BoutBuilder
from analysis.findings import Finding
from analysis.foot import FootStream
from analysis.inversion import POPULATION, Band
from analysis.model import Bout, Foot, Mounting, Samples, Strides, Window
from analysis.pairing import Pairer
from analysis.watch import Watch
from analysis.windows import LIVE_WINDOW_S, WindowBuilder

BOTH_FEET = (Foot.LEFT, Foot.RIGHT)


@dataclass(frozen=True, slots=True)
class Results:
    """What became known: each stride, window and bout is given once and never changes; findings come in revisions.

    Windows are of thirty seconds for statistics, `live` ones of ten.
    """

    strides: Mapping[Foot, Strides]
    windows: tuple[Window, ...] = ()
    bouts: tuple[Bout, ...] = ()
    findings: tuple[Finding, ...] = ()
    live: tuple[Window, ...] = ()

    @classmethod
    def join(cls, parts: list[Results]) -> Results:
        """Consecutive results as one."""
        return cls(
            {foot: Strides.join([part.strides[foot] for part in parts]) for foot in parts[0].strides},
            tuple(window for part in parts for window in part.windows),
            tuple(bout for part in parts for bout in part.bouts),
            tuple(finding for part in parts for finding in part.findings),
            tuple(window for part in parts for window in part.live),
        )


class Session:
    """Analysis of one run. Any cut of the samples, and any interleaving of the feet, gives the same results.

    Strides wait for the other foot, so both feet's samples must keep coming; name one foot alone where there is one
    pod.

    Parameters
    ----------
    baseline : what left against right is held against; by default the run's own first minutes.
    usual : each foot's usual stances, which ankle rolls stand out from; by default what healthy runners do, until the
        run has shown its own.
    """

    def __init__(
        self,
        feet: tuple[Foot, ...] = BOTH_FEET,
        baseline: Baseline | None = None,
        usual: Mapping[Foot, Band] | None = None,
    ) -> None:
        if not feet:
            raise ValueError("Session: name at least one foot")
        self._feet = {foot: FootStream(foot, (usual or {}).get(foot, POPULATION)) for foot in feet}
        self._pairs = {foot: Pairer(Strides.none(foot)) for foot in feet}
        self._windows = WindowBuilder(feet)
        self._live = WindowBuilder(feet, LIVE_WINDOW_S)
        self._bouts = BoutBuilder()
        self._watch = Watch(feet, baseline)
        self._first_s: dict[Foot, float] = {}
        self._last_s: dict[Foot, float] = {}

    @property
    def mountings(self) -> Mapping[Foot, Mounting]:
        """How each pod sits on its shoe, as known now."""
        return {foot: stream.mounting for foot, stream in self._feet.items()}

    @property
    def baseline(self) -> Baseline:
        """What left against right is held against, as known now."""
        return self._watch.baseline

    @property
    def usual(self) -> Mapping[Foot, Band]:
        """Each foot's usual stances, as known now."""
        return {foot: stream.usual for foot, stream in self._feet.items()}

    def push(self, samples: Samples) -> Results:
        """Take one foot's next samples.

        Raises
        ------
        ValueError
            If the foot is not part of the session or the samples do not follow those before.
        """
        foot = samples.foot
        if foot not in self._feet:
            raise ValueError(f"push: this session has no {foot} foot")
        if not len(samples):
            return self._results({})
        if samples.time_s[0] <= self._last_s.get(foot, -np.inf):
            raise ValueError(f"push: {foot} samples begin at {samples.time_s[0]} s, not after those before")
        self._first_s.setdefault(foot, float(samples.time_s[0]))
        self._last_s[foot] = float(samples.time_s[-1])
        return self._results({foot: self._feet[foot].push(samples)})

    def flush(self) -> Results:
        """End the run: everything still open."""
        results = self._results({foot: stream.flush() for foot, stream in self._feet.items()}, end=True)
        if not self._first_s:
            return results
        rest = self._bouts.flush(max(self._last_s.values()))
        return replace(results, bouts=results.bouts + tuple(rest))

    def _results(self, new: Mapping[Foot, Strides], *, end: bool = False) -> Results:
        for foot, rows in new.items():
            if len(rows):
                self._pairs[foot].add(rows)
        settled_s = {foot: np.inf if end else stream.settled_s for foot, stream in self._feet.items()}
        strides = {foot: self._release(foot, settled_s) for foot in self._feet}
        rolls = tuple(finding for stream in self._feet.values() for finding in stream.findings())
        self._watch.note(rolls)
        if len(self._first_s) < len(self._feet) and not end:
            return Results(strides, findings=rolls)
        complete_s = min(min(settled_s[foot], self._pairs[foot].earliest_s) for foot in self._feet)
        origin_s = min(self._first_s.values(), default=0.0)
        for pairer in self._pairs.values():
            pairer.forget(complete_s)
        self._bouts.begin(origin_s)
        last_s = max(self._last_s.values(), default=0.0) if end else np.inf
        return Results(
            strides,
            tuple(self._windows.push(strides, origin_s, complete_s, last_s)),
            tuple(self._bouts.push(strides, {foot: each.still() for foot, each in self._feet.items()}, complete_s)),
            (*rolls, *self._watch.push(strides, self._moved_s, origin_s, complete_s)),
            tuple(self._live.push(strides, origin_s, complete_s, last_s)),
        )

    @property
    def _moved_s(self) -> list[float]:
        return [time_s for stream in self._feet.values() for time_s in stream.moved_s]

    def _release(self, foot: Foot, settled_s: Mapping[Foot, float]) -> Strides:
        """The foot's strides whose other foot is known, or all of them where there is no other."""
        if foot.other not in self._feet:
            return self._pairs[foot].release(np.empty(0), np.inf)
        return self._pairs[foot].release(self._pairs[foot.other].contacts_s, settled_s[foot.other])

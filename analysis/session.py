"""Analysis of one run, streaming: samples of either foot in; strides, windows, bouts and findings out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from surefoot.analysis.bouts import BoutBuilder
from surefoot.analysis.companions import CompanionReading
from surefoot.analysis.comparability import differences
from surefoot.analysis.drift.baseline import Baseline
from surefoot.analysis.drift.monitor import DriftMonitor
from surefoot.analysis.findings import Finding
from surefoot.analysis.foot_pipeline import FootPipeline
from surefoot.analysis.inversion.exchanged_pods import ExchangedPodsMonitor
from surefoot.analysis.inversion.stance_reference import POPULATION_REFERENCE, StanceReference
from surefoot.analysis.model import Bout, Flag, Foot, Mounting, Reason, Samples, Strides, Window
from surefoot.analysis.pairing import Spans
from surefoot.analysis.parameters import DEFAULTS, Parameters
from surefoot.analysis.sample_checks import GyrUnit, SampleGate
from surefoot.analysis.weeks.usual import NOTHING_KNOWN, Usual
from surefoot.analysis.weeks.usual_monitor import UsualMonitor
from surefoot.analysis.windowing import Segment
from surefoot.analysis.windows import WindowBuilder

BOTH_FEET = (Foot.LEFT, Foot.RIGHT)


@dataclass(frozen=True, slots=True)
class Results:
    """What became known. Each stride, window and bout is given once and never changes; findings come in revisions.

    `windows` are of 30 s, for statistics, `live` ones of 10 s. `clock_sd_s` is that of the `Session`. `companions` is
    what sensors beside the pods said; a `Session` knows none.
    """

    strides: Mapping[Foot, Strides]
    windows: tuple[Window, ...] = ()
    bouts: tuple[Bout, ...] = ()
    findings: tuple[Finding, ...] = ()
    live: tuple[Window, ...] = ()
    clock_sd_s: float | None = None
    companions: tuple[CompanionReading, ...] = ()

    @classmethod
    def join(cls, parts: list[Results]) -> Results:
        """Consecutive results as one."""
        return cls(
            {foot: Strides.join([part.strides[foot] for part in parts]) for foot in parts[0].strides},
            tuple(window for part in parts for window in part.windows),
            tuple(bout for part in parts for bout in part.bouts),
            tuple(finding for part in parts for finding in part.findings),
            tuple(window for part in parts for window in part.live),
            parts[0].clock_sd_s,
            tuple(reading for part in parts for reading in part.companions),
        )


class Session:
    """Analysis of one run. Any cut of the samples, and any interleaving of the feet, gives the same results.

    Strides wait for the other foot, so both feet's samples must keep coming; with one pod name that foot alone, and
    call `mark_absent` for a pod that stops sending.

    Parameters
    ----------
    baseline : what left against right is compared with; by default the run's own first minutes.
    stance_references : each foot's usual stances, which inversion events stand out from; by default those of healthy
        runners until the run has shown its own.
    parameters : thresholds and window lengths; a baseline made with others is refused.
    unit : unit of the samples' angular rate; by default rad/s, and values that are no foot's in rad/s are refused.
    sides_confirmed : whether the runner says that each pod is on the foot that it was given; it is not asked then.
    clock_sd_s : standard uncertainty of the offset between the two feet's clocks, in seconds, 0 where both are one. The
        intervals of step, of flight and of how the feet differ in them allow for it. By default nothing is known, and
        they allow for what would go unnoticed; see `clock_offset.clock_error_s`.
    usual : the runner's healthy runs that they confirmed; by default none, and nothing is compared with them.
    clocks_unknown_s : (start, end) of stretches, in order, in which nothing tells one foot's clock from the other's:
        their strides have no step and no flight.
    """

    def __init__(
        self,
        feet: Sequence[Foot | str] = BOTH_FEET,
        baseline: Baseline | None = None,
        stance_references: Mapping[Foot, StanceReference] | None = None,
        unit: GyrUnit | None = None,
        parameters: Parameters = DEFAULTS,
        *,
        sides_confirmed: bool = False,
        clock_sd_s: float | None = None,
        clocks_unknown_s: Spans = (),
        usual: Usual = NOTHING_KNOWN,
    ) -> None:
        if not feet:
            raise ValueError("Session: name at least one foot")
        if clock_sd_s is not None and not 0.0 <= clock_sd_s < math.inf:
            raise ValueError(f"Session: clock_sd_s is in seconds, 0 or more; got {clock_sd_s}")
        times_s = [time_s for span_s in clocks_unknown_s for time_s in span_s]
        if times_s != sorted(times_s):
            raise ValueError(f"Session: clocks_unknown_s are stretches in order; got {clocks_unknown_s}")
        if baseline is not None and baseline.parameters != parameters.changed:
            raise ValueError("Session: the baseline was made with other parameters; make it anew with these")
        self.parameters, self.clock_sd_s = parameters, clock_sd_s
        names = tuple(Foot(foot) for foot in feet)
        self._gates = {foot: SampleGate(foot, unit) for foot in names}
        self._ended = False
        references = stance_references or {}
        self._feet = {
            foot: FootPipeline(
                foot,
                references.get(foot, POPULATION_REFERENCE),
                parameters,
                side_confirmed=sides_confirmed,
                clocks_unknown_s=clocks_unknown_s,
            )
            for foot in names
        }
        self._windows = WindowBuilder(names, parameters.window_s, self._unlike, clock_sd_s)
        self._live = WindowBuilder(names, parameters.live_window_s, self._unlike, clock_sd_s)
        self._bouts = BoutBuilder(parameters)
        self._drift = DriftMonitor(names, baseline, parameters, self._unlike)
        self._usual = UsualMonitor(usual)
        self._exchanged = ExchangedPodsMonitor(confirmed=sides_confirmed)

    @property
    def mountings(self) -> Mapping[Foot, Mounting]:
        """How each pod sits on its shoe, as known now."""
        return {foot: pipeline.mounting for foot, pipeline in self._feet.items()}

    @property
    def rolled_in_deg(self) -> Mapping[Foot, float]:
        """How far each foot rolls in after landing, which shows its side; see `inversion.chirality`."""
        return {foot: pipeline.rolled_in_deg for foot, pipeline in self._feet.items()}

    @property
    def pods_in_question(self) -> bool:
        """Whether both pods seem to be on the other foot, as known now: only the runner can tell."""
        return self._exchanged.in_question

    @property
    def dropped_readings(self) -> Mapping[Foot, int]:
        """Readings left out so far, by foot, because a number was missing: they count as gaps."""
        return {foot: gate.dropped for foot, gate in self._gates.items()}

    @property
    def baseline(self) -> Baseline:
        """What left against right is compared with, as known now."""
        return replace(self._drift.baseline, parameters=self.parameters.changed)

    @property
    def stance_references(self) -> Mapping[Foot, StanceReference]:
        """Each foot's usual stances, as known now."""
        return {foot: pipeline.stance_reference for foot, pipeline in self._feet.items()}

    def push(self, samples: Samples) -> Results:
        """Take one foot's next samples.

        Raises
        ------
        ValueError
            If the foot is not part of the session, the samples do not follow those before or each other, their angular
            rate is no foot's in rad/s, or the session was flushed.
        """
        pipeline = self._pipeline("push", samples.foot)
        if self._ended:
            raise ValueError(f"push: {samples.foot} samples after flush; begin a new Session")
        gate = self._gates[samples.foot]
        samples = gate.admit(samples)
        if len(samples):
            pipeline.push(samples)
            gate.check_unit(pipeline.moving_rates_radps)
        return self._results()

    def push_inclination(self, time_s: float, inclination_pct: float) -> None:
        """Take a treadmill's inclination, before the samples after `time_s`; findings name it where it has changed."""
        self._drift.add_inclination(time_s, inclination_pct)

    def mark_absent(self, foot: Foot, until_s: float) -> Results:
        """Advance a foot's watermark to `until_s`: results before that time no longer wait for the foot.

        Samples of that time may still come. Their strides are given, flagged as `LATE`, and left out of pairing,
        windows, bouts and findings. What is late depends on which of this foot's samples come before the call, not on
        how samples are cut.
        """
        self._pipeline("mark_absent", foot).mark_absent(until_s)
        return self._results()

    def flush(self) -> Results:
        """End the run: results of everything still open."""
        self._ended = True
        for pipeline in self._feet.values():
            pipeline.flush()
        results = self._results(end=True)
        last_s = max(pipeline.last_s for pipeline in self._feet.values())
        rest = self._bouts.flush(last_s) if np.isfinite(last_s) else []
        return replace(results, bouts=results.bouts + tuple(rest))

    def _pipeline(self, caller: str, foot: Foot) -> FootPipeline:
        if foot not in self._feet:
            raise ValueError(f"{caller}: this session has no {foot} foot")
        return self._feet[foot]

    def _results(self, *, end: bool = False) -> Results:
        """What became known since the last call; `end` means that nothing will follow."""
        events = self._take_events()
        foot_watermark_s = {foot: np.inf if end else pipeline.watermark_s for foot, pipeline in self._feet.items()}
        origin_s = min(pipeline.first_s for pipeline in self._feet.values())
        if min(foot_watermark_s.values()) <= origin_s and not end:
            nothing = {foot: Strides.empty(foot) for foot in self._feet}
            return Results(nothing, findings=events, clock_sd_s=self.clock_sd_s)
        strides = {foot: self._release(foot, foot_watermark_s) for foot in self._feet}
        watermark_s = min(*foot_watermark_s.values(), *(each.pairer.earliest_start_s for each in self._feet.values()))
        for pipeline in self._feet.values():
            pipeline.pairer.forget(watermark_s)
        if not np.isfinite(origin_s):
            return Results(strides, findings=events, clock_sd_s=self.clock_sd_s)
        return self._aggregated(strides, events, origin_s, watermark_s, end=end)

    def _aggregated(
        self,
        strides: Mapping[Foot, Strides],
        events: tuple[Finding, ...],
        origin_s: float,
        watermark_s: float,
        *,
        end: bool,
    ) -> Results:
        """The strides with the windows, bouts and findings that follow from them."""
        on_time = {foot: rows[~late] if (late := rows.has(Flag.LATE)).any() else rows for foot, rows in strides.items()}
        self._bouts.begin(origin_s)
        last_s = max(pipeline.last_s for pipeline in self._feet.values()) if end else np.inf
        still = {foot: pipeline.take_still_seconds() for foot, pipeline in self._feet.items()}
        windows = tuple(self._windows.push(on_time, origin_s, watermark_s, last_s))
        drifted = self._drift.push(on_time, self._moved_s, origin_s, watermark_s)
        return Results(
            strides,
            windows,
            tuple(self._bouts.push(on_time, still, watermark_s)),
            (*events, *drifted, *self._usual.push(windows, end=end), *self._ask(watermark_s)),
            tuple(self._live.push(on_time, origin_s, watermark_s, last_s)),
            self.clock_sd_s,
        )

    def _unlike(self, segment: Segment) -> frozenset[Reason]:
        """In what the pods' readings of a segment differ; their rates are known before their first strides."""
        rates_hz = {foot: pipeline.rate_hz for foot, pipeline in self._feet.items()}
        places = {foot: pipeline.place.known_before(segment.end_s) for foot, pipeline in self._feet.items()}
        return differences(rates_hz, segment.strides, places)

    def _ask(self, watermark_s: float) -> list[Finding]:
        """The question whether the pods are exchanged, if it is to be asked now."""
        courses = {foot: pipeline.take_chirality() for foot, pipeline in self._feet.items()}
        return self._exchanged.push(courses, watermark_s)

    def _take_events(self) -> tuple[Finding, ...]:
        """New inversion findings of all feet; those that are not late go to the drift monitor too."""
        found = [pipeline.take_findings() for pipeline in self._feet.values()]
        self._drift.add_events(event for _, on_time in found for event in on_time)
        return tuple(event for every, _ in found for event in every)

    @property
    def _moved_s(self) -> list[float]:
        return [time_s for pipeline in self._feet.values() for time_s in pipeline.moved_s]

    def _release(self, foot: Foot, foot_watermark_s: Mapping[Foot, float]) -> Strides:
        """The foot's strides whose other foot is known, or all of them in a session of one foot."""
        pairer = self._feet[foot].pairer
        if foot.other not in self._feet:
            return pairer.release(np.empty(0), np.empty((2, 0)), np.inf)
        other = self._feet[foot.other].pairer
        return pairer.release(other.contacts_s, other.stances_s, foot_watermark_s[foot.other])

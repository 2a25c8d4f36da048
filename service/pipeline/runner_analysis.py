"""Streaming analysis of a run: one session per runner, fed batch by batch."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType

import numpy as np

from surefoot.analysis.companions import INCLINATION, CompanionReading
from surefoot.analysis.foot_pod_session import FootPodSession
from surefoot.analysis.model import Foot, Mounting, Samples, Strides
from surefoot.analysis.parameters import DEFAULTS, Parameters
from surefoot.analysis.session import Results, Session
from surefoot.analysis.weeks.usual import NOTHING_KNOWN, Usual
from surefoot.sensor_ingest.recording.assembler import Batch, CompanionNews, Given, SilentPod
from surefoot.sensor_ingest.recording.journal import JournalHole
from surefoot.sensor_ingest.recording.manifest import CompanionAssignment, Manifest, PodAssignment, names_of
from surefoot.sensor_ingest.recording.packet_reordering import PodCounts
from surefoot.sensor_ingest.recording.pair_clock import TIMED_LIVE, PairClock
from surefoot.sensor_ingest.recording.pod_health import HealthNote
from surefoot.service.pipeline.analysis import Analysis, conclude
from surefoot.service.pipeline.kept_usual import kept_usual
from surefoot.service.pipeline.sampling_stats import (
    SamplingCounter,
    SamplingStats,
    clock_notes,
    damage_notes,
    pod_notes,
)
from surefoot.service.pipeline.sides import PODS_QUESTION, exchange_advice

ResultSink = Callable[[str, Results, float], None]
"""Called with (runner, new results, watermark_s): session time up to which all results are known."""
MAX_FOOT_LAG_S = 5.0
"""A foot that lags further behind the other does not hold back the watermark."""
MAX_TOLD_AFTER_S = 5.0
"""What companions say is given with what else becomes known, or at the latest after so long."""
PRUNE_PERIOD_S = 60.0
"""Period of dropping results older than `retain_s`."""


class RunnerAnalysis:
    """One runner: samples in, all results so far out.

    Parameters
    ----------
    sink : called with new results and the watermark before they can be read here.
    retain_s : age at which results are dropped; unless infinite, sampling statistics are not kept either.
    sides_confirmed : see `Session`.
    clock : how well the pods' clocks are known against each other.
    repair : sentence on what to do if the pods are exchanged, with a space before it.
    usual : see `Session`.
    """

    def __init__(
        self,
        feet: Sequence[Foot],
        sink: Callable[[Results, float], None],
        retain_s: float,
        parameters: Parameters = DEFAULTS,
        *,
        sides_confirmed: bool = False,
        clock: PairClock = TIMED_LIVE,
        repair: str = "",
        usual: Usual = NOTHING_KNOWN,
    ) -> None:
        self.last_stride_s: float | None = None
        """End of the last stride, running or walking; None before there is one."""
        self._sink = sink
        self._retain_s = retain_s
        self._newest_s: dict[Foot, float] = {}
        self._heard_s = 0.0
        self._pruned_s = 0.0
        self.feet = tuple(foot for foot in Foot if foot in feet)
        self._clock = clock = clock if len(self.feet) > 1 else TIMED_LIVE
        self._session = (
            Session(
                self.feet,
                parameters=parameters,
                sides_confirmed=sides_confirmed,
                clock_sd_s=clock.sd_s,
                clocks_unknown_s=clock.unknown_s,
                usual=usual,
            )
            if self.feet
            else FootPodSession(parameters)
        )
        self._repair = repair
        self._sampling = {foot: SamplingCounter() for foot in self.feet}
        self._counts: dict[Foot, PodCounts] = {}
        self._limits: dict[Foot, Sequence[str]] = {}
        self._holes: Sequence[JournalHole] = ()
        self._nothing = Results({foot: Strides.empty(foot) for foot in self.feet}, clock_sd_s=clock.sd_s)
        self._parts = [self._nothing]
        self._untold: list[CompanionReading] = []

    def push(self, samples: Samples) -> None:
        """Take one foot's next samples."""
        if math.isinf(self._retain_s):
            self._sampling[samples.foot].push(samples)
        self._newest_s[samples.foot] = float(samples.time_s[-1])
        self._add(self._of_feet.push(samples))

    def push_companion(self, reading: CompanionReading) -> None:
        """Take what a sensor beside the pods said, or the foot pod of somebody without them."""
        self._untold.append(reading)
        if isinstance(self._session, FootPodSession):
            self._heard_s = reading.time_s
            self._add(self._session.push_companion(reading))
            self.last_stride_s = self._session.moved_s
            return
        if INCLINATION in reading.values:
            self._session.push_inclination(reading.time_s, reading.values[INCLINATION])
        if reading.time_s - self._untold[0].time_s >= MAX_TOLD_AFTER_S:
            self._add(self._nothing)

    def absent(self, foot: Foot, until_s: float) -> None:
        """Stop waiting for a foot's samples before `until_s`."""
        self._add(self._of_feet.mark_absent(foot, until_s))

    def count(self, foot: Foot, counts: PodCounts, limits: Sequence[str] = ()) -> None:
        """Keep the counts of a pod's packets, and what it cannot do, for the notes on data quality."""
        self._counts[foot], self._limits[foot] = counts, limits

    def note_damage(self, holes: Sequence[JournalHole]) -> None:
        """Keep the holes of the recording, for the notes on data quality."""
        self._holes = holes

    def flush(self) -> None:
        """End the run."""
        self._add(self._session.flush())

    @property
    def results(self) -> Results:
        """All results so far."""
        if len(self._parts) > 1:
            self._parts = [Results.join(self._parts)]
        return self._parts[0]

    @property
    def last_s(self) -> float:
        """Session time of the newest sample, or of what the foot pod of somebody without pods said last."""
        return max(self._newest_s.values(), default=self._heard_s)

    @property
    def mountings(self) -> Mapping[Foot, Mounting]:
        """Orientation of each pod on its shoe, as known now."""
        return self._session.mountings

    @property
    def pods_in_question(self) -> bool:
        """Whether both pods seem to be on the other foot, as known now."""
        return self._session.pods_in_question

    def conclude(self) -> Analysis:
        """The analysis of all samples so far; a foot without samples counts as not recorded."""
        readings = {foot: self._readings(foot) for foot, counter in self._sampling.items() if not counter.empty}
        question = f"{PODS_QUESTION}{self._repair}" if self.pods_in_question else ""
        return conclude(readings, self._session, self.results, dict.fromkeys(readings, question) if question else {})

    def _readings(self, foot: Foot) -> SamplingStats:
        found = self._sampling[foot].readings()
        notes = (
            *self._limits.get(foot, ()),
            *found.notes,
            *pod_notes(self._counts.get(foot, PodCounts())),
            *clock_notes(self._clock, self.results.strides[foot]),
            *damage_notes(self._holes),
        )
        return replace(found, notes=notes)

    @property
    def _of_feet(self) -> Session:
        assert isinstance(self._session, Session)
        return self._session

    @property
    def _watermark_s(self) -> float:
        """Session time that all feet have reached, at most `MAX_FOOT_LAG_S` behind the newest sample."""
        slowest_s = min((self._newest_s.get(foot, 0.0) for foot in self.feet), default=self._heard_s)
        return max(slowest_s, self.last_s - MAX_FOOT_LAG_S)

    def _add(self, new: Results) -> None:
        if self._untold:
            new = replace(new, companions=tuple(self._untold))
            self._untold = []
        self._sink(new, self._watermark_s)
        ends_s = [float(rows.next_initial_contact_s[-1]) for rows in new.strides.values() if len(rows)]
        self.last_stride_s = max(ends_s, default=self.last_stride_s)
        if (
            new.windows
            or new.live
            or new.bouts
            or new.findings
            or new.companions
            or any(len(strides) for strides in new.strides.values())
        ):
            self._parts.append(new)
        if self._watermark_s > self._pruned_s + PRUNE_PERIOD_S and not math.isinf(self._retain_s):
            self._parts = [recent(self.results, self._watermark_s - self._retain_s)]
            self._pruned_s = self._watermark_s


class RunAnalysis:
    """All runners of a run, by id in the order of its pods.

    Parameters
    ----------
    chunk_s : samples are collected for so long before they are analysed; faster, with the same results.
    sink, retain_s : see `RunnerAnalysis`.
    sides_confirmed : runners who say that their pods are on the feet named.
    pair_clocks : runner → how well the pods' clocks are known against each other, where they were not timed live.
    run_id : of the run, for what is advised.
    usual : runner → what their left against right is compared with.
    """

    def __init__(
        self,
        pods: Sequence[PodAssignment],
        chunk_s: float = 0.0,
        *,
        sink: ResultSink = lambda *_: None,
        retain_s: float = math.inf,
        parameters: Parameters = DEFAULTS,
        sides_confirmed: Sequence[str] = (),
        pair_clocks: Mapping[str, PairClock] = MappingProxyType({}),
        run_id: str = "",
        companions: Sequence[CompanionAssignment] = (),
        usual: Mapping[str, Usual] = MappingProxyType({}),
    ) -> None:
        self.chunk_s = chunk_s
        self.health_notes: Sequence[HealthNote] = ()
        """How the pods were, of a run read from its recording."""
        self._pods, self._companions = tuple(pods), tuple(companions)
        self._waiting: dict[int, list[Batch]] = {}
        self.names = names_of(pods, companions)
        self.runners = {
            runner: RunnerAnalysis(
                [pod.foot for pod in pods if pod.runner == runner],
                partial(sink, runner),
                retain_s,
                parameters,
                sides_confirmed=runner in sides_confirmed,
                clock=pair_clocks.get(runner, TIMED_LIVE),
                repair=exchange_advice(run_id, runner if len(self.names) > 1 else "") if run_id else "",
                usual=usual.get(runner, NOTHING_KNOWN),
            )
            for runner in self.names
        }

    @classmethod
    def for_run(
        cls, run: Manifest, chunk_s: float = 0.0, *, sink: ResultSink = lambda *_: None, retain_s: float = math.inf
    ) -> RunAnalysis:
        """The analysis of a run, with the parameters that it was begun with."""
        return cls(
            run.pods,
            chunk_s,
            sink=sink,
            retain_s=retain_s,
            parameters=Parameters.from_changed(run.parameters),
            sides_confirmed=run.sides_confirmed,
            pair_clocks=run.pair_clocks,
            run_id=run.run_id,
            companions=run.companions,
            usual={runner: kept_usual(run, runner) for runner in run.runners},
        )

    def push(self, item: Given) -> None:
        """Take the next batch, silence or news of a companion."""
        if isinstance(item, CompanionNews):
            self._push_companion(item)
            return
        if isinstance(item, SilentPod):
            self._analyze(item.pod)
            worn = self._pods[item.pod]
            self.runners[worn.runner].absent(worn.foot, item.watermark_s)
            return
        self._waiting.setdefault(item.pod, []).append(item)
        for pod, waiting in list(self._waiting.items()):
            if waiting[-1].samples.time_s[-1] - waiting[0].samples.time_s[0] >= self.chunk_s:
                self._analyze(pod)

    def _push_companion(self, news: CompanionNews) -> None:
        owner = self._companions[news.number].runner if news.number < len(self._companions) else None
        if owner in self.runners:
            self.runners[owner].push_companion(news.reading)

    def flush(self) -> None:
        """End the run."""
        for pod in list(self._waiting):
            self._analyze(pod)
        for runner in self.runners.values():
            runner.flush()

    def _analyze(self, pod: int) -> None:
        if waiting := self._waiting.pop(pod, []):
            self.runners[waiting[0].runner].push(concatenate([batch.samples for batch in waiting]))

    def conclude(self) -> dict[str, Analysis]:
        """Each runner's analysis, by id."""
        return {runner: analysis.conclude() for runner, analysis in self.runners.items()}


def recent(results: Results, since_s: float) -> Results:
    """Results that end at `since_s` or later."""
    return Results(
        {foot: rows[rows.next_initial_contact_s >= since_s] for foot, rows in results.strides.items()},
        tuple(window for window in results.windows if window.end_s >= since_s),
        tuple(bout for bout in results.bouts if bout.end_s >= since_s),
        tuple(finding for finding in results.findings if finding.known_s >= since_s),
        tuple(window for window in results.live if window.end_s >= since_s),
        results.clock_sd_s,
        tuple(reading for reading in results.companions if reading.time_s >= since_s),
    )


def concatenate(parts: Sequence[Samples]) -> Samples:
    """Consecutive samples of one foot, joined."""
    if len(parts) == 1:
        return parts[0]
    names = ("time_s", "acc_mps2", "gyr_radps", "clipped", "gyr_clipped")
    return Samples(parts[0].foot, *(np.concatenate([getattr(part, name) for part in parts]) for name in names))

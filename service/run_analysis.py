"""A run while it is analysed: one session for each of its runners, fed batch by batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from analysis.model import Foot, Mounting, Samples, Strides
from analysis.session import Results, Session
from sensor_ingest.assembler import Batch
from sensor_ingest.run_folder import WornPod
from sensor_ingest.track import PodCounts
from service.analyze import Analysis, conclude
from service.readings import Readings, Tally, pod_notes


class RunnerAnalysis:
    """One runner: samples in, everything that is known so far out."""

    def __init__(self, feet: Sequence[Foot]) -> None:
        self.feet = tuple(foot for foot in Foot if foot in feet)
        self._session = Session(self.feet)
        self._tallies = {foot: Tally() for foot in self.feet}
        self._counts: dict[Foot, PodCounts] = {}
        self._parts = [Results({foot: Strides.none(foot) for foot in self.feet})]

    def push(self, samples: Samples) -> None:
        """Take one foot's next samples."""
        self._tallies[samples.foot].push(samples)
        self._add(self._session.push(samples))

    def count(self, foot: Foot, counts: PodCounts) -> None:
        """Take note of what became of a pod's packets."""
        self._counts[foot] = counts

    def flush(self) -> None:
        """End the run."""
        self._add(self._session.flush())

    @property
    def results(self) -> Results:
        """All so far."""
        if len(self._parts) > 1:
            self._parts = [Results.join(self._parts)]
        return self._parts[0]

    @property
    def mountings(self) -> Mapping[Foot, Mounting]:
        """How each pod sits on its shoe, as known now."""
        return self._session.mountings

    def conclude(self) -> Analysis:
        """The analysis of all so far; a foot of which nothing came was not recorded."""
        readings = {foot: self._readings(foot) for foot, tally in self._tallies.items() if not tally.empty}
        return conclude(readings, self.mountings, self.results)

    def _readings(self, foot: Foot) -> Readings:
        found = self._tallies[foot].readings()
        return replace(found, notes=(*found.notes, *pod_notes(self._counts.get(foot, PodCounts()))))

    def _add(self, new: Results) -> None:
        if new.windows or new.bouts or new.findings or any(len(strides) for strides in new.strides.values()):
            self._parts.append(new)


class RunAnalysis:
    """All runners of a run, by name in the order of its pods.

    Parameters
    ----------
    piece_s : of samples that are collected before they are analysed, which is faster and gives the same.
    """

    def __init__(self, pods: Sequence[WornPod], piece_s: float = 0.0) -> None:
        self._piece_s = piece_s
        self._waiting: dict[int, list[Batch]] = {}
        names = dict.fromkeys(pod.runner for pod in pods)
        self.runners = {name: RunnerAnalysis([pod.foot for pod in pods if pod.runner == name]) for name in names}

    def push(self, batch: Batch) -> None:
        """Take the next batch."""
        waiting = self._waiting.setdefault(batch.pod, [])
        waiting.append(batch)
        if batch.samples.time_s[-1] - waiting[0].samples.time_s[0] >= self._piece_s:
            self._analyze(batch.pod)

    def flush(self) -> None:
        """End the run."""
        for pod in list(self._waiting):
            self._analyze(pod)
        for runner in self.runners.values():
            runner.flush()

    def _analyze(self, pod: int) -> None:
        waiting = self._waiting.pop(pod)
        self.runners[waiting[0].runner].push(joined([batch.samples for batch in waiting]))

    def conclude(self) -> dict[str, Analysis]:
        """Each runner's analysis."""
        return {name: runner.conclude() for name, runner in self.runners.items()}


def joined(parts: Sequence[Samples]) -> Samples:
    """One foot's consecutive samples as one."""
    if len(parts) == 1:
        return parts[0]
    names = ("time_s", "acc_mps2", "gyr_radps", "clipped")
    return Samples(parts[0].foot, *(np.concatenate([getattr(part, name) for part in parts]) for name in names))

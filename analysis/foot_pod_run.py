"""A run that a foot pod of another maker recorded alone: when somebody ran and walked, how fast, and how far.

It tells steps per minute of both feet, and speed where it measures it; nothing of contact, impact, ankle rolls or left
against right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from surefoot.analysis.companions import FOOT_POD_CADENCE, FOOT_POD_SPEED, Companion, CompanionReading
from surefoot.analysis.model import Bout, BoutKind, Floats

FOOT_POD_ALONE = (
    "Recorded by a foot pod alone: cadence, and speed and distance where it tells speed. Contact, impact, ankle rolls "
    "and left against right are not measured."
)
MIN_RUNNING_SPM, MIN_WALKING_SPM = 140.0, 40.0
"""Nobody walks in faster steps for long, and few run in slower ones; slower still is standing about."""
MAX_GAP_S = 15.0
"""One value a second should come; what was between two that are further apart is not known."""
HOLD_S = 10.0
"""What does not last so long is part of what was before and after."""


class FootPodBouts:
    """What a foot pod says in, in order; bouts out, each once, that cover the recording without gaps."""

    def __init__(self) -> None:
        self._open: Bout | None = None
        self._turn_s: float | None = None
        self._last_s = 0.0

    def push(self, reading: CompanionReading) -> list[Bout]:
        """Bouts that are over."""
        kind = _kind(reading)
        if kind is None:
            return []
        if self._open is None:
            self._open, self._last_s = Bout(kind, reading.time_s, reading.time_s), reading.time_s
            return []
        kind = BoutKind.OTHER if reading.time_s - self._last_s > MAX_GAP_S else kind
        self._last_s = reading.time_s
        return self._extend(self._open, kind, reading.time_s)

    def flush(self) -> list[Bout]:
        """The bout still open at the end of the recording."""
        return [] if self._open is None else [replace(self._open, end_s=self._last_s)]

    def _extend(self, known: Bout, kind: BoutKind, end_s: float) -> list[Bout]:
        if kind is known.kind:
            self._open, self._turn_s = replace(known, end_s=end_s), None
            return []
        self._turn_s = known.end_s if self._turn_s is None else self._turn_s
        if end_s - self._turn_s < HOLD_S:
            return []
        self._open = Bout(kind, self._turn_s, end_s)
        self._turn_s = None
        return [known]


@dataclass(frozen=True, slots=True)
class FootPodSummary:
    """What a foot pod told of a run.

    Parameters
    ----------
    steps : of both feet, running and walking.
    running_spm, walking_spm : mean cadence; None where nobody ran or walked.
    """

    steps: float
    running_spm: float | None
    walking_spm: float | None


def summarise_foot_pod(readings: Sequence[CompanionReading], bouts: Sequence[Bout]) -> FootPodSummary:
    """Summarise what was said within bouts of running and walking."""
    ran, walked = (list(_stretches(readings, bouts, kind)) for kind in (BoutKind.RUN, BoutKind.WALK))
    return FootPodSummary(
        sum(span_s * values[FOOT_POD_CADENCE] / 60.0 for span_s, values in (*ran, *walked)),
        _mean(ran),
        _mean(walked),
    )


def foot_pod_cadence_spm(readings: Iterable[CompanionReading], start_s: float, end_s: float) -> float:
    """Mean of what a foot pod said in a part of a run while somebody ran; NaN where nobody did."""
    told = [each.values[FOOT_POD_CADENCE] for each in readings if start_s <= each.time_s < end_s and is_running(each)]
    return float(np.mean(told)) if told else np.nan


def foot_pod_values(readings: Iterable[CompanionReading], key: str, time_s: Floats) -> Floats:
    """(n,) what a foot pod said last at each of these moments, by key of `QUANTITIES`; NaN once that is old."""
    said = [each for each in readings if key in each.values]
    told_s, told = np.array([each.time_s for each in said]), np.array([each.values[key] for each in said])
    if not len(said):
        return np.full(len(time_s), np.nan)
    last = np.searchsorted(told_s, time_s, side="right") - 1
    known = (last >= 0) & (time_s - told_s[last] <= MAX_GAP_S)
    values: Floats = np.where(known, told[last], np.nan)
    return values


def foot_pod_course(readings: Iterable[CompanionReading]) -> tuple[Floats, Floats]:
    """(n,) session times in s and the distance covered until then in m; both empty where no speed was told."""
    said = [each for each in readings if FOOT_POD_SPEED in each.values]
    times_s = np.array([each.time_s for each in said])
    speeds_mps = np.array([each.values[FOOT_POD_SPEED] for each in said])
    spans_s = np.diff(times_s, prepend=times_s[:1])
    return times_s, np.cumsum(np.where(spans_s <= MAX_GAP_S, spans_s, 0.0) * speeds_mps)


def is_running(reading: CompanionReading) -> bool:
    """Whether a foot pod says that somebody runs."""
    return _kind(reading) is BoutKind.RUN


def is_moving(reading: CompanionReading) -> bool:
    """Whether a foot pod says that somebody runs or walks."""
    return _kind(reading) in {BoutKind.RUN, BoutKind.WALK}


def _stretches(
    readings: Iterable[CompanionReading], bouts: Sequence[Bout], kind: BoutKind
) -> Iterator[tuple[float, Mapping[str, float]]]:
    """Duration and values of what a foot pod said within bouts of a kind; each holds since the one before."""
    said = [reading for reading in readings if _kind(reading) is not None]
    starts_s = np.array([bout.start_s for bout in bouts])
    for before, reading in pairwise(said):
        span_s = reading.time_s - before.time_s
        place = int(np.searchsorted(starts_s, 0.5 * (before.time_s + reading.time_s))) - 1
        if place >= 0 and bouts[place].kind is kind and span_s <= MAX_GAP_S:
            yield span_s, reading.values


def _mean(stretches: Sequence[tuple[float, Mapping[str, float]]]) -> float | None:
    """Mean cadence over time."""
    total_s = sum(span_s for span_s, _ in stretches)
    return sum(span_s * values[FOOT_POD_CADENCE] for span_s, values in stretches) / total_s if total_s else None


def _kind(reading: CompanionReading) -> BoutKind | None:
    """What somebody does by a foot pod's cadence; None if this is of another sensor."""
    spm = reading.values.get(FOOT_POD_CADENCE)
    if reading.companion is not Companion.FOOT_POD or spm is None:
        return None
    return BoutKind.RUN if spm >= MIN_RUNNING_SPM else BoutKind.WALK if spm >= MIN_WALKING_SPM else BoutKind.STILL

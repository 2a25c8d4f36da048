"""Sampling rate and losses of one foot's readings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Flag, Floats, Samples, Strides
from surefoot.analysis.uncertainty import Z95
from surefoot.sensor_ingest.files.cleaning import Recording
from surefoot.sensor_ingest.files.timestamps import find_gaps, mean_interval
from surefoot.sensor_ingest.formatting import pluralize
from surefoot.sensor_ingest.recording.journal import JournalHole
from surefoot.sensor_ingest.recording.packet_reordering import PodCounts
from surefoot.sensor_ingest.recording.pair_clock import TIMED_LIVE, PairClock

MIN_ROWS = 40
"""No rate is estimated from fewer readings."""


@dataclass(frozen=True, slots=True)
class SamplingStats:
    """Sampling of one foot.

    Parameters
    ----------
    sampling_rate_hz : readings per second outside gaps; NaN from fewer than `MIN_ROWS`.
    loss_pct : share of readings missing in gaps, 0 to 100.
    notes : what was found and what was done about it, one sentence each.
    has_gravity : False where gravity was removed from the acceleration.
    """

    sampling_rate_hz: float
    loss_pct: float
    has_gyroscope: bool
    notes: tuple[str, ...]
    has_gravity: bool = True

    @classmethod
    def from_recording(cls, recording: Recording) -> SamplingStats:
        """Statistics of a file."""
        return cls(
            recording.sampling_rate_hz,
            recording.loss_pct,
            recording.has_gyroscope,
            recording.notes,
            recording.has_gravity is not False,
        )


class SamplingCounter:
    """Collects the times of a pod's readings."""

    def __init__(self) -> None:
        self._time_s: list[Floats] = []

    def push(self, samples: Samples) -> None:
        """Add the next samples."""
        self._time_s.append(samples.time_s)

    @property
    def empty(self) -> bool:
        """Whether there were no samples."""
        return not self._time_s

    def readings(self) -> SamplingStats:
        """Statistics of all samples so far."""
        time_s = np.concatenate(self._time_s) if self._time_s else np.empty(0)
        if len(time_s) < MIN_ROWS:
            return SamplingStats(np.nan, 0.0, True, ())
        interval_s = mean_interval(time_s)
        gaps = find_gaps(time_s, interval_s)
        loss_pct = 100.0 * gaps.missing / (gaps.missing + len(time_s))
        return SamplingStats(1.0 / interval_s, loss_pct, True, _gap_notes(gaps.count, gaps.longest_s, loss_pct))


def pod_notes(counts: PodCounts) -> tuple[str, ...]:
    """Notes on a pod's late, lost and malformed packets and restarts, one sentence each."""
    restarts = counts.boots - 1
    heard_live = counts.received - counts.duplicate - counts.malformed > counts.resent
    late = counts.resent if heard_live else 0
    notes = {
        "Nothing was heard while it was made: the pod kept it, and it was fetched.": counts.resent - late,
        f"{pluralize(late, 'packet')} came late, sent again after the pod was out of reach.": late,
        f"The pod restarted {pluralize(restarts, 'time')}.": max(restarts, 0),
        f"The pod lost {pluralize(counts.dropped_samples, 'reading')} before they were sent.": counts.dropped_samples,
        f"{pluralize(counts.malformed, 'packet')} made no sense and were left out.": counts.malformed,
    }
    return tuple(note for note, count in notes.items() if count)


def clock_notes(clock: PairClock, strides: Strides) -> tuple[str, ...]:
    """Note on how well the clocks of pods that kept the run by themselves agree, where that is known."""
    if clock == TIMED_LIVE or not len(strides) or strides.has(Flag.CLOCKS_UNKNOWN).all():
        return ()
    return (
        "The pods kept this run by themselves: by what they heard of each other, left and right agree to "
        f"{1e3 * Z95 * clock.sd_s:.1f} ms in 95 of 100 cases.",
    )


def damage_notes(holes: Sequence[JournalHole]) -> tuple[str, ...]:
    """Notes on what cannot be read of a run's recording."""
    spans_s = sorted({(hole.after_s, hole.until_s) for hole in holes if hole.until_s is not None and hole.length_s})
    ends_s = [hole.after_s for hole in holes if hole.until_s is None]
    notes = [f"Nothing after the first {_minutes(ends_s[0])} of the recording can be read."] if ends_s else []
    if spans_s:
        missing_s = max(sum(until_s - after_s for after_s, until_s in spans_s), 0.1)
        first = f"the first {_minutes(spans_s[0][0])}" if len(spans_s) > 1 else _minutes(spans_s[0][0])
        places = f" in {len(spans_s)} places" if len(spans_s) > 1 else ""
        notes.insert(0, f"The recording is damaged{places}: about {missing_s:.1f} s, {first} in, cannot be read.")
    return tuple(notes)


def _minutes(time_s: float) -> str:
    return f"{time_s / 60.0:.1f} min"


def _gap_notes(count: int, longest_s: float, loss_pct: float) -> tuple[str, ...]:
    if not count:
        return ()
    return (f"{pluralize(count, 'gap')}, the longest {longest_s:.3g} s, {loss_pct:.2g} % of the readings missing.",)

"""Step and flight time, which take the other foot's landing."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from surefoot.analysis.clock_offset import ClockWatch, stances_s
from surefoot.analysis.metrics import STRIDE_TIME
from surefoot.analysis.model import Bools, Flag, Floats, Strides

STEP_TIME_RATIO = (0.25, 0.75)
"""Share of the stride after which the other foot lands: near a half, with a bad limp 0.35. Outside this range the two
pods' clocks differ, or the landing is not the next one."""
STEP_KEYS = ("step_time_s", "flight_time_s")
Spans = Sequence[tuple[float, float]]
"""(start, end) in session time, in order."""


def add_step_metrics(strides: Strides, other_contact_s: Floats) -> Strides:
    """Strides with step and flight times from the other foot's initial contacts (m,) in time order; NaN where that is
    missing, the stride is late or a landing of it lies in a gap."""
    index = np.searchsorted(other_contact_s, strides.initial_contact_s, side="right")
    known = np.concatenate([other_contact_s, [np.nan]])
    ratio = (known[index] - strides.initial_contact_s) / strides.metrics[STRIDE_TIME]
    follows = (ratio > STEP_TIME_RATIO[0]) & (ratio < STEP_TIME_RATIO[1]) & ~strides.has(Flag.LATE | Flag.LANDING_GAP)
    landing = np.where(follows, known[index], np.nan)
    step_metrics = {
        "step_time_s": landing - strides.initial_contact_s,
        "flight_time_s": landing - strides.terminal_contact_s,
    }
    return dataclasses.replace(strides, metrics={**strides.metrics, **step_metrics})


def touch(strides: Strides, spans_s: Spans) -> Bools:
    """(n,) whether any part of a stride is within one of the spans."""
    starts_s, ends_s = np.array(spans_s, np.float64).reshape(-1, 2).T
    following = np.searchsorted(ends_s, strides.initial_contact_s, side="right")
    found: Bools = np.append(starts_s, np.inf)[following] < strides.next_initial_contact_s
    return found


def withhold_steps(strides: Strides, where: Bools, flag: Flag) -> Strides:
    """The strides without step and flight times, and flagged, where the feet's clocks are apart or not known."""
    steps = {key: np.where(where, np.nan, strides.metrics[key]) for key in STEP_KEYS}
    flags = strides.flags | np.where(where, int(flag), 0)
    return dataclasses.replace(strides, flags=flags, metrics={**strides.metrics, **steps})


class StridePairer:
    """Holds one foot's strides until the other foot is known up to their end; `clocks_unknown_s` as of a `Session`."""

    def __init__(self, empty: Strides, clocks_unknown_s: Spans = ()) -> None:
        self._empty = empty
        self._clocks_unknown_s = clocks_unknown_s
        self._buffer = [empty]
        self._contacts_s = np.empty(0)
        self._stances_s = np.empty((2, 0))
        self._clocks = ClockWatch()

    def add(self, strides: Strides) -> None:
        """Take this foot's new strides."""
        self._buffer.append(strides)
        complete = strides[~strides.has(Flag.LATE | Flag.LANDING_GAP)]
        ends = np.concatenate([self._contacts_s, complete.initial_contact_s, complete.next_initial_contact_s])
        self._contacts_s = np.unique(ends)
        self._stances_s = np.concatenate([self._stances_s, stances_s(complete)], axis=1)

    @property
    def contacts_s(self) -> Floats:
        """This foot's initial contacts in time order, back to the last `forget`."""
        return self._contacts_s

    @property
    def stances_s(self) -> Floats:
        """(2, m) this foot's landings and lift-offs, back to the last `forget`."""
        return self._stances_s

    @property
    def earliest_start_s(self) -> float:
        """Start of the first stride still held that is not late; infinite without one."""
        starts_s = (rows.initial_contact_s[~rows.has(Flag.LATE)] for rows in self._buffer if len(rows))
        return next((float(start_s[0]) for start_s in starts_s if len(start_s)), np.inf)

    def release(self, other_contact_s: Floats, other_stances_s: Floats, watermark_s: float) -> Strides:
        """Strides that end before the other foot's `watermark_s`, with step and flight times."""
        buffer = Strides.join(self._buffer)
        ready = int(np.searchsorted(buffer.next_initial_contact_s, watermark_s, side="right"))
        if not ready:
            self._buffer = [buffer]
            return self._empty
        self._buffer = [buffer[ready:]] if ready < len(buffer) else [self._empty]
        paired = add_step_metrics(buffer[:ready], other_contact_s)
        unknown = touch(paired, self._clocks_unknown_s)
        apart = np.zeros(len(paired), bool)
        apart[~unknown] = self._clocks.apart(paired[~unknown], other_stances_s)
        for where, flag in ((unknown, Flag.CLOCKS_UNKNOWN), (apart, Flag.CLOCKS_APART)):
            paired = withhold_steps(paired, where, flag) if where.any() else paired
        return paired

    def forget(self, before_s: float) -> None:
        """Drop contacts that no stride of the other foot can need."""
        self._contacts_s = self._contacts_s[np.searchsorted(self._contacts_s, before_s) :]
        self._stances_s = self._stances_s[:, np.searchsorted(self._stances_s[0], before_s) :]

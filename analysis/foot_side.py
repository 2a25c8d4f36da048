"""One foot of a session: its samples, its strides that wait for the other foot, and how long that one waits for it."""

from __future__ import annotations

import dataclasses

import numpy as np

from surefoot.analysis.bouts import StillSeconds
from surefoot.analysis.findings import Finding
from surefoot.analysis.foot_pipeline import FootPipeline
from surefoot.analysis.inversion.criteria import StanceReference
from surefoot.analysis.model import Flag, Foot, Mounting, Samples, Strides
from surefoot.analysis.pairing import StridePairer


class Side:
    """Follows one foot; what becomes known of a time that nobody waits for any more is late.

    `first_s` and `last_s` are the times of its first sample that is not late and of its last, `moved_s` those at which
    the pod was moved on its shoe.
    """

    def __init__(self, foot: Foot, stance_reference: StanceReference) -> None:
        self.pairer = StridePairer(Strides.empty(foot))
        self.first_s, self.last_s = np.inf, -np.inf
        self.moved_s: list[float] = []
        self._stream = FootPipeline(foot, stance_reference)
        self._late_before_s = -np.inf
        self._moves = 0
        self._still: list[StillSeconds] = []
        self._found: tuple[list[Finding], list[Finding]] = [], []

    @property
    def mounting(self) -> Mounting:
        """How the pod sits on the shoe, as known now."""
        return self._stream.mounting

    @property
    def stance_reference(self) -> StanceReference:
        """The foot's usual stances, as known now."""
        return self._stream.stance_reference

    @property
    def watermark_s(self) -> float:
        """Time before which no further stride will begin that is not late."""
        return max(self._stream.watermark_s, self._late_before_s)

    def push(self, samples: Samples) -> None:
        """Take the next samples."""
        on_time = int(np.searchsorted(samples.time_s, self._late_before_s))
        if on_time < len(samples):
            self.first_s = min(self.first_s, float(samples.time_s[on_time]))
        self.last_s = float(samples.time_s[-1])
        self._take(self._stream.push(samples))

    def flush(self) -> None:
        """Take what is still open."""
        self._take(self._stream.flush())

    def mark_absent(self, until_s: float) -> None:
        """What is not known by now of the time before is late."""
        self._take(self._stream.settle())
        self._late_before_s = max(self._late_before_s, until_s)

    def findings(self) -> tuple[list[Finding], list[Finding]]:
        """Ankle rolls, and revisions of earlier ones, since the last call: all, and those that are not late."""
        found, self._found = self._found, ([], [])
        return found

    def still(self) -> StillSeconds:
        """Start times of the seconds that went by since the last call, and whether the foot was still in them."""
        seconds, self._still = self._still, []
        start_s = np.concatenate([np.empty(0), *(start_s for start_s, _ in seconds)])
        return start_s, np.concatenate([np.empty(0, bool), *(mark for _, mark in seconds)])

    def _take(self, strides: Strides) -> None:
        late = strides.initial_contact_s < self._late_before_s
        if late.any():
            strides = dataclasses.replace(strides, flags=strides.flags | np.where(late, int(Flag.LATE), 0))
        if len(strides):
            self.pairer.add(strides)
        self._note(self._stream.findings())
        start_s, mark = self._stream.still()
        self._still.append((start_s[start_s >= self._late_before_s], mark[start_s >= self._late_before_s]))
        moved_s = self._stream.moved_s
        self.moved_s += [time_s for time_s in moved_s[self._moves :] if time_s >= self._late_before_s]
        self._moves = len(moved_s)

    def _note(self, findings: list[Finding]) -> None:
        every, on_time = self._found
        every += findings
        on_time += [finding for finding in findings if finding.time_s >= self._late_before_s]

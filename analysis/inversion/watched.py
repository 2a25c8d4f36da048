"""How many of a foot's landings were watched for inversion events, and why the others were not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from surefoot.analysis.model import Flag, Strides

MAX_LOST_S = 30.0
"""Where readings are missing for longer, nobody knows whether the foot moved on."""


class Unwatched(StrEnum):
    """Why an inversion event at a landing could not have been seen."""

    NO_GYROSCOPE = "no_gyroscope"
    GAP = "gap"
    CLIPPED = "clipped"
    AXES = "axes"
    FIRST = "first"
    """The foot was not followed before it: it begins a stretch of gait."""


FLAG_REASONS = {
    Flag.UNWATCHED_GAP: Unwatched.GAP,
    Flag.UNWATCHED_CLIPPED: Unwatched.CLIPPED,
    Flag.UNWATCHED_AXES: Unwatched.AXES,
    Flag.NO_GYROSCOPE: Unwatched.NO_GYROSCOPE,
}


@dataclass(frozen=True, slots=True)
class LandingsWatched:
    """Landings of one foot: those at which an inversion event would have been seen, and the others by reason."""

    watched: int
    unwatched: Mapping[Unwatched, int]

    @property
    def not_watched(self) -> int:
        """All that were not watched."""
        return sum(self.unwatched.values())

    @property
    def landings(self) -> int:
        """All landings."""
        return self.watched + self.not_watched


def landings_watched(strides: Strides) -> LandingsWatched:
    """Count the landings that begin and end strides, each once, and those lost between two strides."""
    marked = {reason: strides.has(flag) for flag, reason in FLAG_REASONS.items()}
    watched = len(strides) - int(np.any([*marked.values()], axis=0).sum())
    counts = {reason: int(rows.sum()) for reason, rows in marked.items()}
    first, lost = _not_followed(strides)
    counts[Unwatched.FIRST] = first
    counts[Unwatched.GAP] += lost
    return LandingsWatched(watched, {reason: counts[reason] for reason in Unwatched})


def _not_followed(strides: Strides) -> tuple[int, int]:
    """Landings that begin a stride and end none; and how many were lost between strides where readings are missing."""
    if not len(strides):
        return 0, 0
    apart_s = strides.initial_contact_s[1:] - strides.next_initial_contact_s[:-1]
    lossy = strides.has(Flag.AFTER_GAP)[1:] & (apart_s <= MAX_LOST_S)
    stride_s = float(np.median(strides.next_initial_contact_s - strides.initial_contact_s))
    lost = np.maximum(np.round(apart_s[lossy] / stride_s) - 1.0, 0.0)
    return 1 + int((apart_s != 0.0).sum()), int(lost.sum())

"""For how long a foot was in gait without being watched: ankle rolls, contact and angles, each by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from surefoot.analysis.inversion.watched import FLAG_REASONS, MAX_LOST_S
from surefoot.analysis.model import Flag, Floats, Foot, Strides


class Aspect(StrEnum):
    """What is watched in a stride."""

    ROLLS = "rolls"
    CONTACT = "contact"
    ANGLES = "angles"


BLIND_FLAGS: Mapping[Aspect, int] = {
    Aspect.ROLLS: sum(int(flag) for flag in FLAG_REASONS),
    Aspect.CONTACT: int(Flag.CONTACT_WITHHELD),
    Aspect.ANGLES: int(Flag.ANGLES_WITHHELD),
}


@dataclass(frozen=True, slots=True)
class TimeWatched:
    """How long the runner was in gait, and for how long of that one foot was not watched, by aspect."""

    gait_s: float
    not_watched_s: Mapping[Aspect, float]


def time_watched(strides: Mapping[Foot, Strides], since_s: float = -np.inf) -> Mapping[Foot, TimeWatched]:
    """For each foot, from `since_s` on.

    The runner is in gait while strides of either foot are known, and where readings are missing between two of them for
    less than `MAX_LOST_S`; a foot is watched in its own strides alone.
    """
    gait_s = _covered_s(np.concatenate([np.empty((0, 2)), *(_spans(rows) for rows in strides.values())]), since_s)
    return {foot: TimeWatched(gait_s, _not_watched_s(rows, gait_s, since_s)) for foot, rows in strides.items()}


def _not_watched_s(rows: Strides, gait_s: float, since_s: float) -> dict[Aspect, float]:
    length_s = rows.next_initial_contact_s - np.maximum(rows.initial_contact_s, since_s)
    length_s = np.maximum(length_s, 0.0)
    watched_s = {aspect: float(length_s[(rows.flags & flags) == 0].sum()) for aspect, flags in BLIND_FLAGS.items()}
    return {aspect: max(gait_s - known_s, 0.0) for aspect, known_s in watched_s.items()}


def _spans(rows: Strides) -> Floats:
    """(m, 2) start and end of the strides, and of what was lost between two of them."""
    own = np.stack([rows.initial_contact_s, rows.next_initial_contact_s], axis=1)
    lost = np.stack([rows.next_initial_contact_s[:-1], rows.initial_contact_s[1:]], axis=1)
    bridged = rows.has(Flag.AFTER_GAP)[1:] & (lost[:, 1] - lost[:, 0] <= MAX_LOST_S)
    return np.concatenate([own, lost[bridged]])


def _covered_s(spans: Floats, since_s: float) -> float:
    """Time in at least one of the spans."""
    start_s, end_s = np.maximum(spans, since_s)[np.argsort(spans[:, 0], kind="stable")].T
    covered_until_s = np.maximum.accumulate(np.concatenate([[-np.inf], end_s]))[:-1]
    return float(np.maximum(end_s - np.maximum(start_s, covered_until_s), 0.0).sum())

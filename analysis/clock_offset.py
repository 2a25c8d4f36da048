"""Whether the two feet's clocks are apart, from what a body cannot do.

A clock that is late lengthens every step to its foot and shortens every step from it, all of it in the air, and leaves
contact and swing of either foot as they are. A limp does not: whoever spares a leg stands on it for less time, and what
that explains lies between equal steps and equal flights. Healthy runners keep to within 2 % of the stride beside it;
steps that differ by more than 8 % of their mean with equal contacts are the clocks'. Less cannot be told from a limp.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from surefoot.analysis.model import Bools, Flag, Floats, Strides
from surefoot.analysis.uncertainty import Z95

MAX_OFFSET_SHARE = 0.02
"""Of the stride; flights of healthy runners differ by up to 15 %, which is 1.2 %."""
CONTACT_SLACK = 0.25
"""This part of the contacts' difference may come on top."""
MEMORY_STRIDES = 15
SCATTER_SHARE = 0.03
"""Twice the standard deviation of one stride's offset, 10 ms, as a share of the stride."""


UNKNOWN_CONTACT_SHARE = 0.03
"""Further part of the stride where contacts are not known, as without a gyroscope; a limp of 20 % moves steps by so
much."""


def clock_error_s(clock_sd_s: float | None, strides: Iterable[Strides]) -> float:
    """Standard uncertainty of the offset between the feet's clocks: `clock_sd_s` as of a `Session`, and if that is
    None, what would go unnoticed in these strides, taken as a 95 % limit: ±14 ms at 174 steps a minute. Without a
    stride there is no step that it could be in: 0."""
    if clock_sd_s is not None:
        return clock_sd_s
    stride_s = np.concatenate([each.next_initial_contact_s - each.initial_contact_s for each in strides])
    known_s = stride_s[np.isfinite(stride_s)]
    return MAX_OFFSET_SHARE * float(np.median(known_s)) / Z95 if len(known_s) else 0.0


class ClockWatch:
    """Watches one foot's strides, in order, for an offset of the other foot's clock."""

    def __init__(self) -> None:
        self._recent: list[float] = []

    def apart(self, strides: Strides, other_s: Floats) -> Bools:
        """(n,) whether the clocks are apart, by the last strides up to each; `other_s` as in `clock_offset_s`."""
        found = np.zeros(len(strides), bool)
        for k, share in enumerate(unexplained_share(strides, other_s).tolist()):
            if not math.isnan(share):
                self._recent = [*self._recent[1 - MEMORY_STRIDES :], share]
            limit = MAX_OFFSET_SHARE + SCATTER_SHARE / max(len(self._recent), 1) ** 0.5
            found[k] = bool(self._recent) and abs(float(np.median(self._recent))) > limit
        return found


def stances_s(strides: Strides) -> Floats:
    """(2, n) landings and lift-offs."""
    return np.stack([strides.initial_contact_s, strides.terminal_contact_s])


def clock_offset_s(strides: Strides, other_s: Floats) -> tuple[Floats, Floats]:
    """By how much the other foot's clock is late if both steps are equal, and the contact shorter than the other's.

    Parameters
    ----------
    other_s : (2, m) landings and lift-offs of the other foot, in time order.

    Returns
    -------
    (n,) each; the first NaN where a landing of either foot is not known, the second also where a contact is
    unknown.
    """
    landing_s, lift_s = np.concatenate([other_s, np.full((2, 1), np.nan)], axis=1)
    next_to_it = np.searchsorted(other_s[0], strides.initial_contact_s, side="right")
    landing_s, lift_s = landing_s[next_to_it], lift_s[next_to_it]
    offset_s = landing_s - 0.5 * (strides.initial_contact_s + strides.next_initial_contact_s)
    shorter_s = (lift_s - landing_s) - (strides.terminal_contact_s - strides.initial_contact_s)
    known = (landing_s < strides.next_initial_contact_s) & ~strides.has(Flag.LATE | Flag.LANDING_GAP)
    return np.where(known, offset_s, np.nan), shorter_s


def unexplained_share(strides: Strides, other_s: Floats) -> Floats:
    """(n,) how much of the other clock's offset the contacts do not explain, as a share of the stride.

    With equal flights the steps differ by as much as the contacts, and half of that is the offset.
    """
    offset_s, shorter_s = clock_offset_s(strides, other_s)
    stride_s = strides.next_initial_contact_s - strides.initial_contact_s
    slack_s = np.where(np.isnan(shorter_s), UNKNOWN_CONTACT_SHARE * stride_s, CONTACT_SLACK * np.abs(shorter_s))
    explained_s = -0.5 * np.nan_to_num(shorter_s)
    low_s, high_s = np.minimum(explained_s, 0.0) - slack_s, np.maximum(explained_s, 0.0) + slack_s
    share: Floats = (offset_s - np.clip(offset_s, low_s, high_s)) / stride_s
    return share


def typical_offset_s(strides: Strides, other: Strides) -> float:
    """By how much the other foot's clock is late at the strides that say so; NaN if none does."""
    offset_s, _ = clock_offset_s(strides[strides.has(Flag.CLOCKS_APART)], stances_s(other))
    known_s = offset_s[np.isfinite(offset_s)]
    return float(np.median(known_s)) if len(known_s) else np.nan

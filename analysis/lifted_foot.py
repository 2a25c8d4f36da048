"""Which of two pods was lifted or tapped while the runner stood: it settles which foot it is on, without anatomy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from surefoot.analysis.model import Floats, Foot, Samples

STAND_S = 1.0
"""Both feet stand still for so long before the question: their quiet, against which movement is measured."""
ANSWER_WITHIN_S = 10.0
WATCHED_S = 1.5
"""From the first movement; by then whoever walks has moved the other foot too: a slow step takes 0.8 s."""
BLOCK_S = 0.1
MAX_GAP_S = 0.05
LEAST_GYR_RADPS, LEAST_ACC_MPS2 = float(np.radians(3.0)), 0.15
"""The least that counts as a pod's own quiet: sway of somebody who stands, and a sensor's noise."""
STILL_GYR_RADPS, STILL_ACC_MPS2 = float(np.radians(10.0)), 0.7
"""Root mean square of a foot that stands."""
MOVED = 8.0
"""Multiple of its own quiet that a lift or a tap exceeds: 34 °/s, or 1.7 m/s², over 0.1 s. The foot that stands alone
sways by 5 … 20 °/s."""
MARGIN = 3.0
"""The foot that moved exceeds the other by so much, which does not reach `MOVED` itself."""


class Told(StrEnum):
    """What both pods tell."""

    PENDING = "pending"
    ONE = "one"
    BOTH = "both"
    NOBODY = "nobody"
    RESTLESS = "restless"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Lift:
    """The answer to a question.

    Parameters
    ----------
    foot : that the pod which moved was said to be on; None unless `told` is ONE.
    moved_s : when it began to move; NaN if it did not.
    """

    told: Told
    foot: Foot | None = None
    moved_s: float = np.nan


@dataclass(frozen=True, slots=True)
class _Quiet:
    """A standing pod's offsets and root mean square scatter."""

    gyr_radps: Floats
    acc_mps2: float
    gyr_level_radps: float
    acc_level_mps2: float

    @property
    def still(self) -> bool:
        """Whether the foot stood."""
        return self.gyr_level_radps <= STILL_GYR_RADPS and self.acc_level_mps2 <= STILL_ACC_MPS2


def stands(pods: Mapping[Foot, Samples]) -> bool:
    """Whether both pods were still in the last second that both know."""
    until_s = _known_s(pods)
    return until_s is not None and _asked(pods, until_s).told is Told.PENDING


def lifted_foot(pods: Mapping[Foot, Samples], asked_s: float) -> Lift:
    """Which pod was lifted or tapped after a question; what comes later does not change an answer.

    Parameters
    ----------
    pods : all samples so far of both, by the foot that each is said to be on.
    asked_s : when the runner was asked, session clock; both are to have stood for `STAND_S` before.
    """
    known_s = _known_s(pods)
    if known_s is None or known_s < asked_s:
        return Lift(Told.PENDING)
    asked = _asked(pods, asked_s)
    if asked.told is not Told.PENDING:
        return asked
    blocks = int(min(known_s - asked_s, ANSWER_WITHIN_S + WATCHED_S) / BLOCK_S)
    movement = {foot: _movement(samples, asked_s, blocks) for foot, samples in pods.items()}
    return _judged(pods, movement, asked_s)


def _judged(pods: Mapping[Foot, Samples], movement: Mapping[Foot, Floats], asked_s: float) -> Lift:
    """The answer from each pod's movement in the blocks since the question."""
    wait, watch = round(ANSWER_WITHIN_S / BLOCK_S), round(WATCHED_S / BLOCK_S)
    strongest = np.maximum(*movement.values())
    began = np.flatnonzero(strongest[:wait] > MOVED)
    end = began[0] + watch if len(began) else wait
    if not all(_whole(samples, asked_s, asked_s + min(end, len(strongest)) * BLOCK_S) for samples in pods.values()):
        return Lift(Told.MISSING)
    if len(strongest) < end:
        return Lift(Told.PENDING)
    if not len(began):
        return Lift(Told.NOBODY)
    peak = {foot: float(each[:end].max()) for foot, each in movement.items()}
    foot = max(peak, key=lambda each: peak[each])
    alone = peak[foot.other] < min(MOVED, peak[foot] / MARGIN)
    moved_s = asked_s + float(began[0]) * BLOCK_S
    return Lift(Told.ONE, foot, moved_s) if alone else Lift(Told.BOTH, None, moved_s)


def _known_s(pods: Mapping[Foot, Samples]) -> float | None:
    """Time up to which both pods' samples are known."""
    if any(foot not in pods or not len(pods[foot]) for foot in Foot):
        return None
    return min(float(samples.time_s[-1]) for samples in pods.values())


def _asked(pods: Mapping[Foot, Samples], asked_s: float) -> Lift:
    """Whether a question can be answered: both pods are there and stand still before it."""
    if not all(_whole(samples, asked_s - STAND_S, asked_s) for samples in pods.values()):
        return Lift(Told.MISSING)
    still = all(_quiet(samples, asked_s).still for samples in pods.values())
    return Lift(Told.PENDING if still else Told.RESTLESS)


def _whole(samples: Samples, begin_s: float, end_s: float) -> bool:
    """Whether no reading is missing in between."""
    time_s = samples.time_s[_rows(samples, begin_s, end_s)]
    return bool((np.diff(time_s, prepend=begin_s, append=end_s) <= MAX_GAP_S).all())


def _rows(samples: Samples, begin_s: float, end_s: float) -> slice:
    begin, end = np.searchsorted(samples.time_s, [begin_s, end_s])
    return slice(int(begin), int(end))


def _quiet(samples: Samples, asked_s: float) -> _Quiet:
    rows = _rows(samples, asked_s - STAND_S, asked_s)
    gyr_radps, acc_mps2 = samples.gyr_radps[rows], np.linalg.norm(samples.acc_mps2[rows], axis=1)
    offset_radps = gyr_radps.mean(axis=0)
    gyr_level_radps = float(np.sqrt(((gyr_radps - offset_radps) ** 2).sum(axis=1).mean()))
    return _Quiet(offset_radps, float(acc_mps2.mean()), gyr_level_radps, float(acc_mps2.std()))


def _movement(samples: Samples, asked_s: float, blocks: int) -> Floats:
    """(blocks,) root mean square of angular rate and force since the question, in multiples of the pod's own quiet."""
    quiet = _quiet(samples, asked_s)
    gyr_level_radps = max(quiet.gyr_level_radps, LEAST_GYR_RADPS)
    acc_level_mps2 = max(quiet.acc_level_mps2, LEAST_ACC_MPS2)
    gyr2 = (((samples.gyr_radps - quiet.gyr_radps) / gyr_level_radps) ** 2).sum(axis=1)
    acc2 = ((np.linalg.norm(samples.acc_mps2, axis=1) - quiet.acc_mps2) / acc_level_mps2) ** 2
    edges = np.searchsorted(samples.time_s, asked_s + BLOCK_S * np.arange(blocks + 1))
    sums = np.diff(np.concatenate([[0.0], np.cumsum(0.5 * (gyr2 + acc2))])[edges])
    return np.sqrt(sums / np.maximum(np.diff(edges), 1))

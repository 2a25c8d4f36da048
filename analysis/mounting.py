"""How the pod sits on the shoe, found from the gait alone: no standing start, no calibration move.

Every stride gives evidence in the sensor's own frame: where up is (the specific force averaged from one quiet stance
to the next, turned back by the gyroscope: the velocity returns, so what is left is gravity), about which axis the
foot pitches (most rotation of a stride), and which way round (the heel rises first: between two stances the foot is
pitched toes-down on average). All of it turns with the sensor, so a rotated pod gives the rotated answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.chain import Link
from analysis.contacts import BRISK, SLOW
from analysis.filters import GRID_HZ, cells, dot, squared_norm
from analysis.grid import Cells
from analysis.model import STANDARD_GRAVITY_MPS2, Bools, Floats, Ints, Mounting, MountingStatus
from analysis.orientation import accumulate, increments, rotate

WARM_UP_STRIDES = 10
"""Strides before the first answer (about 7 s of running)."""
EVERY = 4
"""After the warm-up every fourth stride is evidence enough."""
MEMORY = 24
EARLY, LATE = 4, 16
"""A new answer comes with every `EARLY` pieces of evidence until the memory is full, then with every `LATE`."""

GLANCE_CELLS = 4
"""Every fourth cell (16 ms) is enough to see about which axis a stride turns."""
LEAST_PITCH_SHARE = 0.35
MOST_DOUBTS = 3
"""Share of a stride's rotation that goes about the pitch axis; strides have 0.5 to 0.95, turning ones down to 0.25. As
many in a row below it, or pitching the other way round, mean that the pod was moved."""

MEDIAN_STEPS = 12
"""Steps to the spatial median; it moves by less than 0.01° after eight."""

QUIET_PHASE = (0.06, 0.20)
"""Part of the stride after landing in which the foot comes to rest; later it may already be pushing off."""
QUIET_CELLS = cells(0.040)

GRAVITY_TOLERANCE = 0.12
"""Share by which the averaged specific force may miss gravity: sensors on sale have scale errors up to 5 %."""
AGREEMENT = 0.8
"""Share of strides that must agree on what is toes-down and what is forward."""
SPREAD_RAD = np.deg2rad(6.0)
"""Median angle between a stride's up and the common one beyond which the pod is loose or the gait unsteady."""


_UNKNOWN = np.full((3, 3), np.nan), np.full(3, np.nan)
NO_GAIT = Mounting(MountingStatus.FAILED, *_UNKNOWN, "no walking or running found")
NO_GYROSCOPE = Mounting(
    MountingStatus.FAILED, *_UNKNOWN, "no gyroscope: contact times and angles are withheld, cadence is measured"
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What each of n strides says, in the sensor frame at its first quiet instant.

    Parameters
    ----------
    gravity_mps2 : (3, n) mean specific force over the stride.
    spin_radps2 : (3, 3, n) summed products of the rates over the faster half of the stride.
    toes_down_rad : (3, n) mean turn from the quiet instant, less its drift.
    travel_m : (3, n) way from one quiet instant to the next.
    """

    gravity_mps2: Floats
    spin_radps2: Floats
    toes_down_rad: Floats
    travel_m: Floats

    def __getitem__(self, strides: slice | Ints) -> Evidence:
        return Evidence(
            self.gravity_mps2[:, strides],
            self.spin_radps2[..., strides],
            self.toes_down_rad[:, strides],
            self.travel_m[:, strides],
        )

    @classmethod
    def join(cls, parts: list[Evidence]) -> Evidence:
        """Evidence of several pieces, in their order."""
        return cls(
            np.concatenate([part.gravity_mps2 for part in parts], axis=-1),
            np.concatenate([part.spin_radps2 for part in parts], axis=-1),
            np.concatenate([part.toes_down_rad for part in parts], axis=-1),
            np.concatenate([part.travel_m for part in parts], axis=-1),
        )

    @classmethod
    def none(cls) -> Evidence:
        """No strides."""
        return cls(np.empty((3, 0)), np.empty((3, 3, 0)), np.empty((3, 0)), np.empty((3, 0)))


def gather(grid: Cells, first: Ints, last: Ints, longest: int) -> Evidence:
    """Evidence of the strides from landing `first` to landing `last` (cells), none longer than `longest` cells."""
    start, stop = quiet_cell(grid, first, last - first), quiet_cell(grid, last, last - first)
    step = np.arange(int(longest * (1.0 + QUIET_PHASE[1])))
    inside = step < (stop - start)[:, None]
    index = np.minimum(start[:, None] + step, len(grid) - 1)
    gyr = np.where(inside, grid.gyr_radps[:, index], 0.0)
    force = np.where(inside, rotate(accumulate(increments(gyr)), grid.acc_mps2[:, index]), 0.0)
    count = (stop - start).astype(float)
    gravity = force.sum(axis=-1) / count
    left_s = np.where(inside, count[:, None] - step, 0.0) / GRID_HZ
    travel = ((force - gravity[..., None]) * left_s).sum(axis=-1) / GRID_HZ
    toes_down = (gyr * (left_s - 0.5 * count[:, None] / GRID_HZ)).sum(axis=-1) / count
    return Evidence(gravity, _spin(gyr, inside), toes_down, travel)


def gather_links(grid: Cells, first_cell: int, links: list[Link]) -> Evidence:
    """Evidence of links in their order, brisk and slow strides apart; the grid begins with the cell `first_cell`."""
    first = np.array([link.first for link in links], dtype=np.int64) - first_cell
    last = np.array([link.last for link in links], dtype=np.int64) - first_cell
    brisk = last - first <= BRISK.longest_cells
    rows, parts = [np.empty(0, np.int64)], [Evidence.none()]
    for pace, chosen in ((BRISK, np.flatnonzero(brisk)), (SLOW, np.flatnonzero(~brisk))):
        if len(chosen):
            parts.append(gather(grid, first[chosen], last[chosen], pace.longest_cells))
            rows.append(chosen)
    return Evidence.join(parts)[np.argsort(np.concatenate(rows))]


def quiet_cell(grid: Cells, landing: Ints, length: Ints) -> Ints:
    """Cell of least rotation (mean over 40 ms) in the early stance after each landing of strides `length` cells
    long."""
    width = int(np.ceil((QUIET_PHASE[1] - QUIET_PHASE[0]) * length.max())) + QUIET_CELLS
    early = landing + np.round(QUIET_PHASE[0] * length).astype(np.int64)
    rate2 = squared_norm(grid.gyr_radps[:, np.minimum(early[:, None] + np.arange(width), len(grid) - 1)])
    spots = width - QUIET_CELLS + 1
    rest = rate2[:, :spots].copy()
    for k in range(1, QUIET_CELLS):
        rest += rate2[:, k : k + spots]
    allowed = np.arange(spots) <= ((QUIET_PHASE[1] - QUIET_PHASE[0]) * length)[:, None]
    return early + np.argmin(np.where(allowed, rest, np.inf), axis=1) + QUIET_CELLS // 2


def solve(evidence: Evidence) -> Mounting:
    """The mounting that the strides agree on, and how far to trust it."""
    spin = evidence.spin_radps2.sum(axis=-1)
    pitch = np.linalg.eigh(spin)[1][:, -1]
    agreeing = float(np.mean(dot(evidence.toes_down_rad, pitch) > 0.0))
    if agreeing < 0.5:
        pitch, agreeing = -pitch, 1.0 - agreeing
    up = spatial_median(evidence.gravity_mps2)
    gravity = float(np.sqrt(squared_norm(up)))
    if abs(gravity / STANDARD_GRAVITY_MPS2 - 1.0) > GRAVITY_TOLERANCE:
        note = f"gravity reads {gravity:.1f} m/s² instead of 9.8: the foot's axes, and angles with them, are withheld"
        return Mounting(MountingStatus.FAILED, np.full((3, 3), np.nan), pitch, note)
    axes = _axes(up / gravity, pitch)
    status, note = _trust(evidence, axes, agreeing)
    return Mounting(status, axes, axes[1], note)


def spatial_median(vectors: Floats) -> Floats:
    """(3, n) → (3,) point of least summed distance (Weiszfeld): unlike a median by component it turns with the
    sensor."""
    centre: Floats = vectors.mean(axis=1)
    for _ in range(MEDIAN_STEPS):
        weight = 1.0 / np.maximum(np.sqrt(squared_norm(vectors - centre[:, None])), 1e-3)
        centre = (vectors * weight).sum(axis=1) / weight.sum()
    return centre


def _axes(up: Floats, pitch: Floats) -> Floats:
    """Right-handed rows x (toes), y (left), z (up): up is kept, the pitch axis made level."""
    left = pitch - up * dot(pitch, up)
    left /= np.sqrt(squared_norm(left))
    return np.stack([np.cross(left, up), left, up])


def _trust(evidence: Evidence, axes: Floats, agreeing: float) -> tuple[MountingStatus, str]:
    """OK, or unsure with the reason."""
    forward = float(np.mean(dot(evidence.travel_m, axes[0]) > 0.0))
    length = np.sqrt(squared_norm(evidence.gravity_mps2))
    tilt = np.arccos(np.clip(dot(evidence.gravity_mps2, axes[2]) / np.maximum(length, 1e-9), -1.0, 1.0))
    if agreeing < AGREEMENT:
        return MountingStatus.UNSURE, "strides disagree on which way the foot pitches"
    if forward < AGREEMENT:
        return MountingStatus.UNSURE, "the foot does not seem to travel towards its toes"
    if float(np.median(tilt)) > SPREAD_RAD:
        return MountingStatus.UNSURE, "the pod moves on the shoe, or the gait is too unsteady to find its axes"
    return MountingStatus.OK, ""


def _spin(gyr_radps: Floats, inside: Bools) -> Floats:
    """(3, 3, n) summed products of the rates over the faster half of each stride."""
    rate2 = squared_norm(gyr_radps)
    ranked = np.sort(np.where(inside, rate2, np.inf), axis=1)
    middle = ranked[np.arange(len(ranked)), inside.sum(axis=1) // 2]
    fast = np.where(inside & (rate2 >= middle[:, None]), gyr_radps, 0.0)
    return np.stack([[(a * b).sum(axis=-1) for b in fast] for a in fast])


@dataclass(frozen=True, slots=True)
class Glance:
    """What tells at once whether a stride fits a mounting: where its rotation went.

    Parameters
    ----------
    spin_radps2 : (3, 3, n) summed products of the rates over the stride.
    toes_down_rad : (3, n) mean turn from the landing, less its drift.
    whole : (n,) False where a gap or clipping spoils it.
    """

    spin_radps2: Floats
    toes_down_rad: Floats
    whole: Bools

    def fits(self, stride: int, pitch_axis: Floats) -> bool:
        """Whether a stride pitches about this axis, and this way round; True where nothing can be told."""
        spin = self.spin_radps2[..., stride]
        share = float(dot(dot(spin, pitch_axis), pitch_axis)) / max(float(spin.trace()), 1e-12)
        forward = float(dot(self.toes_down_rad[:, stride], pitch_axis)) > 0.0
        return not self.whole[stride] or (share >= LEAST_PITCH_SHARE and forward)


def glance(grid: Cells, first_cell: int, links: list[Link]) -> Glance:
    """A first look at links; the grid begins with the absolute cell `first_cell`."""
    first = np.array([link.first for link in links], dtype=np.int64) - first_cell
    last = np.array([link.last for link in links], dtype=np.int64) - first_cell
    spin, toes_down = np.zeros((3, 3, len(links))), np.zeros((3, len(links)))
    brisk = last - first <= BRISK.longest_cells
    for pace, chosen in ((BRISK, np.flatnonzero(brisk)), (SLOW, np.flatnonzero(~brisk))):
        if len(chosen):
            count = (last - first)[chosen, None]
            step = np.arange(0, pace.longest_cells, GLANCE_CELLS)
            index = np.minimum(first[chosen, None] + step, len(grid) - 1)
            gyr = np.where(step < count, grid.gyr_radps[:, index], 0.0)
            spin[..., chosen] = [[(a * b).sum(axis=-1) for b in gyr] for a in gyr]
            toes_down[:, chosen] = (gyr * (0.5 * count - step)).sum(axis=-1)
    spoilt = np.concatenate([[0], np.cumsum(~grid.valid | grid.clipped)])
    return Glance(spin, toes_down, spoilt[last] == spoilt[first])


class MountingFinder:
    """Keeps the strides' evidence and the mounting it leads to; the answer depends on the strides alone.

    A pod that is moved on the shoe shows at once: strides pitch about another axis. After a few in a row everything is
    found anew.
    """

    def __init__(self) -> None:
        self.mounting: Mounting | None = None
        self._recent: list[Evidence] = []
        self._strides = 0
        self._pieces = 0
        self._doubts = 0

    def wanted(self, strides: int) -> Bools:
        """Which of the next strides to gather evidence from, if the pod is not moved."""
        number = self._strides + np.arange(strides)
        return (number < WARM_UP_STRIDES) | (number % EVERY == 0)

    def doubt(self, *, fits: bool) -> bool:
        """Take note whether the next stride fits the mounting; True if it was the last straw and all begins anew."""
        self._doubts = 0 if fits else self._doubts + 1
        if self._doubts < MOST_DOUBTS:
            return False
        self.mounting, self._recent = None, []
        self._strides = self._pieces = self._doubts = 0
        return True

    def add(self, piece: Evidence | None) -> Mounting | None:
        """Count one stride, with its evidence if it was wanted; the mounting that holds for it, None in the warm-up."""
        self._strides += 1
        if piece is not None:
            self._recent = [*self._recent[1 - MEMORY :], piece]
            self._pieces += 1
            every = EARLY if self._pieces <= MEMORY else LATE
            if self._pieces >= WARM_UP_STRIDES and (self._pieces - WARM_UP_STRIDES) % every == 0:
                self.mounting = solve(Evidence.join(self._recent))
        return self.mounting

    def settle(self) -> Mounting | None:
        """End the warm-up with the evidence at hand, because no more strides are coming for now."""
        if self.mounting is None and self._recent:
            self.mounting = solve(Evidence.join(self._recent))
        return self.mounting

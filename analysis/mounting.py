"""How the pod sits on the shoe, found from the gait alone: no standing start, no calibration move.

Every stride gives evidence in the sensor's own frame: where up is (the specific force averaged from one quiet stance to the
next, turned back by the gyroscope: the velocity returns, so what is left is gravity), about which axis the foot pitches (most
rotation of a stride), and which way round (the heel rises first: between two stances the foot is pitched toes-down on average).
All of it turns with the sensor, so a rotated pod gives the rotated answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.filters import GRID_HZ, cells, dot, squared_norm
from analysis.grid import Cells
from analysis.model import STANDARD_GRAVITY_MPS2, Bools, Floats, Ints, Mounting, MountingStatus
from analysis.orientation import accumulate, increments, rotate

WARM_UP_STRIDES = 10
"""Strides before the first answer (about 7 s of running)."""
EVERY = 4
"""After the warm-up every fourth stride is evidence enough."""
UPDATE = 8
MEMORY = 24
"""A new answer comes with every `UPDATE` pieces of evidence, from the last `MEMORY`."""

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
    """What each of n strides says, in the sensor frame at its first quiet instant."""

    gravity_mps2: Floats
    spin_radps2: Floats
    toes_down_rad: Floats
    travel_m: Floats

    def __len__(self) -> int:
        return len(self.gravity_mps2)

    def __getitem__(self, rows: slice) -> Evidence:
        return Evidence(self.gravity_mps2[rows], self.spin_radps2[rows], self.toes_down_rad[rows], self.travel_m[rows])

    def rows(self, index: Ints) -> Evidence:
        """The strides at an index array, in its order."""
        return Evidence(
            self.gravity_mps2[index], self.spin_radps2[index], self.toes_down_rad[index], self.travel_m[index]
        )

    @classmethod
    def join(cls, a: Evidence, b: Evidence) -> Evidence:
        """The evidence of a, then that of b."""
        return cls(
            np.concatenate([a.gravity_mps2, b.gravity_mps2]),
            np.concatenate([a.spin_radps2, b.spin_radps2]),
            np.concatenate([a.toes_down_rad, b.toes_down_rad]),
            np.concatenate([a.travel_m, b.travel_m]),
        )

    @classmethod
    def none(cls) -> Evidence:
        """No strides."""
        return cls(np.empty((0, 3)), np.empty((0, 3, 3)), np.empty((0, 3)), np.empty((0, 3)))


def gather(grid: Cells, first: Ints, last: Ints, longest: int) -> Evidence:
    """Evidence of the strides from landing `first` to landing `last` (cells), none longer than `longest` cells."""
    start, stop = quiet_cell(grid, first, last - first), quiet_cell(grid, last, last - first)
    step = np.arange(int(longest * (1.0 + QUIET_PHASE[1])))
    inside = step < (stop - start)[:, None]
    index = np.minimum(start[:, None] + step, len(grid) - 1)
    gyr = np.where(inside[..., None], grid.gyr_radps[index], 0.0)
    force = np.where(inside[..., None], rotate(accumulate(increments(gyr)), grid.acc_mps2[index]), 0.0)
    count = (stop - start).astype(float)[:, None]
    gravity = _total(force) / count
    left = np.where(inside, (stop - start)[:, None] - step, 0) / GRID_HZ
    travel = _total(np.where(inside[..., None], force - gravity[:, None], 0.0) * left[..., None]) / GRID_HZ
    toes_down = _total(gyr * (left - np.where(inside, 0.5 * count, 0.0) / GRID_HZ)[..., None]) / count
    return Evidence(gravity, _spin(gyr, inside), toes_down, travel)


def quiet_cell(grid: Cells, landing: Ints, length: Ints) -> Ints:
    """Cell of least rotation (mean over 40 ms) in the early stance after each landing of strides `length` cells long."""
    width = int(np.ceil((QUIET_PHASE[1] - QUIET_PHASE[0]) * length.max())) + QUIET_CELLS
    early = landing + np.round(QUIET_PHASE[0] * length).astype(np.int64)
    rate2 = squared_norm(grid.gyr_radps[np.minimum(early[:, None] + np.arange(width), len(grid) - 1)])
    spots = width - QUIET_CELLS + 1
    rest = rate2[:, :spots].copy()
    for k in range(1, QUIET_CELLS):
        rest += rate2[:, k : k + spots]
    allowed = np.arange(spots) <= ((QUIET_PHASE[1] - QUIET_PHASE[0]) * length)[:, None]
    return early + np.argmin(np.where(allowed, rest, np.inf), axis=1) + QUIET_CELLS // 2


def solve(evidence: Evidence) -> Mounting:
    """The mounting that the strides agree on, and how far to trust it."""
    spin = np.add.reduce(evidence.spin_radps2, axis=0)
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
    """(n, 3) → (3,) point of least summed distance (Weiszfeld): unlike a median by component it turns with the sensor."""
    centre: Floats = vectors.mean(axis=0)
    for _ in range(MEDIAN_STEPS):
        weight = 1.0 / np.maximum(np.sqrt(squared_norm(vectors - centre)), 1e-3)
        centre = (vectors * weight[:, None]).sum(axis=0) / weight.sum()
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
    """(n, 3, 3) summed products of the rates over the faster half of each stride."""
    rate2 = squared_norm(gyr_radps)
    middle = np.nanmedian(np.where(inside, rate2, np.nan), axis=1)
    fast = np.where((rate2 > middle[:, None])[..., None], gyr_radps, 0.0)
    spin = np.empty((len(gyr_radps), 3, 3))
    for i in range(3):
        for j in range(3):
            spin[:, i, j] = (fast[..., i] * fast[..., j]).sum(axis=1)
    return spin


def _total(vectors: Floats) -> Floats:
    """(n, m, 3) → (n, 3) sum over m."""
    return np.stack([np.ascontiguousarray(vectors[..., k]).sum(axis=1) for k in range(3)], axis=-1)


class MountingFinder:
    """Keeps the strides' evidence and the mounting it leads to; the answer depends on the strides alone."""

    def __init__(self) -> None:
        self.mounting: Mounting | None = None
        self._evidence = Evidence.none()
        self._strides = 0
        self._pieces = 0

    def wanted(self, strides: int) -> Bools:
        """Which of the next strides to gather evidence from."""
        number = self._strides + np.arange(strides)
        return (number < WARM_UP_STRIDES) | (number % EVERY == 0)

    def add(self, piece: Evidence | None) -> Mounting | None:
        """Count one stride, with its evidence if it was wanted; the mounting that holds for it, None during the warm-up."""
        self._strides += 1
        if piece is not None:
            self._evidence = Evidence.join(self._evidence, piece)[-MEMORY:]
            self._pieces += 1
            if self._pieces >= WARM_UP_STRIDES and (self._pieces - WARM_UP_STRIDES) % UPDATE == 0:
                self.mounting = solve(self._evidence)
        return self.mounting

    def settle(self) -> Mounting | None:
        """End the warm-up with the evidence at hand, because no more strides are coming for now."""
        if self.mounting is None and self._pieces:
            self.mounting = solve(self._evidence)
        return self.mounting

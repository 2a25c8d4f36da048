"""Sensor-to-segment alignment from the gait alone: no standing start, no calibration movement.

Each stride gives, in the sensor's own frame, the direction of up (the specific force averaged from one mid-stance to
the next after rotation by the gyroscope), the pitch axis (the axis of most rotation) and its sign (the heel rises
first, so the foot is pitched toes-down on average). All of it rotates with the sensor, so a rotated pod gives the
rotated answer.
"""

from __future__ import annotations

import numpy as np

from surefoot.analysis.gait.filters import dot, squared_norm
from surefoot.analysis.gait.gravity_check import gravity_note, is_gravity
from surefoot.analysis.gait.orientation import cross
from surefoot.analysis.gait.strapdown import StrideKinematics
from surefoot.analysis.model import Bools, Floats, Foot, Mounting, MountingStatus

WARM_UP_STRIDES = 10
"""Strides before the first answer (about 7 s of running)."""
SAMPLING_INTERVAL = 4
"""After the warm-up every fourth stride is used."""
MEMORY_STRIDES = 24
"""Strides that the mounting is estimated from."""
EARLY_INTERVAL, LATE_INTERVAL = 4, 16
"""The mounting is estimated anew after this many sampled strides until the memory is full, then at the longer
interval."""

MIN_PITCH_SHARE = 0.35
"""Least share of a stride's rotation about the pitch axis; strides have 0.5 to 0.95, turning ones down to 0.25."""
MAX_MISFITS = 3
"""This many strides in a row that rotate otherwise, pitch the other way round or have up elsewhere mean that the pod
was moved."""
MAX_TURN_RAD = np.deg2rad(14.0)
MIN_DIRECTION_COSINE = float(np.cos(MAX_TURN_RAD))
CLEAR_PITCH_SHARE = 0.8
"""A stride's up, and the pitch axis of a stride whose rotation is mostly pitch, may differ by `MAX_TURN_RAD` from the
mounting's; slopes and camber stay within."""

TOE_OUT_RAD = np.deg2rad(3.0)
"""The leg swings the foot about an axis square to the direction of travel, the foot points outward of it: 3 and 4° on
the two feet of the markers on force plates, some degrees more or less from person to person. Gait does not show the
angle, so all runners get the same."""

MEDIAN_ITERATIONS = 12
"""Iterations of the spatial median; it moves by less than 0.01° after eight."""

MIN_AGREEMENT = 0.8
"""Least share of strides that agree on the sign of pitch and on what is forward."""
MAX_UP_SPREAD_RAD = np.deg2rad(8.0)
"""Median angle between a stride's up and the common one beyond which the pod is loose or the gait unsteady."""


_UNKNOWN = np.full((3, 3), np.nan), np.full(3, np.nan)
NO_GAIT = Mounting(MountingStatus.FAILED, *_UNKNOWN, "no walking or running found")
NO_GYROSCOPE = Mounting(
    MountingStatus.FAILED, *_UNKNOWN, "no gyroscope: contact times and angles are withheld, cadence is measured"
)


def estimate_mounting(kinematics: StrideKinematics, foot: Foot) -> Mounting:
    """The mounting that the strides agree on, and how far to trust it."""
    rate_products = kinematics.rate_products_rad2ps2.sum(axis=-1)
    pitch = np.linalg.eigh(rate_products)[1][:, -1]
    agreeing = float(np.mean(dot(kinematics.mean_rotation_rad, pitch) > 0.0))
    if agreeing < 0.5:
        pitch, agreeing = -pitch, 1.0 - agreeing
    up = spatial_median(kinematics.gravity_mps2)
    gravity = float(np.sqrt(squared_norm(up)))
    if not is_gravity(gravity):
        return Mounting(MountingStatus.FAILED, _UNKNOWN[0], pitch, gravity_note(gravity, None, 0.0), gravity)
    axes = _axes(up / gravity, pitch)
    status, note = _assess(kinematics, axes, agreeing)
    return Mounting(status, _toed_out(axes, foot), axes[1], note, gravity)


def spatial_median(vectors: Floats) -> Floats:
    """(3, n) → (3,) point of least summed distance (Weiszfeld); unlike a median by component it rotates with the
    sensor."""
    centre: Floats = vectors.mean(axis=1)
    for _ in range(MEDIAN_ITERATIONS):
        weight = 1.0 / np.maximum(np.sqrt(squared_norm(vectors - centre[:, None])), 1e-3)
        centre = (vectors * weight).sum(axis=1) / weight.sum()
    return centre


def _axes(up: Floats, pitch: Floats) -> Floats:
    """Right-handed rows x (toes), y (left), z (up): up is kept, the pitch axis made level."""
    left = pitch - up * dot(pitch, up)
    left /= np.sqrt(squared_norm(left))
    return np.stack([np.cross(left, up), left, up])


def _toed_out(axes: Floats, foot: Foot) -> Floats:
    """The foot's own axes, rotated outward from those of the leg's swing."""
    turn = TOE_OUT_RAD if foot is Foot.LEFT else -TOE_OUT_RAD
    forward, left, up = axes
    return np.stack([forward * np.cos(turn) + left * np.sin(turn), left * np.cos(turn) - forward * np.sin(turn), up])


def _assess(kinematics: StrideKinematics, axes: Floats, agreeing: float) -> tuple[MountingStatus, str]:
    """`OK`, or `UNSURE` with the reason."""
    forward = float(np.mean(dot(kinematics.displacement_m, axes[0]) > 0.0))
    length = np.sqrt(squared_norm(kinematics.gravity_mps2))
    tilt = np.arccos(np.clip(dot(kinematics.gravity_mps2, axes[2]) / np.maximum(length, 1e-9), -1.0, 1.0))
    if agreeing < MIN_AGREEMENT:
        return MountingStatus.UNSURE, "strides disagree on which way the foot pitches"
    if forward < MIN_AGREEMENT:
        return MountingStatus.UNSURE, "the foot does not seem to travel towards its toes"
    if float(np.median(tilt)) > MAX_UP_SPREAD_RAD:
        return MountingStatus.UNSURE, "the pod moves on the shoe, or the gait is too unsteady to find its axes"
    return MountingStatus.OK, ""


def pitch_axis_matches(kinematics: StrideKinematics, mounting: Mounting) -> Bools:
    """(n,) whether strides pitch about the mounting's axis in the right direction; True where it cannot be known."""
    pitch = mounting.pitch_axis
    forward = dot(kinematics.mean_rotation_rad, pitch) > 0.0
    return ~kinematics.valid | (
        (_rate_product(kinematics, pitch, pitch) >= MIN_PITCH_SHARE * _total_rate_product(kinematics)) & forward
    )


def orientation_matches(kinematics: StrideKinematics, mounting: Mounting) -> Bools:
    """(n,) whether up and the direction of travel lie where the mounting has them; True where it cannot be known."""
    up, left = mounting.sensor_to_foot[2], mounting.pitch_axis
    ahead = cross(left, up)
    along, across = _rate_product(kinematics, left, left), _rate_product(kinematics, ahead, ahead)
    both = _rate_product(kinematics, left, ahead)
    turned = 0.5 * np.arctan2(2.0 * both, along - across)
    most = 0.5 * (along + across) + np.hypot(0.5 * (along - across), both)
    clear = most >= CLEAR_PITCH_SHARE * _total_rate_product(kinematics)
    moved = _apart(kinematics.gravity_mps2, up) | (clear & (np.abs(turned) > MAX_TURN_RAD))
    return ~kinematics.valid | ~moved


def _rate_product(kinematics: StrideKinematics, a: Floats, b: Floats) -> Floats:
    """(n,) summed products of the rates about two axes."""
    x, y, z = kinematics.rate_products_rad2ps2
    return dot(np.stack([dot(x, a), dot(y, a), dot(z, a)]), b)


def _total_rate_product(kinematics: StrideKinematics) -> Floats:
    """(n,) sum over all axes."""
    x, y, z = kinematics.rate_products_rad2ps2
    return x[0] + y[1] + z[2]


def _same_place(a: StrideKinematics, b: StrideKinematics) -> bool:
    """Whether the pod sat in the same way in two strides."""
    apart = _apart(a.gravity_mps2, b.gravity_mps2) | _apart(_pitch_axis(a), _pitch_axis(b))
    return not apart[0]


def _pitch_axis(kinematics: StrideKinematics) -> Floats:
    """(3, 1) axis of most rotation in one stride, toes down."""
    axis = np.linalg.eigh(kinematics.rate_products_rad2ps2[..., 0])[1][:, -1:]
    return axis if dot(kinematics.mean_rotation_rad, axis)[0] > 0.0 else -axis


def _apart(a: Floats, b: Floats) -> Bools:
    """(n,) whether directions (3, n) differ by more than slopes and turns explain; False where one is unknown."""
    return dot(a, b) < MIN_DIRECTION_COSINE * np.sqrt(squared_norm(a) * squared_norm(b))


class SensorAlignment:
    """Strides' kinematics in, the mounting out; it depends on the strides alone, not on when they come.

    After several strides in a row that do not match, the pod was moved on the shoe and everything is estimated anew.

    Attributes
    ----------
    mounting : None in the warm-up.
    first_axes : (3, 3) sensor to foot of the first mounting since the pod is in its place, which later camber does not
        affect; NaN before.
    """

    def __init__(self, foot: Foot) -> None:
        self._foot = foot
        self.mounting: Mounting | None = None
        self.first_axes = _UNKNOWN[0]
        self._recent: list[StrideKinematics] = []
        self._strides = 0
        self._sampled = 0
        self._misfits: list[StrideKinematics] = []

    def is_moved(self, kinematics: StrideKinematics, *, matches: bool) -> bool:
        """Note whether the next stride matches the mounting; True, and a new start, if it was the last of
        `MAX_MISFITS`.

        A pod that was moved sits still in its new place; a loose one sits another way in every stride, which does not
        count.
        """
        alike = [other for other in self._misfits if _same_place(other, kinematics)] if not matches else []
        self._misfits = [] if matches else [*alike, kinematics]
        if len(self._misfits) < MAX_MISFITS:
            return False
        self.mounting, self.first_axes = None, _UNKNOWN[0]
        self._recent, self._misfits = [], []
        self._strides = self._sampled = 0
        return True

    def add(self, kinematics: StrideKinematics) -> Mounting | None:
        """Take one stride's kinematics; returns the mounting that holds for it."""
        sampled = self._strides < WARM_UP_STRIDES or self._strides % SAMPLING_INTERVAL == 0
        self._strides += 1
        if sampled:
            self._recent = [*self._recent[1 - MEMORY_STRIDES :], kinematics]
            self._sampled += 1
            interval = EARLY_INTERVAL if self._sampled <= MEMORY_STRIDES else LATE_INTERVAL
            if self._sampled >= WARM_UP_STRIDES and (self._sampled - WARM_UP_STRIDES) % interval == 0:
                self._solve()
        return self.mounting

    def conclude(self) -> Mounting | None:
        """End the warm-up with the strides at hand, because a chain of strides has ended."""
        if self.mounting is None and self._recent:
            self._solve()
        return self.mounting

    def _solve(self) -> None:
        self.mounting = estimate_mounting(StrideKinematics.join(self._recent), self._foot)
        if self.mounting.status is MountingStatus.OK and np.isnan(self.first_axes).any():
            self.first_axes = self.mounting.sensor_to_foot

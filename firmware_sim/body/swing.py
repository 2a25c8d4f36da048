"""Ankle path in swing, matching position, velocity and acceleration at toe-off and landing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np

from surefoot.analysis.model import Floats

MID_SWING = 0.46
DRIVE_AT = np.array([0.0, 0.06, 0.12, 0.25, 0.45, 0.55, 0.7, 0.8])
DRIVE = np.array([0.0, 0.6, 0.6, 1.0, 0.4, 0.1, 0.1, 0.0])
"""Shape of the forward acceleration by thigh and shank, over fractions of the swing."""
BRAKE_AT = np.array([0.0, 0.5, 0.65, 0.9, 1.0])
BRAKE = np.array([0.0, 0.5, 1.0, 1.0, 0.0])
"""Shape of the braking before landing. Its duration does not depend on speed: pods at 7 km/h and shoe markers at
15 km/h show the same."""


EARLY_BRAKE_AT = np.array([0.0, 0.42, 0.57, 0.75, 1.0])
"""The same of a foot that is set down flat, whose braking has faded when it lands."""


def forward_shapes(time_s: Floats, brake_s: Floats, *, early: bool) -> tuple[Floats, Floats]:
    """Shapes of forward acceleration at nodes (r, k), (r, k) each: drive, and braking over `brake_s` (r,)."""
    left_s = time_s[:, -1:] - time_s
    drive = np.interp(1.0 - left_s / left_s[:, :1], DRIVE_AT, DRIVE)
    brake = np.interp(1.0 - left_s / brake_s[:, None], EARLY_BRAKE_AT if early else BRAKE_AT, BRAKE)
    return drive, brake


def vertical_shapes(fraction: Floats) -> tuple[Floats, Floats, Floats]:
    """Shapes of vertical acceleration over the swing, (k,) each: rise, fall, braking."""
    return _sine_squared(fraction, 0.0, 0.35), _sine_squared(fraction, 0.05, 0.75), _sine_squared(fraction, 0.6, 1.0)


def flight_path(
    time_s: Floats, start: Floats, end: Floats, shapes: Sequence[Floats], mid_m: Floats | None = None
) -> Floats:
    """Path of one coordinate between two states.

    Parameters
    ----------
    time_s : (r, k) nodes, the first at the start state, the last at the end state.
    start, end : (r, 3) position, velocity, acceleration.
    shapes : two (with `mid_m` three) acceleration shapes, (k,) or (r, k) each; their amplitudes are solved for.
    mid_m : (r,) position to pass in mid-swing.

    Returns
    -------
    (r, k, 3) position, velocity, acceleration.
    """
    fraction = (time_s - time_s[:, :1]) / (time_s[:, -1:] - time_s[:, :1])
    fading = start[:, 2:] * np.clip(1 - fraction / 0.12, 0, 1) + end[:, 2:] * np.clip((fraction - 0.97) / 0.03, 0, 1)
    zero = np.zeros_like(start[:, 0])
    base = _integrate(time_s, fading, start[:, 0], start[:, 1])
    answers = [_integrate(time_s, np.broadcast_to(shape, time_s.shape), zero, zero) for shape in shapes]
    middle = int(np.argmin(np.abs(fraction[0] - MID_SWING)))

    def conditions(path: Floats) -> Floats:
        rows = [path[:, -1, 0], path[:, -1, 1]] + ([] if mid_m is None else [path[:, middle, 0]])
        return np.stack(rows, axis=1)

    wanted = np.stack([end[:, 0], end[:, 1]] + ([] if mid_m is None else [mid_m]), axis=1)
    matrix = np.stack([conditions(answer) for answer in answers], axis=2)
    sizes = np.linalg.solve(matrix, (wanted - conditions(base))[:, :, None])[:, :, 0]
    return cast(Floats, base + sum(size[:, None, None] * answer for size, answer in zip(sizes.T, answers, strict=True)))


def _integrate(time_s: Floats, acc: Floats, position: Floats, velocity: Floats) -> Floats:
    """Position, velocity, acceleration, (r, k, 3): exact integral of a piecewise linear acceleration."""
    h = np.diff(time_s, axis=1)
    gained = np.cumsum(h * (acc[:, :-1] + acc[:, 1:]) / 2.0, axis=1)
    speed = velocity[:, None] + np.concatenate([np.zeros_like(h[:, :1]), gained], axis=1)
    moved = np.cumsum(h * speed[:, :-1] + h**2 * (2.0 * acc[:, :-1] + acc[:, 1:]) / 6.0, axis=1)
    path = position[:, None] + np.concatenate([np.zeros_like(h[:, :1]), moved], axis=1)
    return np.stack([path, speed, acc], axis=-1)


def _sine_squared(fraction: Floats, low: float, high: float) -> Floats:
    inside = np.clip((fraction - low) / (high - low), 0.0, 1.0)
    return np.sin(np.pi * inside) ** 2

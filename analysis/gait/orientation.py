"""Turning the foot: quaternions (w, x, y, z) from the gyroscope over many strides at once, components first."""

from __future__ import annotations

import numpy as np

from analysis.gait.filters import GRID_HZ, squared_norm
from analysis.model import Floats


def increments(gyr_radps: Floats) -> Floats:
    """(3, …, m) rates → (4, …, m) turns from each cell to the next, by the rate midway between them.

    The turn in one cell is below 0.2 rad, so the series is exact to 1e-9 and needs no branch at zero.
    """
    midway = np.concatenate([gyr_radps[..., :-1] + gyr_radps[..., 1:], 2.0 * gyr_radps[..., -1:]], axis=-1)
    half = midway * (0.25 / GRID_HZ)
    square = squared_norm(half)
    turn = np.empty((4, *square.shape))
    turn[0] = 1.0 - square / 2.0 + square * square / 24.0
    turn[1:] = half * (1.0 - square / 6.0 + square * square / 120.0)
    return turn


def multiply(a: Floats, b: Floats) -> Floats:
    """Hamilton product: turn by b, seen in the frame that a leads to."""
    aw, ax, ay, az = a
    bw, bx, by, bz = b
    return np.stack(
        [
            aw * bw - ax * bx - ay * by - az * bz,
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
        ]
    )


def accumulate(turns: Floats) -> Floats:
    """(4, n, m) turns → (4, n, m) orientation before each turn, relative to the first: a two-level running product."""
    _, n, m = turns.shape
    width = int(np.ceil(np.sqrt(m)))
    padded = np.zeros((4, width, width, n))
    padded[0] = 1.0
    flat = padded.reshape(4, width * width, n)
    flat[:, 1:m] = turns[..., : m - 1].transpose(0, 2, 1)
    for k in range(1, width):
        padded[:, :, k] = multiply(padded[:, :, k - 1], padded[:, :, k])
    for k in range(1, width):
        padded[:, k] = multiply(padded[:, k - 1, -1:], padded[:, k])
    return flat[:, :m].transpose(0, 2, 1)


def conjugate(orientation: Floats) -> Floats:
    """The turn back."""
    return np.concatenate([orientation[:1], -orientation[1:]])


def rotate(orientation: Floats, vectors: Floats) -> Floats:
    """(3, …) vectors of the turned frame, seen in the first one."""
    w, axis = orientation[0], orientation[1:]
    twice = 2.0 * cross(axis, vectors)
    return vectors + w * twice + cross(axis, twice)


def cross(a: Floats, b: Floats) -> Floats:
    """Vector product of (3, …) vectors."""
    return np.stack([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]])

"""Quaternions (w, x, y, z) from angular rates, for many strides at once; components lead."""

from __future__ import annotations

import numpy as np

from surefoot.analysis.gait.filters import GRID_HZ, squared_norm
from surefoot.analysis.model import Floats


def increments(gyr_radps: Floats) -> Floats:
    """(3, …, m) rates → (4, …, m) rotations from each cell to the next, by the mean rate of the two.

    The rotation in one cell is below 0.2 rad, so the series is exact to 1e-9 and needs no branch at zero.
    """
    midway = np.concatenate([gyr_radps[..., :-1] + gyr_radps[..., 1:], 2.0 * gyr_radps[..., -1:]], axis=-1)
    half = midway * (0.25 / GRID_HZ)
    square = squared_norm(half)
    turn = np.empty((4, *square.shape))
    turn[0] = 1.0 - square / 2.0 + square * square / 24.0
    turn[1:] = half * (1.0 - square / 6.0 + square * square / 120.0)
    return turn


def multiply(a: Floats, b: Floats) -> Floats:
    """Hamilton product a ⊗ b."""
    aw, ax, ay, az = a
    bw, bx, by, bz = b
    product = np.empty(b.shape)
    product[0] = aw * bw - ax * bx - ay * by - az * bz
    product[1] = aw * bx + ax * bw + ay * bz - az * by
    product[2] = aw * by - ax * bz + ay * bw + az * bx
    product[3] = aw * bz + ax * by - ay * bx + az * bw
    return product


def accumulate(turns: Floats) -> Floats:
    """(4, n, m) rotations → (4, n, m) orientation before each of them, relative to the first."""
    shifted = np.empty((4, turns.shape[2], turns.shape[1]))
    shifted[0, 0], shifted[1:, 0] = 1.0, 0.0
    shifted[:, 1:] = turns[..., :-1].transpose(0, 2, 1)
    return _running_product(shifted).transpose(0, 2, 1)


def _running_product(turns: Floats) -> Floats:
    """(4, m, n) products of the first 1, 2, … m rotations, by pairwise recursion: 2 m multiplications in 2 log2(m)
    vectorised passes."""
    m = turns.shape[1]
    if m == 1:
        return turns
    of_pairs = _running_product(multiply(turns[:, : m - 1 : 2], turns[:, 1::2]))
    product = np.empty_like(turns)
    product[:, 0], product[:, 1::2] = turns[:, 0], of_pairs
    product[:, 2::2] = multiply(of_pairs[:, : (m - 1) // 2], turns[:, 2::2])
    return product


def conjugate(orientation: Floats) -> Floats:
    """The inverse rotation."""
    return np.concatenate([orientation[:1], -orientation[1:]])


def rotate(orientation: Floats, vectors: Floats) -> Floats:
    """(3, …) vectors given in the rotated frame, expressed in the first one."""
    w, axis = orientation[0], orientation[1:]
    twice = 2.0 * cross(axis, vectors)
    return vectors + w * twice + cross(axis, twice)


def cross(a: Floats, b: Floats) -> Floats:
    """Cross product of (3, …) vectors."""
    return np.stack([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]])

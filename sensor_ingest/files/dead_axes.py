"""Axes of a sensor that stand still while the others move: broken, or a column that was filled in."""

from __future__ import annotations

import numpy as np

from surefoot.analysis.model import Bools, Floats
from surefoot.sensor_ingest.files.columns import Table
from surefoot.sensor_ingest.files.errors import DeadAxisError

_MAX_STILL_SHARE = 0.5
"""Of the readings in motion: clipping repeats a value in up to a fifth of them."""
_MOVING_RADPS, _MOVING_MPS2 = 1.0, 2.0
_MIN_MOVING = 50


def check_acc_axes(table: Table) -> None:
    """Raise DeadAxisError if an axis of the accelerometer stands still while the others move; m/s²."""
    norms_mps2 = np.linalg.norm(table.acc, axis=1)
    dead = _dead_axes(table.acc, np.abs(norms_mps2 - np.median(norms_mps2)) > _MOVING_MPS2)
    if dead:
        raise DeadAxisError(f"acc_{dead}")


def drop_dead_gyroscope(table: Table) -> tuple[Table, tuple[str, ...]]:
    """Without a gyroscope of which an axis stands still while the others move; rad/s."""
    dead = "" if table.gyr is None else _dead_axes(table.gyr, np.linalg.norm(table.gyr, axis=1) > _MOVING_RADPS)
    if not dead:
        return table, ()
    return table.without_gyroscope(), (
        f"The gyroscope's {dead} axis stands still while the others turn: treated as having no gyroscope.",
    )


def _dead_axes(readings: Floats, moving: Bools) -> str:
    """The axis of (n, 3) readings that repeats its value in most moving rows in which another changes; "" if none."""
    changes = np.stack([(np.diff(values) != 0)[moving[1:]] for values in readings.T])
    for k, axis in enumerate("xyz"):
        others = np.delete(changes, k, axis=0).any(axis=0)
        if others.sum() >= _MIN_MOVING and np.mean(~changes[k, others]) > _MAX_STILL_SHARE:
            return axis
    return ""

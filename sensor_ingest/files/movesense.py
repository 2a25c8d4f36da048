"""Recordings of Movesense as JSON: batches of readings with one time each."""

from __future__ import annotations

import json
import math

import numpy as np

from surefoot.analysis.model import Floats
from surefoot.sensor_ingest.files.columns import LineNumbers
from surefoot.sensor_ingest.files.errors import NotTextError
from surefoot.sensor_ingest.files.joining import Part
from surefoot.sensor_ingest.files.layout import AXES, Channel, Layout

_STREAMS = ("IMU9", "IMU6")
MAX_BYTES = 1 << 28
"""Longer files are refused."""
_DEGREE_RAD = math.pi / 180
LAYOUT = Layout(
    "Movesense",
    ("Timestamp", "ArrayAcc", "ArrayGyro"),
    Channel((0,), ("Timestamp",), "ms", 1e-3),
    Channel((1,), ("ArrayAcc",), "m/s²"),
    Channel((2,), ("ArrayGyro",), "°/s", _DEGREE_RAD),
)


def parse_movesense(raw: bytes) -> Part:
    """The readings, each with the time of its batch in s; NotTextError if it is JSON of another kind."""
    if len(raw) > MAX_BYTES:
        raise NotTextError("more than 256 MiB of JSON")
    try:
        measured = json.loads(raw)["Meas"]
        batches = measured[next(name for name in _STREAMS if name in measured)]
        sizes = [len(batch["ArrayAcc"]) for batch in batches]
        time_ms = np.array([float(batch["Timestamp"]) for batch in batches])
        acc, gyr = (_readings([row for batch in batches for row in batch[name]]) for name in LAYOUT.names[1:])
    except (ValueError, KeyError, TypeError, StopIteration, OverflowError, RecursionError) as error:
        raise NotTextError("JSON") from error
    if len(acc) != len(gyr) or not len(acc):
        raise NotTextError("JSON")
    return Part(1e-3 * np.repeat(time_ms, sizes), acc, _DEGREE_RAD * gyr, LineNumbers())


def _readings(rows: list[dict[str, float]]) -> Floats:
    """(n, 3) readings."""
    return np.array([[float(row[axis]) for axis in AXES] for row in rows]).reshape(-1, 3)

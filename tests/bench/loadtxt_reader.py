"""How files were read before: lines as text, and their numbers by numpy's `loadtxt`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from surefoot.analysis.model import Floats, Foot
from surefoot.sensor_ingest.files.cleaning import Recording, clean
from surefoot.sensor_ingest.files.columns import Table

BLOCK_BYTES = 8 << 20
COLUMNS = 7
SPARE = 1.02
"""Room for so many times the rows that the first block lets expect."""


def read_with_loadtxt(path: Path, foot: Foot) -> Recording:
    """One foot's recording of the columns time, acceleration and angular rate, cleaned as any other."""
    size, done, count = path.stat().st_size, 0, 0
    columns = np.empty((COLUMNS, 0))
    for text in _blocks(path):
        done += len(text)
        lines = text.split("\n")[:-1]
        block = np.loadtxt(lines, delimiter=",", quotechar='"', comments=None, ndmin=2, skiprows=int(count == 0))
        end = count + len(block)
        if end > columns.shape[1]:
            columns = _resized(columns, count, int(SPARE * end * size / done))
        columns[:, count:end] = block.T
        count = end
    return clean(Table(columns[0, :count], columns[1:4, :count].T, columns[4:, :count].T), foot)


def _blocks(path: Path) -> Iterator[str]:
    """The file in blocks of whole lines."""
    rest = b""
    with path.open("rb") as file:
        while chunk := file.read(BLOCK_BYTES):
            end = chunk.rfind(b"\n") + 1
            yield (rest + chunk[:end]).decode()
            rest = chunk[end:]


def _resized(old: Floats, count: int, rows: int) -> Floats:
    """(columns, rows) with the first `count` rows of `old`."""
    new = np.empty((len(old), rows))
    new[:, :count] = old[:, :count]
    return new

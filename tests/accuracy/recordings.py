"""The recordings that others made, as the product sees them: read through its own import, analysed by its own
session."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from surefoot.analysis.model import Floats, Foot, Mounting, Samples, Strides
from surefoot.analysis.session import Results, Session
from surefoot.sensor_ingest.files.csv_reader import read_csv

DATA = Path(os.environ.get("SUREFOOT_EVAL_DATA", Path(__file__).parents[3] / "shared" / "data"))
"""Where the recordings are; none of them is part of the project."""


@dataclass(frozen=True, slots=True)
class Analysed:
    """A recording's samples and everything the session made of them."""

    samples: Mapping[Foot, Samples]
    results: Results
    mountings: Mapping[Foot, Mounting]

    def strides(self, foot: Foot = Foot.LEFT) -> Strides:
        """One foot's strides."""
        return self.results.strides[foot]


@lru_cache(maxsize=64)
def samples_of(name: str, foot: Foot = Foot.LEFT) -> Samples:
    """Samples of one file under the data folder."""
    return read_csv(DATA / name, foot).samples


def analyse(*samples: Samples) -> Analysed:
    """Run the session over one or two feet, each pushed whole."""
    session = Session(tuple(each.foot for each in samples))
    results = Results.join([*(session.push(each) for each in samples), session.flush()])
    return Analysed({each.foot: each for each in samples}, results, session.mountings)


@lru_cache(maxsize=64)
def analysed(left: str, right: str = "") -> Analysed:
    """A recording of one foot (taken as left) or of both."""
    feet = [samples_of(left)] + ([samples_of(right, Foot.RIGHT)] if right else [])
    return analyse(*feet)


def table(name: str) -> NDArray[np.void]:
    """A truth table as a structured array."""
    return np.genfromtxt(DATA / name, delimiter=",", names=True, dtype=None, encoding="utf-8")


def turned(samples: Samples, rotation: Floats) -> Samples:
    """The same movement seen by a pod that is mounted another way."""
    return replace(samples, acc_mps2=samples.acc_mps2 @ rotation.T, gyr_radps=samples.gyr_radps @ rotation.T)


def nearest(time_s: Floats, of_s: Floats) -> NDArray[np.int64]:
    """Index of the entry of `time_s` nearest to each of `of_s`."""
    return np.abs(time_s[:, None] - of_s).argmin(axis=0)

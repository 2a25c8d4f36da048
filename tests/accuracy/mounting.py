"""The same runs with the pod turned every way, and in short pieces: the axes must stay those of the foot."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.spatial.transform import Rotation

from surefoot.analysis.model import Floats, Foot, MountingStatus, Samples
from tests.accuracy.recordings import Analysed, analyse, analysed, samples_of, turned
from tests.accuracy.report import Finding
from tests.accuracy.treadmill import RUNS

ROTATIONS = 500
PIECE_S = 8.0


def axes_of(run: Analysed) -> Floats:
    """Rows x, y, z of the left foot in the sensor's frame."""
    return run.mountings[Foot.LEFT].sensor_to_foot


def angles_deg(a: Floats, b: Floats) -> Floats:
    """Angles between the rows of two frames."""
    return np.degrees(np.arccos(np.clip((a * b).sum(axis=1), -1.0, 1.0)))


def pieces(samples: Samples) -> Iterator[Samples]:
    """Stretches of 8 s, one every 4 s."""
    for start_s in np.arange(samples.time_s[0], samples.time_s[-1] - PIECE_S, PIECE_S / 2):
        inside = np.searchsorted(samples.time_s, [start_s, start_s + PIECE_S])
        yield samples[slice(*inside)]


def findings(rotations: int = ROTATIONS) -> Iterator[Finding]:
    """How far axes and contact times move."""
    worst_deg = worst_ms = 0.0
    for number, rotation in enumerate(Rotation.random(rotations, rng=np.random.default_rng(7)).as_matrix()):
        name = f"treadmill/{RUNS[number % len(RUNS)]}kmh.csv"
        plain, other = analysed(name), analyse(turned(samples_of(name), rotation))
        worst_deg = max(worst_deg, float(angles_deg(axes_of(plain) @ rotation.T, axes_of(other)).max()))
        change_s = other.strides().metrics["ground_contact_time_s"] - plain.strides().metrics["ground_contact_time_s"]
        worst_ms = max(worst_ms, 1e3 * float(np.nanmax(np.abs(change_s))))
    yield Finding(
        f"{rotations} rotations", "largest change of an axis", f"{worst_deg:.1e}°", "≤ 3°, no sign", worst_deg <= 3
    )
    yield Finding(
        f"{rotations} rotations", "largest change of a contact time", f"{worst_ms:.1e} ms", "≤ 2 ms", worst_ms <= 2
    )
    yield from in_pieces()


def in_pieces() -> Iterator[Finding]:
    """Axes from 8 s of running against those of the whole trial."""
    off_deg, unsure = [], 0
    for speed in RUNS:
        name = f"treadmill/{speed}kmh.csv"
        for piece in pieces(samples_of(name)):
            run = analyse(piece)
            unsure += run.mountings[Foot.LEFT].status is not MountingStatus.OK
            off_deg.append(float(angles_deg(axes_of(run), axes_of(analysed(name))).max()))
    worst = max(off_deg)
    found = f"{worst:.1f}° of {len(off_deg)} pieces, {unsure} unsure"
    yield Finding("8 s pieces", "largest change of an axis", found, "≤ 5°", worst <= 5)

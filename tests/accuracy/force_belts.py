"""A pod made from optical markers on the shoe, against the force plates under the belt (50 N)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.signal import butter, filtfilt
from scipy.spatial.transform import Rotation

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Floats, Foot, Samples
from tests.accuracy.recordings import analyse, nearest, table
from tests.accuracy.report import Finding

RATE_HZ = 240.0
RIGID = ("heel_T", "heel_LA", "heel_B", "latfoot", "met_5")
"""Markers behind the toe joint, where a pod on the laces sits; the toe bends away from them."""
HEEL = ("heel_T", "heel_LA", "heel_B")
"""Markers on the heel alone, whose roll against the flat foot is what the gait laboratory calls eversion."""
INVERSION = {Foot.LEFT: -1.0, Foot.RIGHT: 1.0}
CUTOFF_HZ = 30.0
"""Markers are good to about 0.3 mm: above this their second derivative is noise."""


def virtual_pod(foot: Foot) -> Samples:
    """Samples of an ideal pod fixed to the shoe's markers."""
    cluster_m = markers_m(foot, RIGID)
    centre_m, turns = cluster_m.mean(axis=1), turns_of(cluster_m)
    rate = (turns[:-2].inv() * turns[2:]).as_rotvec() * RATE_HZ / 2.0
    place_m = centre_m + turns.apply([0.0, 0.0, 0.03])
    accel = np.gradient(np.gradient(place_m, 1 / RATE_HZ, axis=0), 1 / RATE_HZ, axis=0)
    force = turns.inv().apply(accel + np.array([0.0, 0.0, STANDARD_GRAVITY_MPS2]))
    time_s = np.arange(len(force)) / RATE_HZ
    return Samples(foot, time_s[1:-1], force[1:-1], rate, np.zeros(len(rate), bool))


def eversion_deg(foot: Foot, contact_s: Floats, lift_s: Floats) -> Floats:
    """(k,) eversion excursion of the heel's markers in each contact: at contact less the least of the first 60 %."""
    heel_m, ends_m = markers_m(foot, HEEL), markers_m(foot, ("heel_B", "toe"))
    begin, flat, end = (
        np.round((contact_s + part * (lift_s - contact_s)) * RATE_HZ).astype(int) for part in (0.0, 0.4, 0.6)
    )
    turns = turns_of(heel_m)
    ahead = (ends_m[flat, 1] - ends_m[flat, 0]).mean(axis=0) * [1.0, 1.0, 0.0]
    ahead /= np.linalg.norm(ahead)
    level = np.stack([ahead, np.cross([0.0, 0.0, 1.0], ahead), [0.0, 0.0, 1.0]])
    tilt = level @ (turns * turns[flat].mean().inv()).as_matrix() @ level.T
    inversion = INVERSION[foot] * np.degrees(np.arctan2(tilt[:, 2, 1], tilt[:, 2, 2]))
    return np.array([inversion[a] - inversion[a:b].min() for a, b in zip(begin, end, strict=True)])


def turns_of(cluster_m: Floats) -> Rotation:
    """Orientation of a rigid cluster of markers (n, m, 3), in axes of its own."""
    shape = cluster_m - cluster_m.mean(axis=1, keepdims=True)
    return Rotation.concatenate([Rotation.align_vectors(each, shape[30])[0] for each in shape])


def markers_m(foot: Foot, names: Sequence[str]) -> Floats:
    """(n, m, 3) smoothed places of markers."""
    rows = table("force_belts/foot_markers_mm_240hz.csv")
    side = foot.value[0].upper()
    place = np.stack([[rows[f"{side}_{name}_{axis}"] for axis in "XYZ"] for name in names]).transpose(2, 0, 1)
    low = butter(2, CUTOFF_HZ, fs=RATE_HZ)
    smoothed: Floats = filtfilt(*low, place / 1e3, axis=0)
    return smoothed


def findings() -> Iterator[Finding]:
    """Contact time and cadence against the force."""
    contacts = table("force_belts/contacts.csv")
    start_s, end_s = contacts["contact_start_s"], contacts["contact_end_s"]
    for foot in Foot:
        strides = analyse(virtual_pod(foot)).strides(foot)
        near = nearest(start_s, strides.initial_contact_s)
        close = np.abs(start_s[near] - strides.initial_contact_s) < 0.08
        true_s = (end_s - start_s)[near]
        error_ms = 1e3 * (strides.metrics["ground_contact_time_s"] - true_s)[close]
        bias, spread = float(np.nanmedian(error_ms)), float(np.nanstd(error_ms))
        found = (
            f"{1e3 * np.nanmedian(strides.metrics['ground_contact_time_s']):.0f} ms: {bias:+.1f} ms, SD {spread:.1f} ms"
        )
        target = f"{1e3 * np.median(true_s[close]):.0f} ± 15 ms"
        yield Finding(f"force_belts {foot}", "contact time of marker pod against force", found, target, abs(bias) <= 15)
        lab_deg = float(np.median(eversion_deg(foot, start_s[near[close]], end_s[near[close]])))
        pod_deg = float(np.nanmedian(strides.metrics["eversion_excursion_deg"]))
        yield Finding(
            f"force_belts {foot}",
            "eversion excursion against the heel's markers",
            f"{pod_deg:.1f}° for {lab_deg:.1f}°",
            "±3°",
            abs(pod_deg - lab_deg) <= 3.0,
        )
        cadence = 120.0 / float(np.nanmean(strides.metrics["stride_time_s"]))
        yield Finding(
            f"force_belts {foot}", "cadence", f"{cadence:.1f} steps/min", "175.9 ± 1 %", abs(cadence / 175.9 - 1) < 0.01
        )

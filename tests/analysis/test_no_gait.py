"""Hands that wave, pods that are tapped, people who stand: nothing of it is a stride."""

from __future__ import annotations

import numpy as np
import pytest

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Floats, Foot, Samples
from tests.analysis.simulated import analyse

RATE_HZ = 208.0
DURATION_S = 60.0
TIME_S: Floats = np.arange(0.5, DURATION_S * RATE_HZ) / RATE_HZ
UP = np.array([0.0, 0.0, STANDARD_GRAVITY_MPS2])


def pod(acc_mps2: Floats, gyr_radps: Floats) -> Samples:
    return Samples(Foot.LEFT, TIME_S, acc_mps2, gyr_radps, np.zeros(len(TIME_S), bool))


def strides_in(samples: Samples) -> int:
    analysed = analyse((samples,))
    return len(analysed.strides())


def noise(seed: int, *scales: float) -> list[Floats]:
    chance = np.random.default_rng(seed)
    return [scale * chance.standard_normal((len(TIME_S), 3)) for scale in scales]


def direction(seed: int) -> Floats:
    vector = np.random.default_rng([7, seed]).standard_normal(3)
    unit: Floats = vector / np.linalg.norm(vector)
    return unit


@pytest.mark.parametrize("gyr_radps", [0.01, 0.3, 3.0, 10.0])
@pytest.mark.parametrize("acc_mps2", [0.05, 1.0, 10.0, 50.0])
@pytest.mark.parametrize("seed", [1, 2])
def test_noise_has_no_strides(acc_mps2: float, gyr_radps: float, seed: int) -> None:
    acc, gyr = noise(seed, acc_mps2, gyr_radps)
    assert strides_in(pod(UP + acc, gyr)) == 0


FREQUENCIES_HZ = (1.0, 1.4, 2.0, 2.6, 3.0)
AXES = range(4)


def waved(frequency_hz: float, axis: int, shaken_mps2: float) -> Samples:
    """A hand that turns about one axis by ±60° and swings by 20 cm along another, and trembles."""
    turn, push = direction(axis), direction(axis + 10)
    pace = 2.0 * np.pi * frequency_hz
    swing = np.sin(pace * TIME_S)[:, None]
    wobble, jitter = noise(axis, shaken_mps2, 0.1 * shaken_mps2)
    angle = np.radians(60.0) * swing
    rate = np.radians(60.0) * pace * np.cos(pace * TIME_S)[:, None] * turn
    acc = -0.2 * pace**2 * swing * push + _turned_back(UP, turn, angle)
    return pod(acc + wobble, rate + jitter)


@pytest.mark.parametrize("shaken_mps2", [0.0, 0.02, 0.2])
@pytest.mark.parametrize("frequency_hz", FREQUENCIES_HZ)
@pytest.mark.parametrize("axis", AXES)
def test_waving_has_no_strides(frequency_hz: float, axis: int, shaken_mps2: float) -> None:
    assert strides_in(waved(frequency_hz, axis, shaken_mps2)) == 0


def test_waving_with_strong_noise_has_no_strides() -> None:
    found = {(hz, axis): strides_in(waved(hz, axis, 1.0)) for hz in FREQUENCIES_HZ for axis in AXES}
    assert {case: strides for case, strides in found.items() if strides} == {}


def _turned_back(vector: Floats, axis: Floats, angle: Floats) -> Floats:
    """(n, 3) a fixed vector as seen from a frame that is turned about an axis by (n, 1) angles."""
    cos, sin = np.cos(angle), np.sin(angle)
    seen: Floats = cos * vector - sin * np.cross(axis, vector) + (1.0 - cos) * axis * (axis @ vector)
    return seen


def ring(since_s: Floats) -> Floats:
    """(n, 1) a tap's 40 Hz ringing."""
    after_s = np.maximum(since_s, 0.0)
    return np.where(since_s >= 0.0, np.exp(-after_s / 0.015) * np.cos(2.0 * np.pi * 40.0 * after_s), 0.0)[:, None]


@pytest.mark.parametrize("seed", range(6))
def test_taps_on_the_pod_have_no_strides(seed: int) -> None:
    chance = np.random.default_rng(seed)
    acc, gyr = noise(seed, 0.05, 0.02)
    for at_s in chance.uniform(1.0, DURATION_S - 1.0, 80):
        acc += chance.uniform(10.0, 80.0) * ring(TIME_S - at_s) * direction(int(chance.integers(100)))
        gyr += chance.uniform(0.5, 6.0) * ring(TIME_S - at_s) * direction(int(chance.integers(100)))
    assert strides_in(pod(UP + acc, gyr)) == 0


@pytest.mark.parametrize("period_s", [0.7, 1.1])
def test_steady_taps_on_a_pod_at_rest_have_no_strides(period_s: float) -> None:
    acc, gyr = noise(3, 0.05, 0.02)
    tap = ring(TIME_S % period_s)
    assert strides_in(pod(UP + acc + 40.0 * tap * direction(1), gyr + 3.0 * tap * direction(2))) == 0


@pytest.mark.parametrize("sway_hz", [0.2, 0.5, 1.0])
def test_swaying_on_the_spot_has_no_strides(sway_hz: float) -> None:
    pace = 2.0 * np.pi * sway_hz
    sway = np.sin(pace * TIME_S)[:, None]
    acc, gyr = noise(4, 0.05, 0.005)
    rate = np.radians(3.0) * pace * np.cos(pace * TIME_S)[:, None] * [1.0, 0.0, 0.0]
    tilted = UP + STANDARD_GRAVITY_MPS2 * np.radians(3.0) * sway * [0.0, 1.0, 0.0]
    assert strides_in(pod(tilted + acc, rate + gyr)) == 0

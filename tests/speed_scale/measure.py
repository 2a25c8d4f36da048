"""How well a scale learnt at some speeds tells another one: one left out, on a treadmill and on simulated ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from surefoot.analysis.companions import BELT_SPEED, Companion, CompanionReading
from surefoot.analysis.model import Window
from surefoot.analysis.speed_scale import (
    Reference,
    SpeedEvidence,
    SpeedScale,
    belt_evidence,
    speed_scale,
    window_speed_mps,
)
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile
from surefoot.firmware_sim.pod.imu import Imu, random_mounting
from tests.accuracy import recordings
from tests.accuracy.treadmill import RUNS, WALKS
from tests.analysis import simulated

SIMULATED_MPS = (2.2, 2.7, 3.2, 3.7, 4.2, 4.7)
MINUTE_S = 60.0
DISPLAY_SD = 0.01
"""What simulated belts are off by: real ones are good to 1–2 %."""
GAIN_SD = 0.03
"""What each axis of a simulated accelerometer is off by; what all share is known from gravity."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A speed that the scale was not learnt from.

    Parameters
    ----------
    true_mps : of the belt's display on a real treadmill, whose truth nobody knows; the true one of a simulated one.
    """

    true_mps: float
    own_mps: float
    scale: SpeedScale

    @property
    def error_pct(self) -> float:
        """Of the scaled speed."""
        return 100.0 * (self.own_mps * self.scale.factor / self.true_mps - 1.0)

    @property
    def raw_error_pct(self) -> float:
        """Of the speed as it was before."""
        return 100.0 * (self.own_mps / self.true_mps - 1.0)

    @property
    def is_inside(self) -> bool:
        """Whether the interval holds the truth."""
        return self.own_mps * self.scale.low <= self.true_mps <= self.own_mps * self.scale.high


@dataclass(frozen=True, slots=True)
class Minute:
    """Windows at one speed: the true one, and what the display says."""

    true_mps: float
    shown_mps: float
    windows: Sequence[Window]

    @property
    def own_mps(self) -> float:
        """Speed from the pods, windows by their length."""
        known = [(speed, each.end_s - each.start_s) for each in self.windows if (speed := window_speed_mps(each))]
        return float(np.average([speed for speed, _ in known], weights=[length for _, length in known]))

    @property
    def evidence(self) -> list[SpeedEvidence]:
        """What a belt that says its speed once a second teaches."""
        end_s = max(each.end_s for each in self.windows)
        said = [
            CompanionReading(Companion.TREADMILL, float(at_s), {BELT_SPEED: self.shown_mps})
            for at_s in np.arange(0.5, end_s)
        ]
        return belt_evidence(self.windows, said)


def left_out(minutes: Sequence[Minute]) -> Iterator[LeftOut]:
    """Each speed, by a scale learnt from the others."""
    for minute in minutes:
        scale = speed_scale(each for other in minutes if other is not minute for each in other.evidence)
        assert scale is not None
        yield LeftOut(minute.true_mps, minute.own_mps, scale)


def by_distance(minutes: Sequence[Minute]) -> Iterator[LeftOut]:
    """Each speed, by a scale learnt from the length of a run at all the others, as of a measured course."""
    for minute in minutes:
        others = [other for other in minutes if other is not minute]
        own_mps = float(np.mean([other.own_mps for other in others]))
        true_mps = float(np.mean([other.true_mps for other in others]))
        scale = speed_scale([SpeedEvidence(Reference.DISTANCE, own_mps, true_mps, MINUTE_S * len(others))])
        assert scale is not None
        yield LeftOut(minute.true_mps, minute.own_mps, scale)


def treadmill(speeds_kmh: Sequence[int] = (*WALKS, *RUNS)) -> list[Minute]:
    """One person on a real treadmill, half a minute at each speed."""
    found = []
    for kmh in speeds_kmh:
        windows = recordings.analysed(f"treadmill/{kmh}kmh.csv").results.windows
        found.append(Minute(kmh / 3.6, kmh / 3.6, windows))
    return found


def simulated_treadmill(seed: int) -> list[Minute]:
    """A simulated runner, with pods whose accelerometers are off, on a belt whose display is off."""
    rng = np.random.default_rng([17, seed])
    strike = ("rear", "mid", "fore")[seed % 3]
    runner = RunnerProfile(strike=strike)  # type: ignore[arg-type]
    shown, gains = 1.0 + DISPLAY_SD * rng.standard_normal(), 1.0 + GAIN_SD * rng.standard_normal(3)
    minutes = []
    for number, mps in enumerate(SIMULATED_MPS):
        imu = Imu(mounting=random_mounting(seed))
        recording = simulated.record(runner, [PlannedBout("run", MINUTE_S, mps)], 100 * seed + number, imu)
        feet = [replace(each, acc_mps2=gains * each.acc_mps2) for each in recording.feet]
        minutes.append(Minute(mps, mps * shown, simulated.analyse(feet).results.windows))
    return minutes

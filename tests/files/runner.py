"""A runner recorded by a device of any rate, range and resolution, and what is measured of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from surefoot.analysis.model import Floats, Foot, Samples
from surefoot.firmware_sim.body.motion import Motion, PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.pod.imu import Imu, read_imu
from surefoot.library import Analysis, analyze

PLAN = (PlannedBout("still", 6.0), PlannedBout("run", 54.0, 3.0))
CLEAN_HZ = 208.0


@dataclass(frozen=True, slots=True)
class Device:
    """Readings per second, and ranges of the two sensors; readings have 16 bits of the range."""

    rate_hz: float = CLEAN_HZ
    acc_range_g: float = 16.0
    gyr_range_dps: float = 2000.0


CLEAN = Device()


@lru_cache(maxsize=1)
def motion() -> Motion:
    return simulate(RunnerProfile(), PLAN, 1)


@lru_cache(maxsize=64)
def recorded(foot: Foot, device: Device = CLEAN) -> Samples:
    """The foot's true readings by a device, at their true times."""
    imu = Imu(device.rate_hz, acc_range_g=device.acc_range_g, gyr_range_dps=device.gyr_range_dps)
    return read_imu(motion(), foot, imu, 1)


def rows(samples: Samples) -> Floats:
    """(n, 7) time_s, acceleration in m/s², angular rate in rad/s."""
    return np.column_stack((samples.time_s, samples.acc_mps2, samples.gyr_radps))


def write(path: Path, samples: Samples, time_s: Floats | None = None, decimals: int = 6) -> Path:
    """A file of plain columns, with other times than the true ones."""
    names = [f"acc_{axis}_mps2" for axis in "xyz"] + [f"gyr_{axis}_radps" for axis in "xyz"]
    table = rows(samples)
    table[:, 0] = samples.time_s if time_s is None else time_s
    formats = [f"%.{decimals}f", *["%.4f"] * 6]
    np.savetxt(path, table, formats, ",", header=",".join(["time_s", *names]), comments="")
    return path


@dataclass(frozen=True, slots=True)
class Measured:
    """Steps per minute, and contact of each foot; NaN where withheld."""

    cadence_spm: float
    contact_ms: tuple[float, ...]
    told: tuple[str, ...]

    @classmethod
    def of(cls, analysis: Analysis) -> Measured:
        summary = analysis.summary
        contacts = [summary[f"ground_contact_time_s_{foot}"] for foot in analysis.quality]
        return cls(
            float("nan") if summary["cadence_spm"] is None else summary["cadence_spm"],
            tuple(float("nan") if each is None else 1e3 * each for each in contacts),
            tuple(note for foot in analysis.quality.values() for note in foot.notes),
        )

    def off(self, true: Measured) -> tuple[float, float]:
        """Cadence off by, percent; contact off by at most, ms."""
        off_ms = [abs(found - right) for found, right in zip(self.contact_ms, true.contact_ms, strict=True)]
        return 100.0 * abs(self.cadence_spm / true.cadence_spm - 1.0), max(off_ms)


def true_of(*feet: Foot, device: Device = CLEAN) -> Measured:
    """What is measured of the true readings."""
    left, right = (recorded(foot, device) if foot in feet else None for foot in Foot)
    return Measured.of(analyze(left, right))

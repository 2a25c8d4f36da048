"""Values that the analysis takes and gives: samples, strides, bouts and windows.

Times are seconds on the session clock, everything else SI; the unit is part of the name. The sensor frame is whatever
way the pod sits on the shoe. The foot frame is right-handed, x toes, y left, z up, on both feet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntFlag, StrEnum
from math import nan

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

STANDARD_GRAVITY_MPS2 = 9.80665


class Foot(StrEnum):
    """Which foot a pod is on."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def other(self) -> Foot:
        """The opposite foot."""
        return Foot.RIGHT if self is Foot.LEFT else Foot.LEFT


@dataclass(frozen=True, slots=True, repr=False)
class Samples:
    """Consecutive readings of one pod in the sensor frame; missing readings are absent, never filled in.

    Parameters
    ----------
    foot : also as text, "left" or "right".
    time_s : (n,) strictly increasing, seconds on the session clock.
    acc_mps2 : (n, 3) specific force, gravity included.
    gyr_radps : (n, 3) angular rate; all NaN, as by default, where the pod has no gyroscope.
    clipped : (n,) True where any axis is at the end of its range; by default nowhere.
    gyr_clipped : (n,) the same of the gyroscope alone; wherever `clipped` is, unless it is given.

    Raises
    ------
    ValueError
        If the shapes do not agree.
    """

    foot: Foot
    time_s: Floats
    acc_mps2: Floats
    gyr_radps: Floats = field(default_factory=lambda: np.empty((0, 3)))
    clipped: Bools = field(default_factory=lambda: np.empty(0, bool))
    gyr_clipped: Bools = field(default_factory=lambda: np.empty(0, bool))

    def __post_init__(self) -> None:
        n = len(self.time_s)
        gyr_radps = self.gyr_radps if len(self.gyr_radps) else np.full((n, 3), np.nan)
        clipped = self.clipped if len(self.clipped) else np.zeros(n, bool)
        gyr_clipped = self.gyr_clipped if len(self.gyr_clipped) else clipped
        object.__setattr__(self, "foot", Foot(self.foot))
        object.__setattr__(self, "time_s", np.asarray(self.time_s, dtype=np.float64))
        object.__setattr__(self, "acc_mps2", np.asarray(self.acc_mps2, dtype=np.float64))
        object.__setattr__(self, "gyr_radps", np.asarray(gyr_radps, dtype=np.float64))
        object.__setattr__(self, "clipped", np.asarray(clipped, dtype=bool))
        object.__setattr__(self, "gyr_clipped", np.asarray(gyr_clipped, dtype=bool))
        if (
            self.acc_mps2.shape != (n, 3)
            or self.gyr_radps.shape != (n, 3)
            or not (self.clipped.shape == self.gyr_clipped.shape == (n,))
        ):
            raise ValueError(
                f"Samples: {n} times, but acc_mps2 {self.acc_mps2.shape}, gyr_radps {self.gyr_radps.shape}, "
                f"clipped {self.clipped.shape}, gyr_clipped {self.gyr_clipped.shape}"
            )

    def __len__(self) -> int:
        return len(self.time_s)

    def __getitem__(self, rows: slice) -> Samples:
        return self.at(rows)

    def __repr__(self) -> str:
        span = f", {self.time_s[0]:.2f} to {self.time_s[-1]:.2f} s" if len(self) else ""
        return f"<Samples {self.foot}: {len(self)} readings{span}>"

    def at(self, rows: slice | Bools | Ints) -> Samples:
        """The readings of these rows."""
        return Samples(
            self.foot,
            self.time_s[rows],
            self.acc_mps2[rows],
            self.gyr_radps[rows],
            self.clipped[rows],
            self.gyr_clipped[rows],
        )

    def in_radps(self) -> Samples:
        """The same, its angular rate taken as °/s and converted."""
        return replace(self, gyr_radps=np.deg2rad(self.gyr_radps))


class Gait(StrEnum):
    """Gait of a stride or a window."""

    RUN = "run"
    WALK = "walk"


class Flag(IntFlag):
    """Limitations of a stride; several may hold at once."""

    CLIPPED = 1
    GAP = 2
    CONTACT_WITHHELD = 4
    NO_GYROSCOPE = 8
    ANGLES_WITHHELD = 16
    LATE = 32
    """Known only after the watermark had passed it: left out of pairing, windows, bouts and findings."""
    UNWATCHED_GAP = 64
    """An ankle roll at the landing that ends the stride could not be seen: readings are missing between the last quiet
    foot and 0.2 s after that landing."""
    UNWATCHED_CLIPPED = 128
    """The same, because the gyroscope clips between the last quiet foot and that landing."""
    UNWATCHED_AXES = 256
    """The same, because the foot's axes or the landing's time are not known, or the foot did not travel forward."""
    AFTER_GAP = 512
    """Readings are missing between the stride before and this one, which begins later: landings there were lost."""
    LANDING_GAP = 1024
    """Readings are missing at a landing that begins or ends the stride, or it may be another landing than the next: no
    step or flight time. Stride time is known nevertheless where the two landings, matched as a whole, are alike."""
    CLOCKS_APART = 2048
    """Step and flight are withheld: both feet's contacts do not explain how unequal they are."""
    IMPACT_CLIPPED = 4096
    """The sensor is at the end of its range in the landing that begins the stride: its impact is a lower bound."""
    CLOCKS_UNKNOWN = 8192
    """Step and flight are withheld: nothing tells one foot's clock from the other's there."""


class MountingStatus(StrEnum):
    """How far the estimated foot frame of a pod can be trusted."""

    OK = "ok"
    UNSURE = "unsure"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Mounting:
    """How a pod sits on its shoe, estimated from the gait itself.

    Parameters
    ----------
    sensor_to_foot : (3, 3) rotation, rows are the foot's x (toes), y (left) and z (up) in the sensor frame; NaN if
        unknown.
    pitch_axis : (3,) axis in the sensor frame about which leg and foot swing, left of the direction of travel; known
        from the gyroscope even where gravity is missing. The foot's own left differs by a few degrees: toes point
        outward.
    gravity_mps2 : size of the mean specific force over the strides that it is estimated from.
    behind_toes_m : gait → how far the pod sits behind the toes; only what is certain, comparable within one gait.
    """

    status: MountingStatus
    sensor_to_foot: Floats
    pitch_axis: Floats
    note: str = ""
    gravity_mps2: float = nan
    behind_toes_m: Mapping[Gait, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class Strides:
    """One foot's gait cycles, one row each, in time order.

    Parameters
    ----------
    initial_contact_s, terminal_contact_s, next_initial_contact_s : (n,) session clock; NaN where not measurable.
    running : (n,) True for running, False for walking.
    confidence : (n,) 0 … 1, that the row is a stride with these contacts.
    flags : (n,) bits of `Flag`.
    metrics : registry key → (n,) values, NaN where not measurable.
    """

    foot: Foot
    initial_contact_s: Floats
    terminal_contact_s: Floats
    next_initial_contact_s: Floats
    running: Bools
    confidence: Floats
    flags: Ints
    metrics: Mapping[str, Floats]

    def __len__(self) -> int:
        return len(self.initial_contact_s)

    def __getitem__(self, rows: slice | Bools | Ints) -> Strides:
        return Strides(
            self.foot,
            self.initial_contact_s[rows],
            self.terminal_contact_s[rows],
            self.next_initial_contact_s[rows],
            self.running[rows],
            self.confidence[rows],
            self.flags[rows],
            {key: values[rows] for key, values in self.metrics.items()},
        )

    def __repr__(self) -> str:
        return f"<Strides {self.foot}: {len(self)}, {len(self.metrics)} metrics>"

    def has(self, flag: Flag) -> Bools:
        """(n,) rows that carry a flag."""
        return (self.flags & int(flag)) != 0

    @classmethod
    def empty(cls, foot: Foot) -> Strides:
        """No strides."""
        empty = np.empty(0)
        return cls(foot, empty, empty, empty, np.empty(0, bool), empty, np.empty(0, np.int64), {})

    @classmethod
    def join(cls, parts: list[Strides]) -> Strides:
        """One foot's strides from consecutive pieces; empty pieces are skipped."""
        full = [part for part in parts if len(part)]
        if len(full) < 2:
            return full[0] if full else parts[0]
        return cls(
            full[0].foot,
            np.concatenate([part.initial_contact_s for part in full]),
            np.concatenate([part.terminal_contact_s for part in full]),
            np.concatenate([part.next_initial_contact_s for part in full]),
            np.concatenate([part.running for part in full]),
            np.concatenate([part.confidence for part in full]),
            np.concatenate([part.flags for part in full]),
            {key: np.concatenate([part.metrics[key] for part in full]) for key in full[0].metrics},
        )


class BoutKind(StrEnum):
    """What a bout consists of."""

    RUN = "run"
    WALK = "walk"
    STILL = "still"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Bout:
    """A stretch of one kind of movement, on the session clock."""

    kind: BoutKind
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with the 95 % interval of its sampling error, the number of strides and their standard deviation."""

    value: float
    low: float
    high: float
    n: int
    spread: float = nan


class Reason(StrEnum):
    """Why a value is withheld."""

    FEW_STRIDES = "few_strides"
    """It is known in less than half of the strides, and those are seldom like the others."""
    RATE = "rate"
    """Left and right are not compared, because the pods' sampling rates differ."""
    SLOW_RATE = "slow_rate"
    """The same, and one is so slow that it shows in times."""
    SELDOM = "seldom"
    """Left and right are not compared, because the pods read too seldom for jolts and ways."""
    VERY_SELDOM = "very_seldom"
    """The same, and so seldom that it shows in times."""
    RANGE = "range"
    """Left and right are not compared, because many landings reach the end of a sensor's range."""
    PLACE = "place"
    """Left and right are not compared, because the pods sit at different places along their shoes."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """A value that is not told; it is known in `n` of `of` strides."""

    reason: Reason
    n: int
    of: int


@dataclass(frozen=True, slots=True)
class Window:
    """Both feet over one period of steady gait.

    Parameters
    ----------
    feet : each foot's medians of what is known in at least half of its strides.
    asymmetry_pct : right less left in percent of their mean, for metrics that are compared in percent.
    difference : right less left in the metric's own unit, for those that may cross zero.
    withheld : each foot's other metrics.
    not_compared : metrics in which the two pods do not read alike.
    """

    start_s: float
    end_s: float
    gait: Gait
    cadence_spm: Estimate
    feet: Mapping[Foot, Mapping[str, Estimate]]
    asymmetry_pct: Mapping[str, Estimate]
    difference: Mapping[str, Estimate] = field(default_factory=dict)
    withheld: Mapping[Foot, Mapping[str, Withheld]] = field(default_factory=dict)
    not_compared: Mapping[str, Reason] = field(default_factory=dict)

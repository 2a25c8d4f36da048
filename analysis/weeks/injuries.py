"""Injuries that a runner has had."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from surefoot.analysis.model import Foot


class InjuryKind(StrEnum):
    """What it was, as the runner was told or says."""

    SPRAIN = "sprain"
    TENDON = "tendon"
    STRESS_FRACTURE = "stress_fracture"
    MUSCLE = "muscle"
    OTHER = "other"
    DONT_KNOW = "dont_know"


class Onset(StrEnum):
    """How it began."""

    SUDDEN = "sudden"
    GRADUAL = "gradual"


@dataclass(frozen=True, slots=True)
class Injury:
    """One injury.

    Parameters
    ----------
    day : when it began.
    grade : 1 … 3 of a sprain; None where nobody has told.
    over : since when the runner takes it for over; None while it is not.
    """

    id: str
    foot: Foot
    kind: InjuryKind
    day: date
    onset: Onset | None = None
    grade: int | None = None
    over: date | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if self.grade not in (None, 1, 2, 3):
            raise ValueError(f"grade must be 1, 2 or 3, not {self.grade}")
        if self.over is not None and self.over < self.day:
            raise ValueError(f"over must not be before day, {self.day}")


def open_injuries(injuries: Iterable[Injury], today: date) -> list[Injury]:
    """Those that are not over, the newest first."""
    found = [each for each in injuries if each.day <= today and (each.over is None or each.over > today)]
    return sorted(found, key=lambda each: each.day, reverse=True)

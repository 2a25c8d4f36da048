"""One run against the longest of the thirty days before it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from surefoot.analysis.weeks.history import PastRun, before, within
from surefoot.analysis.weeks.words import day_name, km, percent

REFERENCE_DAYS = 30
"""As in Schuster Brandt Frandsen et al. 2025, doi 10.1136/bjsports-2024-109380."""
MAX_RATIO = 1.10
STUDY = "In 5,205 runners such runs were followed by more overuse injuries ({}); that is a finding about groups."
FOUND = ((2.0, "+128 %, 50 to 248"), (1.3, "+52 %, 16 to 100"), (MAX_RATIO, "+64 %, 31 to 105"))
"""Hazard ratios 2.28 (1.50 to 3.48), 1.52 (1.16 to 2.00) and 1.64 (1.31 to 2.05), each above a ratio of distances."""


@dataclass(frozen=True, slots=True)
class Session:
    """A run against the longest of the 30 days that end with it.

    Parameters
    ----------
    longest : None where there was none.
    days_since : since the run before it; None where it is the first that is known.
    unknown : a run that may have been longer than the longest, as nobody knows how long it was.
    of : what kind of runs they are, with a space behind it, as "road "; the study compared all runs, and is quoted of
        them alone.
    """

    run: PastRun
    longest: PastRun | None = None
    days_since: int | None = None
    unknown: PastRun | None = None
    of: str = ""

    @property
    def ratio(self) -> float | None:
        """Its distance in longest runs; None where it cannot be told."""
        if self.longest is None or self.unknown or not self.longest.distance_m or self.run.distance_m is None:
            return None
        return round(self.run.distance_m / self.longest.distance_m, 9)  # 12.1 / 11.0 is no more than 1.10

    @property
    def is_longer(self) -> bool:
        """Whether it is longer than the longest by more than a tenth."""
        return self.ratio is not None and self.ratio > MAX_RATIO

    @property
    def sentence(self) -> str:
        """What the runner reads; empty where nothing is to be said."""
        if self.run.distance_m is None:
            return "The length of this run is not known: it is not compared with the longest run."
        if self.unknown is not None:
            return f"The length of the run of {day_name(self.unknown.day)} is not known: this run is not compared."
        if self.longest is None:
            return f"First {self.of}run for {self.days_since} days." if self.days_since else ""
        return self._longer(self.ratio) if self.ratio and self.is_longer else ""

    def _longer(self, ratio: float) -> str:
        assert self.longest is not None
        long_m, run_m = self.longest.distance_m or 0.0, self.run.distance_m or 0.0
        what = f"the longest {self.of}run of {REFERENCE_DAYS} days ({km(long_m)}, {day_name(self.longest.day)})"
        study = "" if self.of else f" {STUDY.format(next(words for above, words in FOUND if ratio > above))}"
        return f"{km(run_m)} is {percent(ratio)} over {what}.{study}"


def session(history: Iterable[PastRun], run: PastRun, of: str = "") -> Session:
    """Compare a run with those before it.

    Parameters
    ----------
    history : may hold the run itself and later ones, which do not count.
    of : as in `Session`.
    """
    earlier = before(history, run)
    recent = within(earlier, run.day, REFERENCE_DAYS)
    known = [each for each in recent if each.distance_m]
    longest = max(known, key=lambda each: each.distance_m or 0.0, default=None)
    long_s = 0.0 if longest is None else longest.run_s
    unknown = next((each for each in recent if not each.distance_m and each.run_s >= long_s), None)
    return Session(run, longest, (run.day - earlier[-1].day).days if earlier else None, unknown, of)

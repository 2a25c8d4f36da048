"""What a runner's page needs from the service: past runs, what was said over weeks, and the address of a calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from surefoot.analysis.model import Estimate, Foot
from surefoot.analysis.weeks.feeling import CheckIn
from surefoot.analysis.weeks.injuries import Injury
from surefoot.analysis.weeks.labels import Shoe
from surefoot.analysis.weeks.usual_now import UsualNow
from surefoot.dashboards.physio_facts import PhysioFacts


@dataclass(frozen=True, slots=True)
class RunGait:
    """How somebody ran, with the error within the run; None or absent is what is not known.

    Parameters
    ----------
    contact_s : ground contact of each foot.
    asymmetry_pct : of ground contact, right less left in percent of their mean.
    """

    cadence_spm: Estimate | None = None
    contact_s: Mapping[Foot, Estimate] = field(default_factory=dict)
    asymmetry_pct: Estimate | None = None


@dataclass(frozen=True, slots=True)
class PastRun:
    """One run, of the pods or of a watch alone.

    Parameters
    ----------
    run : its id, or the label of a watch's run.
    began : in local time.
    duration_s, distance_m : None where they are not known.
    has_report : whether it was recorded by pods, and the recording is there.
    shoe : what the shoe is called; empty where nobody has said it.
    """

    run: str
    began: datetime
    duration_s: float | None
    distance_m: float | None
    has_report: bool
    shoe: str = ""
    gait: RunGait = RunGait()


@dataclass(frozen=True, slots=True)
class WornShoe:
    """A pair of shoes, how far it has gone, and in how many runs; some of which have no known distance."""

    shoe: Shoe
    distance_m: float
    runs: int
    runs_without_distance: int


@dataclass(frozen=True, slots=True)
class History:
    """Everything of a runner over weeks.

    Parameters
    ----------
    runs : newest first.
    check_ins, flags : what was said of feet and legs, and what is to be seen because of it.
    feed_since : since when there is an address of a calendar; None without one.
    usual : what the runner's runs are compared with, and how they compare.
    load : what is to be said of the newest run's load, and of this week's.
    """

    name: str
    runs: Sequence[PastRun]
    check_ins: Sequence[CheckIn]
    flags: Sequence[str]
    shoes: Sequence[WornShoe]
    injuries: Sequence[Injury]
    feed_since: datetime | None
    usual: UsualNow
    load: Sequence[str] = ()


class HistorySource(Protocol):
    """Past runs and what runners say over weeks. Methods are called from any thread."""

    def history(self, runner: str) -> History:
        """What is known of a runner; KeyError where there is no such runner."""

    def physio_facts(self, runner: str) -> PhysioFacts:
        """What a physio reads of a runner; KeyError where there is no such runner."""

    def numbers(self, runner: str, run: str) -> Mapping[str, float | None]:
        """The summary of a run that has ended; KeyError where there is none."""

    def shoes(self, runner: str) -> Sequence[Shoe]:
        """A runner's shoes, without how far each has gone."""

    def injuries(self, runner: str) -> Sequence[Injury]:
        """A runner's injuries, as in their history."""

    def keep(self, runner: str, value: Injury | Shoe) -> None:
        """Keep a value; one with the same id is corrected. OSError where the disk does not take it."""

    def remove(self, runner: str, value: Injury) -> None:
        """Take an injury back that was a mistake; OSError as above."""

    def confirm_usual(self, runner: str, day: date) -> None:
        """Make the healthy runs up to a day the runner's usual.

        Raises
        ------
        ValueError
            if there are too few; str() is one sentence for people.
        OSError
            as above.
        """

    def new_feed(self, runner: str) -> str:
        """Token of a calendar's address, in place of an earlier one."""

    def end_feed(self, runner: str) -> None:
        """From now on the address leads nowhere."""

    def feed(self, token: str) -> tuple[str, Sequence[PastRun]]:
        """Name and runs of whose calendar it is; KeyError where nobody has given this address out."""

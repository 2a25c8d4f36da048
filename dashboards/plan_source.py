"""What a runner's page of their plan needs from the service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from surefoot.analysis.weeks.build_up import LegTests, Waits
from surefoot.analysis.weeks.exercises import Adherence, Did, Exercise
from surefoot.analysis.weeks.followed import FollowedPlan
from surefoot.analysis.weeks.injuries import Injury
from surefoot.analysis.weeks.plan import Row
from surefoot.analysis.weeks.progress import Judged


@dataclass(frozen=True, slots=True)
class PlanState:
    """The plan that a runner follows, as it is known now.

    Parameters
    ----------
    followed : None where none is.
    sentence : what today is; without a plan, empty.
    came_of_last : what came of the newest session; empty before the first, and where `sentence` says it.
    number : of the next row, from 1; None where none is named, and in the build phase.
    row : of the next session; None where none is named.
    judged : sessions so far, oldest first.
    waits : what the build phase does not have yet; empty before it.
    injuries : that are open, the newest first.
    tests : what the runner said last of calf raises and balance.
    unanswered_run : of the session of which the runner can still tell what is missing; empty without one.
    exercises : with what was told of each, also where no plan is followed; those that go on first.
    """

    name: str
    followed: FollowedPlan | None
    sentence: str = ""
    came_of_last: str = ""
    number: int | None = None
    row: Row | None = None
    judged: Sequence[Judged] = ()
    is_build: bool = False
    waits: frozenset[Waits] = field(default_factory=frozenset)
    injuries: Sequence[Injury] = ()
    tests: LegTests | None = None
    unanswered_run: str = ""
    exercises: Sequence[Adherence] = ()


class PlanSource(Protocol):
    """Plans of all runners. Methods are called from any thread; those that write raise OSError where the disk is full.

    `by` is the account that asks. What cannot be begun is a ValueError with its sentence.
    """

    def plan(self, runner: str) -> PlanState:
        """What is known of a runner's plan; KeyError where there is no such runner."""

    def begin_sprain(self, runner: str, by: str, stands: bool | None, moves: bool | None) -> str:
        """Begin the walk–run table; says whether it does, or what is missing."""

    def begin_tendon(self, runner: str, by: str, minutes: float | None) -> str:
        """Begin caps that grow from what the runner runs now; says whether they do, or what is missing."""

    def begin_clinician(self, runner: str, by: str, rows: Sequence[Row], made_by: str, made: date, flat: bool) -> None:
        """Begin rows that a clinician has made."""

    def end(self, runner: str, by: str) -> None:
        """End the plan."""

    def keep_tests(
        self, runner: str, by: str, hurt: bool | None, steady: bool | None, raises: tuple[int | None, int | None]
    ) -> None:
        """Keep what a runner says of calf raises and balance today.

        Parameters
        ----------
        raises : how many on the left leg and on the right.

        Raises
        ------
        ValueError
            if so many cannot be.
        """

    def prescribe(self, runner: str, by: str, exercise: Exercise) -> None:
        """Keep a new exercise as somebody wrote it; its id is not looked at."""

    def tell_exercise(
        self, runner: str, by: str, exercise_id: str, day: date, did: Did | None, hurt: bool | None
    ) -> None:
        """Keep what the runner says of an exercise on a day; said again, it is corrected; None takes it back."""

    def end_exercise(self, runner: str, by: str, exercise_id: str) -> None:
        """End an exercise; on its first day or before it is taken back."""

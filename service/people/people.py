"""What is known of the people of a data folder, as values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

from surefoot.analysis.weeks.anchor import Anchor
from surefoot.analysis.weeks.build_up import LegTests
from surefoot.analysis.weeks.exercises import Exercise, ExerciseDone
from surefoot.analysis.weeks.feeling import CheckIn, Seen
from surefoot.analysis.weeks.followed import FollowedPlan
from surefoot.analysis.weeks.injuries import Injury
from surefoot.analysis.weeks.labels import RunLabels, Shoe
from surefoot.analysis.weeks.measured_legs import MeasuredLegs
from surefoot.analysis.weeks.red_flags import RedFlag, red_flags
from surefoot.service.errors.people import EntryError
from surefoot.service.people.forgotten import Forgotten
from surefoot.service.people.people_file import Entry, EntryKind, PeopleFile
from surefoot.service.people.push import PushSubscription
from surefoot.service.people.typed_values import from_json, to_json

Typed = (
    Anchor | CheckIn | Exercise | ExerciseDone | FollowedPlan | Injury | LegTests | MeasuredLegs | PushSubscription
    | RunLabels | Seen | Shoe
)  # fmt: skip
T = TypeVar(
    "T", Anchor, CheckIn, Exercise, ExerciseDone, FollowedPlan, Injury, LegTests, MeasuredLegs, PushSubscription,
    RunLabels, Seen, Shoe,
)  # fmt: skip
KINDS: dict[type[Any], EntryKind] = {
    Anchor: EntryKind.USUAL,
    CheckIn: EntryKind.CHECK_IN,
    Exercise: EntryKind.EXERCISE,
    ExerciseDone: EntryKind.EXERCISE_DONE,
    FollowedPlan: EntryKind.PLAN,
    Injury: EntryKind.INJURY,
    LegTests: EntryKind.LEG_TESTS,
    MeasuredLegs: EntryKind.MEASURED_LEGS,
    PushSubscription: EntryKind.PUSH,
    RunLabels: EntryKind.LABELS,
    Seen: EntryKind.SEEN,
    Shoe: EntryKind.SHOE,
}


class People:
    """Entries of all runners; several processes may read and write them at once.

    Parameters
    ----------
    now : a clock, in UTC.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.file = PeopleFile(folder)
        self._forgotten = Forgotten(folder)
        self._now = now

    def keep(self, runner: str, value: Typed, by: str = "") -> None:
        """Keep a value; one with the same id is corrected.

        A check-in from before the runner was forgotten, which a phone kept until now, is taken and dropped.
        """
        if isinstance(value, CheckIn) and self._forgotten.covers(runner, value.at_utc):
            return
        self.file.add(Entry(KINDS[type(value)], _id(value), runner, self._now(), to_json(value), by))

    def withdraw(self, runner: str, kind: type[T], entry_id: str, by: str = "") -> None:
        """Take an entry back; it stays in the file as withdrawn.

        Raises
        ------
        EntryError
            if the runner has no such entry.
        """
        found = self.file.entry(KINDS[kind], runner, entry_id)
        if found is None:
            raise EntryError(f"there is no entry {entry_id} of {runner}")
        self.file.add(Entry(found.kind, entry_id, runner, self._now(), found.fields, by, withdrawn=True))

    def all_of(self, runner: str, kind: type[T]) -> Sequence[T]:
        """Everything of one kind that holds, in the order of its entry."""
        return [from_json(kind, each.fields) for each in self.file.entries(KINDS[kind], runner)]

    def seen(self, runner: str) -> date | None:
        """The last day on which somebody has examined what hurt."""
        return max((each.day for each in self.all_of(runner, Seen)), default=None)

    def red_flags(self, runner: str, today: date) -> Sequence[RedFlag]:
        """What is to be seen, from what the runner says and nothing else."""
        injuries = [injury.day for injury in self.all_of(runner, Injury)]
        return red_flags(self.all_of(runner, CheckIn), today, injuries, self.seen(runner))


def _id(value: Typed) -> str:
    return value.run if isinstance(value, RunLabels) else value.id

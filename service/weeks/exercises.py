"""Exercises of a runner are prescribed, told and ended."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from surefoot.analysis.weeks.exercises import Adherence, Did, Exercise, ExerciseDone, adherence
from surefoot.analysis.weeks.measured_legs import MeasuredLegs
from surefoot.analysis.weeks.words import day_name
from surefoot.service.errors.people import EntryError
from surefoot.service.people.people import People


class Exercises:
    """The exercises of a runner.

    Parameters
    ----------
    by : account that writes; empty where nobody signs in.
    """

    def __init__(self, people: People, runner: str, by: str = "") -> None:
        self._people = people
        self._runner = runner
        self._by = by

    def told(self, today: date) -> Sequence[Adherence]:
        """Each with how often it was done: those that go on or are to come first, in the order of their entry."""
        log = self._people.all_of(self._runner, ExerciseDone)
        measured = self._people.all_of(self._runner, MeasuredLegs)
        found = [
            replace(adherence(each, log, today), measured=[legs for legs in measured if _are_of(legs, each)])
            for each in self._people.all_of(self._runner, Exercise)
        ]
        return sorted(found, key=lambda each: bool(each.weeks) and not each.is_open)

    def prescribe(self, exercise: Exercise) -> None:
        """Keep a new one; it gets an id."""
        self._people.keep(self._runner, replace(exercise, id=secrets.token_hex(12)), self._by)

    def tell(self, exercise_id: str, day: date, did: Did, hurt: bool | None, today: date) -> None:
        """Keep what the runner says of one on a day; said again, it is corrected. EntryError for other days."""
        told = ExerciseDone(self._entry(exercise_id, day, today), exercise_id, day, did, hurt)
        self._people.keep(self._runner, told, self._by)

    def take_back(self, exercise_id: str, day: date, today: date) -> None:
        """Nothing is told of one on a day. EntryError for other days, and where nothing was."""
        self._people.withdraw(self._runner, ExerciseDone, self._entry(exercise_id, day, today), self._by)

    def keep_measured(self, legs: MeasuredLegs) -> Sequence[Exercise]:
        """Keep what pods saw beside the exercises of its day that they can measure; returns these. It tells nothing."""
        found = [each for each in self._people.all_of(self._runner, Exercise) if _are_of(legs, each)]
        if found:
            self._people.keep(self._runner, legs, self._by)
        return found

    def end(self, exercise_id: str, today: date) -> None:
        """End one; on its first day or before it is taken back. EntryError where there is none or it has ended."""
        found = self._exercise(exercise_id)
        if found.ended is not None:
            raise EntryError("this exercise has ended")
        if today <= found.begun:
            self._people.withdraw(self._runner, Exercise, exercise_id, self._by)
        else:
            self._people.keep(self._runner, replace(found, ended=today), self._by)

    def _entry(self, exercise_id: str, day: date, today: date) -> str:
        """Id of what is told of an exercise on a day."""
        if day not in self._exercise(exercise_id).tellable_on(today):
            raise EntryError(f"of {day_name(day)} nothing can be told of this exercise now")
        return f"{exercise_id}-{day}"

    def _exercise(self, exercise_id: str) -> Exercise:
        for each in self._people.all_of(self._runner, Exercise):
            if each.id == exercise_id:
                return each
        raise EntryError("there is no such exercise")


def _are_of(legs: MeasuredLegs, exercise: Exercise) -> bool:
    """Whether pods can measure an exercise, and did on one of its days."""
    return exercise.pods_can is not None and exercise.has_day(legs.day)

"""Exercises that somebody who treats a runner has written, and how often they were done. None is chosen here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from surefoot.analysis.weeks.measured_legs import MeasuredLegs, PodsCan
from surefoot.analysis.weeks.words import day_name

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
DEFAULT_WEEKS = 12
MAX_TEXT, MAX_TEMPO = 300, 60
"""Characters."""
LIMITS = {"sets": 99, "repetitions": 999, "seconds": 3600, "times_a_week": 7, "weeks": 52}
"""Each is a whole number from 1."""


class Sides(StrEnum):
    """With which leg."""

    LEFT = "left"
    RIGHT = "right"
    EACH = "each"


class Did(StrEnum):
    """What a runner says of an exercise on a day."""

    DONE = "done"
    PARTLY = "partly"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise as it was prescribed.

    Parameters
    ----------
    text : as whoever prescribed it wrote it.
    times_a_week : on how many days of a week.
    begun : first day of its first week.
    sets, repetitions, seconds, sides : None where nobody wrote them; never repetitions and seconds at once.
    tempo, by : as written, and by whom.
    pods_can : what pods can measure of it, as whoever typed it in says; None where nothing.
    ended : the last day; None while it goes on or has had its weeks.
    """

    id: str
    text: str
    times_a_week: int
    begun: date
    sets: int | None = None
    repetitions: int | None = None
    seconds: int | None = None
    sides: Sides | None = None
    tempo: str = ""
    weeks: int = DEFAULT_WEEKS
    by: str = ""
    ended: date | None = None
    pods_can: PodsCan | None = None

    def __post_init__(self) -> None:
        if not 0 < len(self.text) <= MAX_TEXT or len(self.tempo) > MAX_TEMPO:
            raise ValueError(f"an exercise has 1 to {MAX_TEXT} characters, its tempo at most {MAX_TEMPO}")
        for name, most in LIMITS.items():
            number = getattr(self, name)
            if number is not None and not 1 <= number <= most:
                raise ValueError(f"{name.replace('_', ' ')} must be 1 to {most}, not {number}")
        if self.repetitions is not None and self.seconds is not None:
            raise ValueError("an exercise has repetitions or seconds, not both")
        if self.ended is not None and self.ended < self.begun:
            raise ValueError(f"ended must not be before begun, {self.begun}")

    @property
    def words(self) -> str:
        """How much of it and how often, as people read it."""
        parts = (
            self._amount,
            "" if self.sides is None else f"{self.sides} side",
            self.tempo,
            f"{self.times_a_week} a week for {self.weeks} weeks",
        )
        return ", ".join(each for each in parts if each)

    @property
    def _amount(self) -> str:
        once = f"{self.seconds} s" if self.seconds else str(self.repetitions) if self.repetitions else ""
        if self.sets is None:
            return f"{once} times" if self.repetitions else once
        return f"{self.sets} × {once}" if once else f"{self.sets} sets"

    def has_day(self, day: date) -> bool:
        """Whether a day is one of its weeks, up to the day on which it ended."""
        is_within = timedelta() <= day - self.begun < self.weeks * WEEK
        return is_within and (self.ended is None or day <= self.ended)

    def is_open_on(self, day: date) -> bool:
        """Whether it is to be done in the week of a day."""
        return self.has_day(day) and day != self.ended

    def tellable_on(self, today: date) -> Sequence[date]:
        """Days of which something can be told today, newest first: those of the week that goes on, and yesterday."""
        week = self.begun + (today - self.begun) // WEEK * WEEK
        first = max(self.begun, min(week, today - DAY))
        days = (today - number * DAY for number in range((today - first).days + 1))
        return [day for day in days if self.is_open_on(day)]


@dataclass(frozen=True, slots=True)
class ExerciseDone:
    """What a runner says of one exercise on one day.

    Parameters
    ----------
    exercise : id of the exercise.
    hurt : whether it hurt; None where it was not told.
    """

    id: str
    exercise: str
    day: date
    did: Did
    hurt: bool | None = None


@dataclass(frozen=True, slots=True)
class ExerciseWeek:
    """Days of one week of an exercise.

    Parameters
    ----------
    first : its first day, on the weekday on which the exercise began.
    done : days on which it was done, also more than were asked.
    partly, not_done : of the days that are left of those asked.
    not_told : asked days without any entry; None while the week is not over.
    hurt : days on which it hurt; None where nothing was told of that.
    """

    first: date
    asked: int
    done: int
    partly: int
    not_done: int
    not_told: int | None
    hurt: int | None

    @property
    def is_over(self) -> bool:
        """Whether all its days have passed with the exercise going on."""
        return self.not_told is not None


@dataclass(frozen=True, slots=True)
class Adherence:
    """An exercise with what was told of it.

    Parameters
    ----------
    weeks : oldest first, the last of them perhaps not over; empty before it begins.
    told : what was told, by day.
    tellable : days of which something can be told or corrected now, newest first.
    measured : by pods, beside what was told; nothing else goes by it.
    """

    exercise: Exercise
    weeks: Sequence[ExerciseWeek]
    told: Mapping[date, ExerciseDone]
    tellable: Sequence[date]
    is_open: bool
    measured: Sequence[MeasuredLegs] = ()

    def measured_on(self, day: date) -> Sequence[str]:
        """What pods saw of it on a day, a sentence for each recording."""
        what = self.exercise.pods_can
        said = (each.words(what) for each in self.measured if what is not None and each.day == day)
        return [sentence for sentence in said if sentence]

    @property
    def sentence(self) -> str:
        """Weeks that are over in one sum, the one that is not by itself; more than asked makes up for no other week."""
        if not self.weeks:
            return f"Begins on {day_name(self.exercise.begun)}."
        over = [each for each in self.weeks if each.is_over]
        return " ".join(each for each in (_sum(over), _part(self.weeks[-1], self.is_open)) if each)


def adherence(exercise: Exercise, log: Iterable[ExerciseDone], today: date) -> Adherence:
    """How often an exercise was done, by weeks from its first day; no entry is "not told", never "not done"."""
    told = {each.day: each for each in log if each.exercise == exercise.id and each.day <= today}
    until = today if exercise.ended is None else min(today, exercise.ended)
    count = min((until - exercise.begun) // WEEK + 1, exercise.weeks)
    weeks = [_week(exercise, told, exercise.begun + number * WEEK, today) for number in range(count)]
    return Adherence(exercise, weeks, told, exercise.tellable_on(today), exercise.is_open_on(today))


def _week(exercise: Exercise, told: dict[date, ExerciseDone], first: date, today: date) -> ExerciseWeek:
    entries = [each for day, each in told.items() if first <= day < first + WEEK]
    count = {did: sum(each.did is did for each in entries) for did in Did}
    asked = exercise.times_a_week
    left = max(asked - count[Did.DONE], 0)
    partly = min(count[Did.PARTLY], left)
    not_done = min(count[Did.NOT], left - partly)
    was_cut = exercise.ended is not None and exercise.ended < first + WEEK - DAY
    is_over = first + WEEK <= today and not was_cut
    hurts = [each.hurt for each in entries if each.hurt is not None]
    return ExerciseWeek(
        first,
        asked,
        count[Did.DONE],
        partly,
        not_done,
        left - partly - not_done if is_over else None,
        sum(hurts) if hurts else None,
    )


def _sum(over: Sequence[ExerciseWeek]) -> str:
    if not over:
        return ""
    done, asked = sum(min(each.done, each.asked) for each in over), sum(each.asked for each in over)
    rest = (
        (sum(each.partly for each in over), "partly"),
        (sum(each.not_done for each in over), "not done"),
        (sum(each.not_told or 0 for each in over), "not told"),
    )
    told = "".join(f"; {count} {word}" for count, word in rest if count)
    return f"{done} of {asked} in {len(over)} week{'s' if len(over) > 1 else ''}{told}."


def _part(week: ExerciseWeek, is_open: bool) -> str:
    if week.is_over:
        return ""
    which = "This week, which is not over" if is_open else "The week in which it ended"
    return f"{which}: {week.done} of {week.asked}."

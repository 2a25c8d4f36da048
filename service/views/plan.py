"""What the page of a plan shows and keeps."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime

from surefoot.analysis.weeks.build_up import LegTests
from surefoot.analysis.weeks.exercises import Did, Exercise
from surefoot.analysis.weeks.injuries import Injury, InjuryKind, open_injuries
from surefoot.analysis.weeks.plan import Entry, Row
from surefoot.dashboards.plan_source import PlanState
from surefoot.service.errors.people import EntryError
from surefoot.service.people.past_runs import past_runs
from surefoot.service.people.people import People
from surefoot.service.runtime.runner_traces import name_of
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader
from surefoot.service.store.watch_runs import WatchRuns
from surefoot.service.weeks.beginning import Plans
from surefoot.service.weeks.evenness import easy_mps, walks_evenly
from surefoot.service.weeks.exercises import Exercises
from surefoot.service.weeks.next_session import next_session


class RunnerPlan:
    """The plans of all runners of a data folder; implements the wall's `PlanSource`."""

    def __init__(self, settings: Settings, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._settings = settings
        self._people = People(settings.data, now)
        self._now = now

    def plan(self, runner: str) -> PlanState:
        """What is known of a runner's plan; KeyError where there is no such runner."""
        if not self._is_known(runner):
            raise KeyError(runner)
        name = name_of(self._settings, runner)
        injuries = open_injuries(self._people.all_of(runner, Injury), self._today())
        exercises = Exercises(self._people, runner).told(self._today())
        found = next_session(self._settings, runner, self._now)
        if found is None:
            return PlanState(name, None, injuries=injuries, exercises=exercises)
        tests = self._people.all_of(runner, LegTests)
        *came, sentence = found.sentences
        return PlanState(
            name,
            found.followed,
            sentence,
            "".join(came),
            found.number,
            found.row,
            found.judged,
            found.is_build,
            found.waits if found.is_build else frozenset(),
            injuries,
            tests[-1] if tests else None,
            found.unanswered_run,
            exercises,
        )

    def begin_sprain(self, runner: str, by: str, stands: bool | None, moves: bool | None) -> str:
        """Begin the walk–run table; says whether it does, or what is missing."""
        plans = self._plans(runner, by)
        injury = plans.injury(InjuryKind.SPRAIN, self._today())
        even = None if injury is None else walks_evenly(self._settings, runner, injury.day)
        with _as_value_error():
            return plans.begin_sprain(Entry(stands, moves, even), self._today()).sentence

    def begin_tendon(self, runner: str, by: str, minutes: float | None) -> str:
        """Begin caps that grow from what the runner runs now; says whether they do, or what is missing."""
        history = past_runs(self._settings, runner) if self._settings.store_path.exists() else ()
        with _as_value_error():
            first_s = None if minutes is None else 60.0 * minutes
            return self._plans(runner, by).begin_tendon(first_s, history, self._today()).sentence

    def begin_clinician(self, runner: str, by: str, rows: Sequence[Row], made_by: str, made: date, flat: bool) -> None:
        """Begin rows that a clinician has made."""
        with _as_value_error():
            self._plans(runner, by).begin_clinician(rows, made_by, made, self._today(), is_flat=flat)

    def end(self, runner: str, by: str) -> None:
        """End the plan."""
        with _as_value_error():
            Plans(self._people, runner, by).end(self._today())

    def keep_tests(
        self, runner: str, by: str, hurt: bool | None, steady: bool | None, raises: tuple[int | None, int | None]
    ) -> None:
        """Keep what a runner says of calf raises and balance today; ValueError where so many raises cannot be."""
        self._people.keep(runner, LegTests(secrets.token_hex(12), self._today(), hurt, steady, *raises), by)

    def prescribe(self, runner: str, by: str, exercise: Exercise) -> None:
        """Keep a new exercise as somebody wrote it."""
        Exercises(self._people, runner, by).prescribe(exercise)

    def tell_exercise(
        self, runner: str, by: str, exercise_id: str, day: date, did: Did | None, hurt: bool | None
    ) -> None:
        """Keep what the runner says of an exercise on a day; None takes it back."""
        exercises = Exercises(self._people, runner, by)
        with _as_value_error():
            if did is None:
                exercises.take_back(exercise_id, day, self._today())
            else:
                exercises.tell(exercise_id, day, did, hurt, self._today())

    def end_exercise(self, runner: str, by: str, exercise_id: str) -> None:
        """End an exercise."""
        with _as_value_error():
            Exercises(self._people, runner, by).end(exercise_id, self._today())

    def _plans(self, runner: str, by: str) -> Plans:
        return Plans(self._people, runner, by, easy_mps(self._settings, runner))

    def _today(self) -> date:
        return self._now().astimezone().date()

    def _is_known(self, runner: str) -> bool:
        if runner in self._people.file.runners():
            return True
        if not self._settings.store_path.exists():
            return False
        with StoreReader(self._settings.store_path) as reader:
            return bool(reader.runs(runner) or WatchRuns(self._settings.store_path).without_pods(runner))


@contextmanager
def _as_value_error() -> Iterator[None]:
    try:
        yield
    except EntryError as error:
        raise ValueError(str(error).rstrip(".")) from error

"""Sessions that phones time, as they are now: shown on the wall, and kept nowhere."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from surefoot.analysis.weeks.plan import Row
from surefoot.analysis.weeks.timeline import Stretch, moment, stretches
from surefoot.dashboards.data_source import RunnerState, SquadState, TimedSession
from surefoot.dashboards.timer_source import NextSession
from surefoot.service.errors import RequestError
from surefoot.service.formats.fit.workout import fit_workout
from surefoot.service.runtime.runner_traces import name_of
from surefoot.service.settings import Settings
from surefoot.service.views.squad_state import SquadStateSource
from surefoot.service.weeks.next_session import next_session

SHOWN_AFTER_S = 60.0
"""A session that is over is shown for so long."""
MAX_SILENCE_S = 3 * 3600.0
"""A session of which a phone has said nothing for so long is shown no more."""
MAX_RUNS, MAX_ROW_S = 60, 6 * 3600.0


@dataclass(frozen=True, slots=True)
class Told:
    """What a phone tells of a session.

    Parameters
    ----------
    walk_first_s : before the first run.
    passed_s : since it began, without pauses. It is told instead of a date, as the phone's may be wrong.
    """

    row: Row
    passed_s: float
    walk_first_s: float = 0.0
    is_paused: bool = False
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class _Kept:
    told: Told
    session: Sequence[Stretch]
    at_s: float

    def alone(self, runner: str, now_s: float) -> RunnerState | None:
        """A runner of whom nothing else is known; None where the session is over or its phone silent."""
        silence_s = now_s - self.at_s
        passed_s = self.told.passed_s + (0.0 if self.told.is_paused else silence_s)
        if silence_s > MAX_SILENCE_S or passed_s > self.session[-1].end_s + SHOWN_AFTER_S:
            return None
        timed = TimedSession(moment(self.session, passed_s), self.told.is_paused, alone=True)
        return RunnerState(
            runner, runner, passed_s, origin_s=0.0, strides={}, windows=(), live_windows=(), findings=(),
            stride_count=0, pods=(), timed=timed,
        )  # fmt: skip


_TOLD = TypeAdapter(Told)


class Timers:
    """Sessions by runner.

    Parameters
    ----------
    next_session : what comes next of a runner's plan.
    name_of : what a runner is called. It is asked once for a session.
    now_s : a clock that only goes forward.
    """

    def __init__(
        self,
        next_session: Callable[[str], NextSession | None] = lambda _: None,
        name_of: Callable[[str], str] = str,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.next_session = next_session
        self._name_of = name_of
        self._now_s = now_s
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}
        self._names: dict[str, str] = {}

    def keep(self, runner: str, told: Mapping[str, Any]) -> None:
        """Keep where a session is; ValueError where it cannot be one."""
        try:
            found = _TOLD.validate_json(json.dumps(told, allow_nan=False), strict=True, extra="forbid")
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise ValueError(f"{'.'.join(map(str, first['loc'])) or 'the session'}: {first['msg']}") from error
        session = stretches(_checked(found.row), min(max(found.walk_first_s, 0.0), 3600.0))
        with self._lock:
            if found.is_over:
                self._kept.pop(runner, None)
                self._names.pop(runner, None)
            else:
                self._kept[runner] = _Kept(found, session, self._now_s())

    def workout(self, row: Row, walk_first_s: float) -> bytes:
        """The row as a FIT workout for a watch; ValueError where nobody can run it."""
        return fit_workout(_checked(row), datetime.now(UTC), walk_first_s)

    def alone(self) -> Mapping[str, RunnerState]:
        """Runners with a session now, by id, as if nothing else were known of them; called by their ids."""
        with self._lock:
            kept, now_s = dict(self._kept), self._now_s()
        found = {runner: each.alone(runner, now_s) for runner, each in kept.items()}
        return {runner: each for runner, each in found.items() if each is not None}

    def named(self, runner: RunnerState) -> RunnerState:
        """A runner with the name that they are called by."""
        name = self._names.get(runner.runner)
        if name is None:
            name = self._names[runner.runner] = self._name_of(runner.runner)
        return replace(runner, name=name)


def called(settings: Settings, runner: str) -> str:
    """What a runner is called; their id where that cannot be read, as a session is shown all the same."""
    try:
        return name_of(settings, runner)
    except RequestError:
        return runner


def planned_session(settings: Settings, runner: str) -> NextSession | None:
    """What comes next of the plan that a runner follows."""
    found = next_session(settings, runner)
    return None if found is None else NextSession(found.sentence, found.row, found.from_day)


@dataclass(frozen=True, slots=True)
class TimedSquad:
    """Who runs now, with the sessions that their phones time, of those without pods too."""

    squad: SquadStateSource
    timers: Timers

    def squad_state(self) -> SquadState:
        """Everybody now."""
        squad, alone = self.squad.squad_state(), dict(self.timers.alone())
        followed = [_with_session(each, alone.pop(each.runner, None)) for each in squad.runners]
        return replace(squad, runners=[*followed, *map(self.timers.named, alone.values())])


def _with_session(runner: RunnerState, alone: RunnerState | None) -> RunnerState:
    if alone is None or alone.timed is None:
        return runner
    return replace(runner, timed=replace(alone.timed, alone=False))


def _checked(row: Row) -> Row:
    """The row, where it is one that somebody can run."""
    if row.runs > MAX_RUNS or row.total_s > MAX_ROW_S:
        raise ValueError(f"a row has at most {MAX_RUNS} runs, and {MAX_ROW_S / 3600.0:g} h in all")
    return row

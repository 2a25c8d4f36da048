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
from surefoot.service.formats.fit.workout import fit_workout
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


_TOLD = TypeAdapter(Told)


class Timers:
    """Sessions by runner.

    Parameters
    ----------
    next_session : what comes next of a runner's plan.
    now_s : a clock that only goes forward.
    """

    def __init__(
        self,
        next_session: Callable[[str], NextSession | None] = lambda _: None,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.next_session = next_session
        self._now_s = now_s
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}

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
            else:
                self._kept[runner] = _Kept(found, session, self._now_s())

    def workout(self, row: Row, walk_first_s: float) -> bytes:
        """The row as a FIT workout for a watch; ValueError where nobody can run it."""
        return fit_workout(_checked(row), datetime.now(UTC), walk_first_s)

    def timed(self, runner: str) -> TimedSession | None:
        """Where a runner's session is now; None without one."""
        with self._lock:
            kept = self._kept.get(runner)
        if kept is None:
            return None
        silence_s = self._now_s() - kept.at_s
        at_s = kept.told.passed_s + (0.0 if kept.told.is_paused else silence_s)
        if silence_s > MAX_SILENCE_S or at_s > kept.session[-1].end_s + SHOWN_AFTER_S:
            return None
        return TimedSession(moment(kept.session, at_s), kept.told.is_paused)


def planned_session(settings: Settings, runner: str) -> NextSession | None:
    """What comes next of the plan that a runner follows."""
    found = next_session(settings, runner)
    return None if found is None else NextSession(found.sentence, found.row, found.from_day)


@dataclass(frozen=True, slots=True)
class TimedSquad:
    """Who runs now, with the sessions that their phones time."""

    squad: SquadStateSource
    timers: Timers

    def squad_state(self) -> SquadState:
        """Everybody now."""
        squad = self.squad.squad_state()
        return replace(squad, runners=[self._with_session(each) for each in squad.runners])

    def _with_session(self, runner: RunnerState) -> RunnerState:
        timed = self.timers.timed(runner.runner)
        return runner if timed is None else replace(runner, timed=timed)


def _checked(row: Row) -> Row:
    """The row, where it is one that somebody can run."""
    if row.runs > MAX_RUNS or row.total_s > MAX_ROW_S:
        raise ValueError(f"a row has at most {MAX_RUNS} runs, and {MAX_ROW_S / 3600.0:g} h in all")
    return row

"""What messages say and where they lead, from the store and from what people typed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from surefoot.analysis.weeks.feeling import CheckIn, When
from surefoot.analysis.weeks.followed import FollowedPlan, followed_on
from surefoot.analysis.weeks.load import weeks
from surefoot.dashboards.report.splits import pod_distance_m
from surefoot.service.people.accounts import StoredAccounts
from surefoot.service.people.past_runs import past_runs
from surefoot.service.people.people import People
from surefoot.service.people.speed_scales import scale_of_run
from surefoot.service.serialization.run_messages import (
    Link,
    PhoneMessage,
    ToldRun,
    morning_message,
    morning_message_id,
    run_message,
    run_message_id,
)
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader

Summary = Mapping[str, Any]


class MessageContents:
    """Composes messages; calls read files and may take a second."""

    def __init__(self, settings: Settings, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._people = People(settings.data, now)
        self._accounts = StoredAccounts(settings.data, None)
        self._links: dict[str, Link] = {}

    def after_run(self, row: sqlite3.Row) -> PhoneMessage:
        """The message after a run, by the row of its summary."""
        run, runner, summary = row["run"], row["runner"], json.loads(row["body"])
        began = datetime.fromisoformat(summary["started"])
        lasted_s, distance_m = moving_s(summary), self._distance_m(run, runner)
        told = ToldRun(run, runner, self._name(runner), began, lasted_s, distance_m, self._weeks(runner, run))
        return run_message(told, self._link(run_message_id(run, runner), runner, run))

    def of_morning(self, runner: str, run: str, today: date) -> PhoneMessage:
        """The message of the morning after a run."""
        link = self._link(morning_message_id(runner, today), runner, run)
        return morning_message(runner, self._name(runner), today, link)

    def is_to_be_asked(self, runner: str, run: str, today: date) -> bool:
        """Whether the morning after a run is worth a question: not after a "nothing", and not where it is answered."""
        said = self._people.all_of(runner, CheckIn)
        if any(each.day == today and each.when is When.NEXT_MORNING for each in said):
            return False
        of_run = [each for each in said if each.run == run]
        return not of_run or not all(each.is_nothing for each in of_run)

    def _name(self, runner: str) -> str:
        """What the runner is called, where others read the message too."""
        if self._settings.has_own_messages(runner):
            return ""
        named = self._settings.runners.get(runner)
        return named.name or runner if named is not None else runner

    def _distance_m(self, run: str, runner: str) -> float | None:
        with StoreReader(self._settings.store_path) as reader:
            own_m = pod_distance_m(reader.windows(run, runner))
        scale = scale_of_run(self._settings, run, runner)
        return own_m if own_m is None or scale is None else own_m * scale.factor

    def _weeks(self, runner: str, run: str) -> str:
        """How much was run up to a run; nothing while a plan is followed, whose rows grow faster."""
        ran = past_runs(self._settings, runner)
        day = next((each.day for each in ran if each.run == run), None)
        if day is None or followed_on(self._people.all_of(runner, FollowedPlan), day) is not None:
            return ""
        return weeks(ran, day).in_short

    def _link(self, message: str, runner: str, run: str) -> Link:
        """Where a message leads; one that is sent again leads to the same place.

        Only a message that nobody else gets signs in.
        """
        wall = self._settings.wall.url
        if wall is None:
            return Link()
        if message not in self._links:
            own = self._settings.has_own_messages(runner)
            token = self._accounts.new_personal_link(runner) if own else None
            diary = f"diary/?{urlencode({'runner': runner, 'run': run})}"
            path = diary if token is None else f"link/{token}?{urlencode({'run': run})}"
            self._links[message] = Link(f"{wall.rstrip('/')}/{path}", token is not None)
        return self._links[message]


def moving_s(summary: Summary) -> float:
    """Time in which the runner ran or walked, of a run's summary."""
    found = summary["numbers"]
    return float((found["run_time_s"] or 0.0) + (found["walk_time_s"] or 0.0))

"""Messages to runners after a run and the next morning, each at least once, from the summaries in the store."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Protocol

from surefoot.sensor_ingest.backoff import Backoff
from surefoot.sensor_ingest.recording.file_lock import lock_exclusively
from surefoot.service.exporters.message_contents import MessageContents, moving_s
from surefoot.service.exporters.message_refusal import RecipientRefusedError, ServerDownError
from surefoot.service.exporters.status import ExporterStatus, RowsAvailable
from surefoot.service.problem_log import ProblemLog
from surefoot.service.serialization.run_messages import PhoneMessage, morning_message_id, run_message_id
from surefoot.service.settings import RunnerMessages, Settings
from surefoot.service.store.outbox import Outbox, Outcome

log = logging.getLogger(__name__)

TABLE = "summaries"
BATCH_ROWS = 200
POLL_S = 2.0
MAX_AGE_S = 12 * 3600.0
"""Nobody is told of a run that ended longer ago, or asked about a morning that began so long ago."""
MIN_MOVING_S = 60.0
"""Of a run that is worth a message: pods that were only carried about make runs too."""
FIRST_WAIT_S, LONGEST_WAIT_S = 2.0, 300.0


class Way(Protocol):
    """One way to phones; calls block."""

    def recipient(self, runner: str, messages: RunnerMessages) -> str | None:
        """Who gets a runner's messages this way; None for nobody."""

    def send(self, message: PhoneMessage, recipient: str) -> None:
        """Send a message; ServerDownError or RecipientRefusedError where it is not taken."""


class MessageExporter:
    """Sends what is due by one way.

    Parameters
    ----------
    now : a clock, in UTC.
    """

    def __init__(
        self,
        outbox: Outbox,
        settings: Settings,
        status: ExporterStatus,
        way: Way,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        backoff: Backoff | None = None,
    ) -> None:
        self._outbox = outbox
        self._settings = settings
        self._status = status
        self._way = way
        self._now = now
        self._backoff = backoff or Backoff(FIRST_WAIT_S, LONGEST_WAIT_S)
        self._contents = MessageContents(settings, now)
        self._problems = ProblemLog(log, logging.WARNING)
        self._refused: dict[str, str] = {}

    async def run(self, rows_available: RowsAvailable) -> None:
        """Send until cancelled; what is not taken is tried again with exponential back-off."""
        self._status.mark_up()
        while True:
            if problem := await self.drain():
                self._status.mark_down(problem)
                wait_s = self._backoff.next_delay_s()
                self._problems.report(f"{self._status.name}: {problem}", f"; trying again in {wait_s:.1f} s")
                await asyncio.sleep(wait_s)
            else:
                self._status.mark_up()
                self._problems.resolve(f"{self._status.name} works again.")
                self._backoff.reset()
                await rows_available.wait(POLL_S)

    async def drain(self) -> str:
        """Send what is due; why some of it waits, empty where nothing does or another process is at it."""
        with self._nobody_else() as alone:
            try:
                return (await self._tell_of_runs() or await self._ask_of_morning()) if alone else ""
            except ServerDownError as error:
                return str(error)

    @contextmanager
    def _nobody_else(self) -> Iterator[bool]:
        """Whether this is the only process that sends by this way while entered."""
        file = os.open(self._settings.data / f"{self._status.name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            lock_exclusively(file)
            alone = True
        except OSError:
            alone = False
        try:
            yield alone
        finally:
            os.close(file)

    # after a run

    async def _tell_of_runs(self) -> str:
        """One recipient who is refused for now holds up nobody else, but the cursor."""
        problem, old = "", 0
        try:
            for row in self._outbox.pending(TABLE, BATCH_ROWS):
                refusal, wanted = "", self._is_wanted(row)
                if wanted and self._outbox.age_s(row) > MAX_AGE_S:
                    old += 1
                elif wanted:
                    try:
                        refusal = await self._tell_of_run(row)
                    except RecipientRefusedError as error:
                        problem = f"{row['runner']}: {error}"
                if not problem:
                    self._settle(row, refusal)
        finally:
            if old and not problem:
                runs = "1 run that ended" if old == 1 else f"{old} runs that ended"
                log.warning("%s: nobody is told of %s more than 12 h ago.", self._status.name, runs)
        return problem

    def _is_wanted(self, row: sqlite3.Row) -> bool:
        """Whether somebody is to be told of a run and was not yet; one that was analysed again has another row."""
        recipient = self._way.recipient(row["runner"], self._settings.messages_for(row["runner"]))
        if recipient is None or moving_s(json.loads(row["body"])) < MIN_MOVING_S:
            return False
        return not self._outbox.was_delivered(run_message_id(row["run"], row["runner"]))

    async def _tell_of_run(self, row: sqlite3.Row) -> str:
        message, compose = run_message_id(row["run"], row["runner"]), partial(self._contents.after_run, row)
        return await self._send(message, row["runner"], self._outbox.age_s(row), compose)

    def _settle(self, row: sqlite3.Row, refusal: str) -> None:
        self._outbox.settle(TABLE, [row], Outcome(refused={row["seq"]: refusal} if refusal else {}))

    # the next morning

    async def _ask_of_morning(self) -> str:
        """Ask everybody who ran yesterday, from the time that they want on."""
        problem, now = "", self._now().astimezone()
        for runner, row in self._ran_on(now.date() - timedelta(days=1)).items():
            wanted = self._settings.messages_for(runner).morning
            if wanted is None or not _is_due(now, wanted):
                continue
            try:
                refusal = await self._ask(runner, row, now.date())
                if refusal:
                    self._settle(row, refusal)
            except RecipientRefusedError as error:
                problem = f"{runner}: {error}"
        return problem

    async def _ask(self, runner: str, row: sqlite3.Row, today: date) -> str:
        message = morning_message_id(runner, today)
        known = message in self._refused or self._outbox.was_delivered(message)
        if known or not self._contents.is_to_be_asked(runner, row["run"], today):
            return ""
        return await self._send(message, runner, 0.0, partial(self._contents.of_morning, runner, row["run"], today))

    def _ran_on(self, day: date) -> dict[str, sqlite3.Row]:
        """Runner → the summary of their last run that ended on a local day."""
        edges = (datetime.combine(each, time.min).astimezone() for each in (day, day + timedelta(days=1)))
        first_ns, end_ns = (int(edge.timestamp() * 1e9) for edge in edges)
        rows: Sequence[sqlite3.Row] = self._outbox.rows(
            f"SELECT * FROM {TABLE} WHERE time_ns >= ? AND time_ns < ? ORDER BY time_ns", first_ns, end_ns
        )
        return {row["runner"]: row for row in rows if moving_s(json.loads(row["body"])) >= MIN_MOVING_S}

    # both

    async def _send(self, message: str, runner: str, age_s: float, compose: Callable[[], PhoneMessage]) -> str:
        """Send a message unless it was, or nobody gets it; why it is refused for good.

        Raises
        ------
        ServerDownError, RecipientRefusedError
            if it is to be tried again.
        """
        recipient = self._way.recipient(runner, self._settings.messages_for(runner))
        if recipient is None or self._outbox.was_delivered(message):
            return ""
        if message in self._refused:
            return self._refused[message]
        try:
            await asyncio.to_thread(lambda: self._way.send(compose(), recipient))
        except RecipientRefusedError as error:
            if error.for_now:
                raise
            log.error("%s: %s: %s; it is not tried again.", self._status.name, runner, error)
            self._refused[message] = str(error)
            return str(error)
        self._outbox.mark_message_delivered(message, age_s)
        self._status.delivered += 1
        return ""


def _is_due(now: datetime, wanted: time) -> bool:
    since_s = (now - datetime.combine(now.date(), wanted).astimezone()).total_seconds()
    return 0.0 <= since_s < MAX_AGE_S

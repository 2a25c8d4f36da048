"""Runs the user's program for every alert, with the alert as JSON on its standard input."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sqlite3
from collections.abc import Mapping

from surefoot.service.exporters.status import ExporterStatus, RowsAvailable
from surefoot.service.serialization.alert_messages import POST_RUN
from surefoot.service.settings import CommandSettings
from surefoot.service.store.outbox import Outbox, Outcome

log = logging.getLogger(__name__)

POLL_S = 1.0
OURS = ("SUREFOOT_", "NOTIFY_SOCKET", "WATCHDOG_", "LISTEN_", "CREDENTIALS_DIRECTORY")
"""Beginnings of variables that are not for the program."""
MAX_AGE_S = 600.0
"""Alerts older than this are skipped, but for the one after a run: that is given late, up to `MAX_AGE_AFTER_RUN_S`."""
MAX_AGE_AFTER_RUN_S = 2 * 86_400.0


def environment_without_ours(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without our settings, some of which are passwords, and without the service manager's socket."""
    return {name: value for name, value in environment.items() if not name.upper().startswith(OURS)}


class CommandExporter:
    """Runs the program for one alert at a time."""

    def __init__(self, outbox: Outbox, settings: CommandSettings, status: ExporterStatus) -> None:
        self._outbox = outbox
        self._settings = settings
        self._status = status

    async def run(self, rows_available: RowsAvailable) -> None:
        """Run the program for pending alerts until cancelled."""
        while True:
            for row in self._outbox.pending("alerts", 100):
                await self._run_for(row)
            await rows_available.wait(POLL_S)

    async def _run_for(self, row: sqlite3.Row) -> None:
        """Run the program for one alert; a failure is a dead letter, not a retry."""
        body = json.loads(row["body"])
        age_s = self._outbox.age_s(row)
        if body["quiet"] or age_s > (MAX_AGE_AFTER_RUN_S if body["kind"] == POST_RUN else MAX_AGE_S):
            self._outbox.set_cursor("alerts", row["seq"])
            return
        problem = await self._run(json.dumps({**body, "late": age_s > MAX_AGE_S}).encode())
        if problem:
            self._status.mark_down(problem)
            log.error("command: %s", problem)
            self._outbox.settle("alerts", [row], Outcome(refused={row["seq"]: problem}))
        else:
            self._status.mark_up()
            self._outbox.mark_delivered(row["id"], self._outbox.age_s(row), late=age_s > MAX_AGE_S, upto=row["seq"])
            self._status.delivered += 1

    async def _run(self, alert: bytes) -> str:
        """Run the program; returns what went wrong, empty if nothing did."""
        name = self._settings.program[0]
        try:
            process = await asyncio.create_subprocess_exec(
                *self._settings.program,
                env=environment_without_ours(os.environ),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except OSError as error:
            return f"{name} cannot be run ({error.strerror})"
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                await process.communicate(alert)
        except TimeoutError:
            return f"{name} was not done after {self._settings.timeout_s:g} s"
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return f"{name} ended with code {process.returncode}" if process.returncode else ""

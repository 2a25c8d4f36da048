"""Recordings that come in beside the one in progress: from gateways, phones and pods."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from surefoot.service.runtime.catch_up import CatchUp
from surefoot.service.runtime.joining import JoinedRun
from surefoot.service.runtime.syncing import synced_runners
from surefoot.service.runtime.waiting_parts import ended_parts
from surefoot.service.settings import Settings
from surefoot.service.store.notices import Notices

log = logging.getLogger(__name__)

PERIOD_S = 10.0


@dataclass(frozen=True, slots=True)
class Incoming:
    """Has parts brought in as soon as they have ended, and tells people of the runs that they made.

    Parameters
    ----------
    notify : takes sentences for people.
    utc_s : clock, in seconds since 1970.
    """

    settings: Settings
    notify: Callable[[str], None]
    utc_s: Callable[[], float]

    async def watch(self, catch_up: CatchUp) -> None:
        """Have `catch_up` work whenever there is a new part."""
        known: set[Path] = set()
        while True:
            parts = {part.path for part in await asyncio.to_thread(ended_parts, self.settings)}
            if not parts <= known:
                catch_up.want()
            known = parts
            await asyncio.sleep(PERIOD_S)

    def tell(self, joined: JoinedRun) -> None:
        """Tell of a run that was brought in and stored."""
        for runner in synced_runners(self.settings, joined.run):
            self.notify(f"{runner}.")
            try:
                Notices(self.settings.data, self.utc_s).add(f"{runner}.")
            except OSError as error:
                log.warning("The notice cannot be written (%s).", error.strerror or type(error).__name__)

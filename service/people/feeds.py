"""Addresses at which a calendar program reads a runner's runs; only a digest of what is secret in them is kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime
from pathlib import Path

from surefoot.service.people.people_file import Entry, EntryKind, PeopleFile


class Feeds:
    """The addresses of all runners of a data folder: one each, or none."""

    def __init__(self, folder: Path) -> None:
        self._file = PeopleFile(folder)

    def since(self, runner: str) -> datetime | None:
        """Since when a runner has an address; None without one."""
        return max((each.at_utc for each in self._file.entries(EntryKind.FEED, runner)), default=None)

    def new(self, runner: str) -> str:
        """Token of a new address; the one before leads nowhere from now on."""
        self.end(runner)
        token = secrets.token_urlsafe(24)
        self._file.add(Entry(EntryKind.FEED, _digest(token), runner, datetime.now(UTC), {}))
        return token

    def end(self, runner: str) -> None:
        """Take an address back."""
        for each in self._file.entries(EntryKind.FEED, runner):
            self._file.add(Entry(EntryKind.FEED, each.id, runner, datetime.now(UTC), {}, withdrawn=True))

    def runner(self, token: str) -> str | None:
        """Whose address it is; None for one that nobody has given out, or that was taken back."""
        digest = _digest(token)
        return next((each.runner for each in self._file.entries(EntryKind.FEED) if each.id == digest), None)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

"""Links that show something of a runner to whoever has them, or sign a device of the runner's own in."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from surefoot.dashboards.viewers import Scope, Viewer
from surefoot.service.people.people_file import Entry, EntryKind, PeopleFile

PERSONAL_LINK = timedelta(hours=72)
"""A personal link may be followed more than once within this: mail servers open links to look at what is there."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link that is good now.

    Parameters
    ----------
    id : digest of its token.
    scopes : what it shows of the runner.
    account : which it signs in; empty for a link that shows something.
    """

    id: str
    runner: str
    scopes: frozenset[Scope]
    account: str


class Links:
    """Links of all runners; only digests of their tokens are kept."""

    def __init__(self, file: PeopleFile) -> None:
        self._file = file

    def new(self, viewer: Viewer, scopes: frozenset[Scope], days: int) -> str:
        """Token of a link that shows something of the viewer's runner for some days."""
        return self._keep(viewer.speaks_for, {"scopes": sorted(scopes)}, timedelta(days=days), viewer.account)

    def new_personal(self, runner: str, account: str) -> str:
        """Token of a link that signs in to an account."""
        return self._keep(runner, {"account": account}, PERSONAL_LINK)

    def of_token(self, token: str) -> Link | None:
        """The link of a token; None where it has expired or was taken back."""
        return self.valid(_digest(token))

    def valid(self, link_id: str) -> Link | None:
        """A link by its id; None where it has expired or was taken back."""
        now = datetime.now(UTC)
        found = (each for each in self._file.entries(EntryKind.LINK) if each.id == link_id)
        return next((_link(each) for each in found if datetime.fromisoformat(each.fields["until"]) > now), None)

    def _keep(self, runner: str, fields: dict[str, object], lasts: timedelta, by: str = "") -> str:
        token, now = secrets.token_urlsafe(24), datetime.now(UTC)
        until = (now + lasts).isoformat()
        self._file.add(Entry(EntryKind.LINK, _digest(token), runner, now, {**fields, "until": until}, by))
        return token


def _link(entry: Entry) -> Link:
    scopes = frozenset(Scope(each) for each in entry.fields.get("scopes", ()))
    return Link(entry.id, entry.runner, scopes, entry.fields.get("account", ""))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

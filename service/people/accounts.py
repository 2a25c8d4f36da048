"""Accounts of the wall: who may sign in, on which devices they are, and what runners let them see."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from surefoot.dashboards.viewers import Role, Scope, SessionInfo, ShareInfo, Viewer
from surefoot.dashboards.wall.access import SESSION_LIFETIME_S, Password
from surefoot.service.errors.people import AccountError
from surefoot.service.people.people_file import Entry, EntryKind, PeopleFile
from surefoot.service.people.sessions import Session, Sessions

MIN_PASSWORD_LENGTH = 8
OWNER = "owner"
LINK = "link."
"""Begins the account of a session that came by a link."""
PERSONAL = "account"
"""Field of a link that signs in to an account, in place of what others are shown."""
PERSONAL_LINK = timedelta(hours=72)
"""For how long such a link signs in; the device stays signed in for longer, until it is ended."""
NAME = re.compile(r"[\w.@+-]{1,40}")
NOBODY_S_HASH = PasswordHasher().hash(secrets.token_hex())
"""Takes as long to verify as anybody's, so that nobody learns which names there are."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account.

    Parameters
    ----------
    speaks_for : the runner whose account it is, or whose guardian has it.
    secret : hash of the password.
    """

    name: str
    role: Role
    speaks_for: str
    secret: str


class StoredAccounts:
    """Accounts of a data folder; implements the wall's `AccountBook`.

    Parameters
    ----------
    owner : password of the settings; None without one.
    """

    def __init__(self, folder: Path, owner: Password | None) -> None:
        self._file = PeopleFile(folder)
        self._sessions = Sessions(folder)
        self._owner = owner
        self._hasher = PasswordHasher()

    # accounts

    def all(self) -> Sequence[Account]:
        """Every account, but for the owner of the settings."""
        return [_account(entry) for entry in self._file.entries(EntryKind.ACCOUNT)]

    @property
    def are_needed(self) -> bool:
        """Whether anybody has to sign in."""
        return self._owner is not None or bool(self.all())

    @property
    def has_owner(self) -> bool:
        """Whether anybody keeps the service."""
        return self._owner is not None or any(each.role is Role.OWNER for each in self.all())

    def add(self, name: str, role: Role, password: str, speaks_for: str = "") -> None:
        """Make an account, or give it another password.

        Raises
        ------
        AccountError
            if it cannot be one.
        """
        if not NAME.fullmatch(name) or name == OWNER:
            raise AccountError(f"{name!r} cannot be the name of an account; use up to 40 letters, digits and . @ + - _")
        if (role is Role.RUNNER) != bool(speaks_for):
            raise AccountError("an account of a runner, and no other, says whose it is, with --runner NAME")
        if role is not Role.OWNER and not self.has_owner:
            raise AccountError("make an owner first, with --role owner, or set wall.password")
        fields = {"role": role, "speaks_for": speaks_for, "secret": self._hashed(password)}
        self._file.add(Entry(EntryKind.ACCOUNT, name, "", datetime.now(UTC), fields))

    def remove(self, name: str) -> None:
        """Take an account away, with its sessions."""
        entry = self._file.entry(EntryKind.ACCOUNT, "", name)
        if entry is None or entry.withdrawn:
            raise AccountError(f"there is no account {name}")
        self._file.add(Entry(EntryKind.ACCOUNT, name, "", datetime.now(UTC), {}, withdrawn=True))
        self._sessions.end_all(name)

    def _hashed(self, password: str) -> str:
        if len(password) < MIN_PASSWORD_LENGTH:
            raise AccountError(f"a password has {MIN_PASSWORD_LENGTH} characters or more")
        return self._hasher.hash(password)

    def _named(self, name: str) -> Account | None:
        return next((each for each in self.all() if each.name == name), None)

    # signing in

    def sign_in(self, name: str, password: str, device: str) -> str | None:
        """A cookie for the right name and password; None for wrong ones."""
        if name in ("", OWNER):
            return None if self._owner is None or not self._owner.matches(password) else self._owner.new_cookie()
        account = self._named(name)
        if not self._verified(NOBODY_S_HASH if account is None else account.secret, password) or account is None:
            return None
        return self._sessions.begin(name, device)

    def _verified(self, secret: str, password: str) -> bool:
        try:
            return self._hasher.verify(secret, password)
        except (VerificationError, InvalidHashError):
            return False

    def viewer(self, cookie: str) -> Viewer | None:
        """Who has a cookie; None where its session is over or was never begun."""
        session = self._sessions.of(cookie)
        if session is None:
            return self._owner_of_settings() if self._owner is not None and self._owner.accepts(cookie) else None
        if session.account.startswith(LINK):
            return self._linked(session.account.removeprefix(LINK))
        account = self._named(session.account)
        if account is None:
            return None
        return Viewer(account.name, account.name, account.role, account.speaks_for, self._shared_with(account.name))

    def _owner_of_settings(self) -> Viewer:
        """Whoever has the password of the settings: everybody, as long as nobody else has an account."""
        return Viewer(OWNER, OWNER, Role.OWNER, alone=not self.all())

    def end(self, cookie: str) -> None:
        """End the session of a cookie, also for copies of it."""
        session = self._sessions.of(cookie)
        if session is not None:
            self._sessions.end(session.id)
        elif self._owner is not None:
            self._owner.end(cookie)

    def lifetime_s(self, cookie: str) -> int:
        """For how long a browser keeps a cookie."""
        return SESSION_LIFETIME_S if self._sessions.of(cookie) is None else self._sessions.lifetime_s

    # devices

    def sessions(self, cookie: str) -> Sequence[SessionInfo]:
        """Devices on which the account of a cookie is signed in."""
        current = self._sessions.of(cookie)
        if current is None:
            return ()
        return [_session_info(each, current) for each in self._sessions.of_account(current.account)]

    def end_session(self, cookie: str, session: str) -> None:
        """End a session of the same account."""
        if any(each.session == session for each in self.sessions(cookie)):
            self._sessions.end(session)

    def change_password(self, cookie: str, old: str, new: str) -> bool:
        """Whether the old password was right, and the new one holds now; every other device is signed out."""
        session = self._sessions.of(cookie)
        account = None if session is None else self._named(session.account)
        if session is None or account is None or not self._verified(account.secret, old):
            return False
        self.add(account.name, account.role, new, account.speaks_for)
        for each in self._sessions.of_account(account.name):
            if each.id != session.id:
                self._sessions.end(each.id)
        return True

    # what runners let others see

    def shares(self, viewer: Viewer) -> Sequence[ShareInfo]:
        """Every coach and physio, with what the viewer's runner lets them see."""
        given = {entry.fields["to"]: entry for entry in self._file.entries(EntryKind.SHARE, viewer.speaks_for)}
        return [
            ShareInfo(
                each.name,
                each.name,
                each.role,
                _scopes(given.get(each.name)),
                given[each.name].at_utc if each.name in given else None,
            )
            for each in self.all()
            if each.role in (Role.COACH, Role.PHYSIO)
        ]

    def share(self, viewer: Viewer, account: str, scopes: frozenset[Scope]) -> None:
        """Give or take back, which stays in the file with its date; KeyError where there is no such coach or physio."""
        if account not in {each.account for each in self.shares(viewer)}:
            raise KeyError(account)
        fields = {"to": account, "scopes": sorted(scopes)}
        self._file.add(Entry(EntryKind.SHARE, account, viewer.speaks_for, datetime.now(UTC), fields, by=viewer.account))

    def _shared_with(self, account: str) -> dict[str, frozenset[Scope]]:
        entries = self._file.entries(EntryKind.SHARE)
        return {entry.runner: _scopes(entry) for entry in entries if entry.fields["to"] == account}

    # links for somebody without an account

    def new_link(self, viewer: Viewer, scopes: frozenset[Scope], days: int) -> str:
        """Token of a link, good for some days."""
        token = secrets.token_urlsafe(24)
        until = datetime.now(UTC) + timedelta(days=days)
        fields = {"scopes": sorted(scopes), "until": until.isoformat()}
        self._file.add(
            Entry(EntryKind.LINK, _digest(token), viewer.speaks_for, datetime.now(UTC), fields, by=viewer.account)
        )
        return token

    def new_personal_link(self, runner: str) -> str | None:
        """Token of a link that signs a device of the runner's own in; None where no account speaks for them.

        It may be followed more than once within `PERSONAL_LINK`: mail servers open links to look at what is there.
        """
        account = next((each for each in self.all() if each.speaks_for == runner), None)
        if account is None:
            return None
        token, now = secrets.token_urlsafe(24), datetime.now(UTC)
        fields = {PERSONAL: account.name, "until": (now + PERSONAL_LINK).isoformat()}
        self._file.add(Entry(EntryKind.LINK, _digest(token), runner, now, fields))
        return token

    def link(self, token: str, device: str) -> str | None:
        """A cookie for a link; None where it has expired or was taken back."""
        entry = self._valid_link(_digest(token))
        if entry is None:
            return None
        if PERSONAL not in entry.fields:
            return self._sessions.begin(LINK + entry.id, "a link")
        account = self._named(entry.fields[PERSONAL])
        return self._sessions.begin(account.name, device) if account and account.speaks_for == entry.runner else None

    def _linked(self, digest: str) -> Viewer | None:
        entry = self._valid_link(digest)
        if entry is None or PERSONAL in entry.fields:
            return None
        return Viewer(LINK + digest, "a link", Role.PHYSIO, shared={entry.runner: _scopes(entry)})

    def _valid_link(self, digest: str) -> Entry | None:
        found = (each for each in self._file.entries(EntryKind.LINK) if each.id == digest)
        return next((each for each in found if datetime.fromisoformat(each.fields["until"]) > datetime.now(UTC)), None)


def _account(entry: Entry) -> Account:
    return Account(entry.id, Role(entry.fields["role"]), entry.fields["speaks_for"], entry.fields["secret"])


def _scopes(entry: Entry | None) -> frozenset[Scope]:
    return frozenset() if entry is None else frozenset(Scope(each) for each in entry.fields["scopes"])


def _session_info(each: Session, current: Session) -> SessionInfo:
    return SessionInfo(each.id, each.device, each.since_utc, each.id == current.id)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

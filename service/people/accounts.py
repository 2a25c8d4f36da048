"""Accounts of the wall: who may sign in, on which devices they are, and what runners let them see."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from surefoot.dashboards.viewers import ConsentInfo, Role, Scope, SessionInfo, ShareInfo, Viewer
from surefoot.dashboards.wall.access import SESSION_LIFETIME_S, Password
from surefoot.service.errors.people import AccountError
from surefoot.service.people.consents import Consents
from surefoot.service.people.links import Links
from surefoot.service.people.people_file import Entry, EntryKind, PeopleFile
from surefoot.service.people.sessions import Session, Sessions
from surefoot.service.people.shares import NOTHING_GIVEN, Shares

MIN_PASSWORD_LENGTH = 8
OWNER = "owner"
LINK = "link."
"""Begins the account of a session that came by a link."""
NAME = re.compile(r"[\w.@+-]{1,40}")
READABLE, GROUPS, GROUP_LENGTH = "abcdefghjkmnpqrstuvwxyz23456789", 4, 4
"""Of a password that somebody types on a phone: 79 bits, and no two characters that look alike."""
SPEAK_FOR_SOMEBODY = frozenset({Role.RUNNER, Role.GUARDIAN})


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
    places : where pain, injuries and plans go of runners who consent, as people read it.
    local : whether only this computer reaches the wall, where nobody signs in until a second account exists.
    """

    def __init__(
        self, folder: Path, owner: Password | None, *, local: bool = False, places: Sequence[str] = ()
    ) -> None:
        self._file = PeopleFile(folder)
        self._consents, self._places = Consents(self._file), places
        self._shares, self._links = Shares(self._file), Links(self._file)
        self._sessions = Sessions(folder)
        self._owner, self._local = owner, local
        self._hasher = PasswordHasher()

    # accounts

    def all(self) -> Sequence[Account]:
        """Every account, but for the owner of the settings."""
        return [_account(entry) for entry in self._file.entries(EntryKind.ACCOUNT)]

    @property
    def are_needed(self) -> bool:
        """Whether anybody has to sign in."""
        return self._owner is not None or len(self.all()) > (1 if self._local else 0)

    @property
    def has_owner(self) -> bool:
        """Whether anybody keeps the service."""
        return self._owner is not None or any(each.role is Role.OWNER for each in self.all())

    def speak_for(self, runner: str) -> Sequence[Account]:
        """Accounts that speak for a runner: their own, and a guardian's."""
        return [each for each in self.all() if each.speaks_for == runner]

    def add(self, name: str, role: Role, password: str, speaks_for: str = "") -> None:
        """Make an account, or give it another password.

        Raises
        ------
        AccountError
            if it cannot be one.
        """
        if not NAME.fullmatch(name) or (name == OWNER and role is not Role.OWNER):
            raise AccountError(f"{name!r} cannot be the name of an account; use up to 40 letters, digits and . @ + - _")
        if name == OWNER and self._owner is not None:
            raise AccountError(f"the password of {OWNER} is wall.password; change it in the settings")
        if (role in SPEAK_FOR_SOMEBODY) != bool(speaks_for):
            raise AccountError("an account of a runner or guardian, and no other, says whose it is, with --runner NAME")
        if role is not Role.OWNER and not self.has_owner:
            raise AccountError("make an owner first, with --role owner, or set wall.password")
        fields = {"role": role, "speaks_for": speaks_for, "secret": self._hashed(password)}
        self._file.add(Entry(EntryKind.ACCOUNT, name, "", datetime.now(UTC), fields))

    def make_owner(self) -> str:
        """Make an owner with a password that nobody has chosen, and return it: only its hash is kept."""
        groups = ("".join(secrets.choice(READABLE) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))
        password = "-".join(groups)
        self.add(OWNER, Role.OWNER, password)
        return password

    def remove(self, name: str) -> None:
        """Take an account away, with its sessions and what it was let see: another of that name begins anew."""
        entry = self._file.entry(EntryKind.ACCOUNT, "", name)
        if entry is None or entry.withdrawn:
            raise AccountError(f"there is no account {name}")
        self._file.add(Entry(EntryKind.ACCOUNT, name, "", datetime.now(UTC), {}, withdrawn=True))
        self._sessions.end_all(name)
        self._shares.take_back(name)

    def _hashed(self, password: str) -> str:
        if len(password) < MIN_PASSWORD_LENGTH:
            raise AccountError(f"a password has {MIN_PASSWORD_LENGTH} characters or more")
        return self._hasher.hash(password)

    def _named(self, name: str) -> Account | None:
        return next((each for each in self.all() if each.name == name), None)

    # signing in

    def sign_in(self, name: str, password: str, device: str) -> str | None:
        """A cookie for the right name and password; None for wrong ones."""
        name = name or OWNER
        if name == OWNER and self._owner is not None:
            return self._owner.new_cookie() if self._owner.matches(password) else None
        account = self._named(name)
        if not self._verified(_hash_of_nobody() if account is None else account.secret, password) or account is None:
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
        return Viewer(
            account.name,
            account.name,
            account.role,
            account.speaks_for,
            self._shares.given_to(account.name),
            alone=self._is_alone(account),
            is_minor=account.role is Role.RUNNER and self._has_guardian(account.speaks_for),
        )

    def _owner_of_settings(self) -> Viewer:
        """Whoever has the password of the settings: everybody, as long as nobody else has an account."""
        return Viewer(OWNER, OWNER, Role.OWNER, alone=all(each.name == OWNER for each in self.all()))

    def _is_alone(self, account: Account) -> bool:
        """Whether nobody else has an account, or the password of the settings."""
        return account.role is Role.OWNER and self.all() == [account] and (self._owner is None or account.name == OWNER)

    def _has_guardian(self, runner: str) -> bool:
        return any(each.role is Role.GUARDIAN for each in self.speak_for(runner))

    def end(self, cookie: str) -> None:
        """End the session of a cookie, also for copies of it."""
        session = self._sessions.of(cookie)
        if session is not None:
            self._sessions.end(session.id)
        elif self._owner is not None:
            self._owner.end(cookie)

    def was_forgotten(self, cookie: str) -> bool:
        """Whether a cookie is of somebody who is forgotten."""
        return self._sessions.was_forgotten(cookie)

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
        if len(new) < MIN_PASSWORD_LENGTH or session is None or account is None:
            return False
        if not self._verified(account.secret, old):
            return False
        self.add(account.name, account.role, new, account.speaks_for)
        for each in self._sessions.of_account(account.name):
            if each.id != session.id:
                self._sessions.end(each.id)
        return True

    # what runners let others see

    def shares(self, viewer: Viewer) -> Sequence[ShareInfo]:
        """Every coach and physio, with what the viewer's runner lets them see."""
        given = self._shares.given_by(viewer.speaks_for)
        return [
            ShareInfo(each.name, each.name, each.role, *given.get(each.name, NOTHING_GIVEN))
            for each in self.all()
            if each.role in (Role.COACH, Role.PHYSIO)
        ]

    def share(self, viewer: Viewer, account: str, scopes: frozenset[Scope]) -> None:
        """Give or take back, which stays in the file with its date; KeyError where there is no such coach or physio."""
        if account not in {each.account for each in self.shares(viewer)}:
            raise KeyError(account)
        self._shares.give(viewer, account, scopes)

    # links for somebody without an account, or with one on another device

    def consent(self, viewer: Viewer) -> ConsentInfo:
        """Whether pain, injuries and plans of the viewer's runner may leave this computer."""
        return ConsentInfo(self._places, self._consents.since().get(viewer.speaks_for))

    def set_consent(self, viewer: Viewer, *, given: bool) -> None:
        """Give it, or take it back, which stays in the file with its date."""
        (self._consents.give if given else self._consents.take_back)(viewer)

    def new_link(self, viewer: Viewer, scopes: frozenset[Scope], days: int) -> str:
        """Token of a link, good for some days."""
        return self._links.new(viewer, scopes, days)

    def new_personal_link(self, runner: str) -> str | None:
        """Token of a link that signs a device of the runner's own in; None where no account speaks for them."""
        account = min(self.speak_for(runner), key=lambda each: each.role is not Role.RUNNER, default=None)
        return None if account is None else self._links.new_personal(runner, account.name)

    def link(self, token: str, device: str) -> str | None:
        """A cookie for a link; None where it has expired or was taken back."""
        found = self._links.of_token(token)
        if found is None:
            return None
        if not found.account:
            return self._sessions.begin(LINK + found.id, "a link")
        account = self._named(found.account)
        return self._sessions.begin(account.name, device) if account and account.speaks_for == found.runner else None

    def _linked(self, link_id: str) -> Viewer | None:
        found = self._links.valid(link_id)
        if found is None or found.account:
            return None
        return Viewer(LINK + link_id, "a link", Role.PHYSIO, shared={found.runner: found.scopes})


@cache
def _hash_of_nobody() -> str:
    """A hash that takes as long to verify as anybody's, so that nobody learns which names there are."""
    return PasswordHasher().hash(secrets.token_hex())


def _account(entry: Entry) -> Account:
    return Account(entry.id, Role(entry.fields["role"]), entry.fields["speaks_for"], entry.fields["secret"])


def _session_info(each: Session, current: Session) -> SessionInfo:
    return SessionInfo(each.id, each.device, each.since_utc, each.id == current.id)

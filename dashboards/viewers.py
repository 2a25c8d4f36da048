"""Who looks at the wall, and what they may see; accounts come through a port that the service implements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Role(StrEnum):
    """What somebody is here."""

    RUNNER = "runner"
    """Speaks for themselves; a minor for all but what others see, which a guardian decides."""
    GUARDIAN = "guardian"
    """Speaks for a runner who is a minor."""
    COACH = "coach"
    PHYSIO = "physio"
    OWNER = "owner"
    """Keeps the service, and makes accounts; sees runs and findings, never pain or plans."""


class Scope(StrEnum):
    """What a runner gives a coach or physio to see."""

    RUNS = "runs"
    FINDINGS = "findings"
    PAIN_AND_PLAN = "pain_and_plan"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who is signed in, with what they may see.

    Parameters
    ----------
    account, name : the account's id, and what they are called.
    speaks_for : the runner whose everything it is; empty for none.
    shared : what runners let this account see, by their ids.
    alone : whether nobody else has an account here, so that everything is open.
    is_minor : whether a guardian decides what others see of the runner they speak for.
    """

    account: str
    name: str
    role: Role
    speaks_for: str = ""
    shared: Mapping[str, frozenset[Scope]] = field(default_factory=dict)
    alone: bool = False
    is_minor: bool = False

    def may_see(self, runner: str, scope: Scope) -> bool:
        """Whether something of a runner is shown to them."""
        if self.may_tell(runner):
            return True
        if self.role is Role.OWNER:
            return scope is not Scope.PAIN_AND_PLAN
        return scope in self.shared.get(runner, ())

    def may_tell(self, runner: str) -> bool:
        """Whether they speak for a runner: write the diary, and correct runs."""
        return self.alone or (bool(runner) and self.speaks_for == runner)

    def may_decide(self, runner: str) -> bool:
        """Whether they decide what others see of a runner: shares, links, addresses of calendars, consent."""
        return self.may_tell(runner) and not self.is_minor

    @property
    def may_record(self) -> bool:
        """Whether a phone page may hand over runs for them."""
        return self.alone or self.role in (Role.RUNNER, Role.GUARDIAN, Role.COACH, Role.OWNER)


ALONE = Viewer("", "", Role.OWNER, alone=True)
"""Whoever sits at a computer where nobody signs in."""


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """A device on which somebody is signed in."""

    session: str
    device: str
    since_utc: datetime
    current: bool


@dataclass(frozen=True, slots=True)
class ShareInfo:
    """What a runner lets one coach or physio see, and since when."""

    account: str
    name: str
    role: Role
    scopes: frozenset[Scope]
    since_utc: datetime | None


@dataclass(frozen=True, slots=True)
class ConsentInfo:
    """Whether a runner lets pain, injuries and plans leave this computer.

    Parameters
    ----------
    places : where they go, as people read it; none where the settings name none.
    since_utc : when it was given; None where it is not.
    """

    places: Sequence[str]
    since_utc: datetime | None


class Accounts(Protocol):
    """Who may sign in. Methods are called from any thread."""

    @property
    def are_needed(self) -> bool:
        """Whether anybody has to sign in now."""

    def sign_in(self, name: str, password: str, device: str) -> str | None:
        """A cookie for the right name and password; None for wrong ones."""

    def viewer(self, cookie: str) -> Viewer | None:
        """Who has a cookie; None where its session is over or was never begun."""

    def end(self, cookie: str) -> None:
        """End the session of a cookie, also for copies of it."""

    def was_forgotten(self, cookie: str) -> bool:
        """Whether a cookie is of somebody who is forgotten, so that their device is told."""

    def lifetime_s(self, cookie: str) -> int:
        """For how long a browser keeps a cookie."""

    def link(self, token: str, device: str) -> str | None:
        """A cookie for a link that a runner has given out, or was sent; None where it has expired or was taken back."""


class AccountBook(Accounts, Protocol):
    """Accounts that people see to on the wall: their devices, and what they share."""

    def sessions(self, cookie: str) -> Sequence[SessionInfo]:
        """Devices on which the account of a cookie is signed in."""

    def end_session(self, cookie: str, session: str) -> None:
        """End one of them."""

    def change_password(self, cookie: str, old: str, new: str) -> bool:
        """Whether the old password was right, and the new one holds now."""

    def shares(self, viewer: Viewer) -> Sequence[ShareInfo]:
        """Every coach and physio, with what the viewer's runner lets them see."""

    def share(self, viewer: Viewer, account: str, scopes: frozenset[Scope]) -> None:
        """Give or take back; KeyError where there is no such coach or physio."""

    def consent(self, viewer: Viewer) -> ConsentInfo:
        """Whether pain, injuries and plans of the viewer's runner may leave this computer."""

    def set_consent(self, viewer: Viewer, *, given: bool) -> None:
        """Give it, or take it back, which deletes what was sent."""

    def new_link(self, viewer: Viewer, scopes: frozenset[Scope], days: int) -> str:
        """Token of a link for somebody without an account, good for some days."""

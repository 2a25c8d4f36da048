"""On which devices people are signed in; only a digest of what the device has is kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from surefoot.sensor_ingest.recording.private_files import make_private_folder
from surefoot.service.store.checked_lines import Line, Stamp, append_line, read_lines, rewrite_lines, stamp_of

FILE_NAME = "sessions.log"
LIFETIME = timedelta(days=90)
BEGUN, ENDED, FORGOTTEN = "begun", "ended", "forgotten"
MAX_DEVICE_LENGTH = 80
BROWSERS = {"Edg": "Edge", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {
    "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS": "Mac", "Linux": "Linux",
}  # fmt: skip
"""Words of a browser's own description, the first that fits, and what people call them."""


@dataclass(frozen=True, slots=True)
class Session:
    """A device on which somebody is signed in.

    Parameters
    ----------
    id : digest of its cookie.
    """

    id: str
    account: str
    device: str
    since_utc: datetime


class Sessions:
    """Sessions of a data folder; they outlive the service, and are ended by a line."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        self._read: tuple[Stamp, Mapping[str, Session]] = ((0, 0), {})

    @property
    def lifetime_s(self) -> int:
        """For how long a device stays signed in."""
        return int(LIFETIME.total_seconds())

    def begin(self, account: str, device: str) -> str:
        """A cookie for a device."""
        cookie = secrets.token_urlsafe(32)
        make_private_folder(self.path.parent)
        began = {"id": _digest(cookie), "account": account, "device": device_name(device)}
        append_line(self.path, BEGUN, {**began, "at_utc": datetime.now(UTC).isoformat()})
        return cookie

    def of(self, cookie: str) -> Session | None:
        """The session of a cookie; None where it is over."""
        return self._open().get(_digest(cookie))

    def of_account(self, account: str) -> Sequence[Session]:
        """Sessions of an account, the newest first."""
        found = [each for each in self._open().values() if each.account == account]
        return sorted(found, key=lambda each: each.since_utc, reverse=True)

    def end(self, session: str) -> None:
        """End a session."""
        append_line(self.path, ENDED, {"id": session})

    def end_all(self, account: str) -> None:
        """End every session of an account."""
        for each in self.of_account(account):
            self.end(each.id)

    def forget(self, accounts: Collection[str], until_utc: datetime) -> None:
        """Write the file anew with no more of the sessions that accounts began until then than digests of cookies."""

        def kept(lines: Sequence[Line]) -> Sequence[Line]:
            begun = {
                fields["id"]
                for kind, fields in lines
                if kind == BEGUN
                and fields["account"] in accounts
                and datetime.fromisoformat(fields["at_utc"]) <= until_utc
            }
            left = [line for line in lines if line[1]["id"] not in begun]
            return [*left, *((FORGOTTEN, {"id": each}) for each in sorted(begun))]

        rewrite_lines(self.path, kept)

    def was_forgotten(self, cookie: str) -> bool:
        """Whether a cookie is of somebody who is forgotten: their device may learn so, and nothing else."""
        return bool(cookie) and (FORGOTTEN, {"id": _digest(cookie)}) in list(read_lines(self.path))

    def _open(self) -> Mapping[str, Session]:
        stamp = stamp_of(self.path)
        if stamp != self._read[0]:
            self._read = stamp, self._from_file()
        since = datetime.now(UTC) - LIFETIME
        return {each.id: each for each in self._read[1].values() if each.since_utc > since}

    def _from_file(self) -> Mapping[str, Session]:
        found: dict[str, Session] = {}
        for kind, fields in read_lines(self.path):
            if kind == BEGUN:
                since = datetime.fromisoformat(fields["at_utc"])
                found[fields["id"]] = Session(fields["id"], fields["account"], fields["device"], since)
            elif kind == ENDED:
                found.pop(fields["id"], None)
        return found


def device_name(user_agent: str) -> str:
    """A browser's description of itself in a few words, such as "Chrome, Android"; as it is where none is known."""
    browser = next((name for word, name in BROWSERS.items() if word in user_agent), "")
    system = next((name for word, name in SYSTEMS.items() if word in user_agent), "")
    return ", ".join(filter(None, (browser, system))) or user_agent[:MAX_DEVICE_LENGTH]


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()

"""Whom the data folder has forgotten: so that what comes late, or comes back, revives nobody.

Of a runner only a salted digest of the id is kept, with the date and the times in which they wore which pod. What began
later, of a runner who came back under the same name, is theirs again.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from surefoot.sensor_ingest.ble.discovery import serial_matches
from surefoot.sensor_ingest.recording.private_files import make_private_folder
from surefoot.service.store.checked_lines import Line, Stamp, append_line, read_lines, stamp_of

FILE_NAME = "forgotten.log"
FORGOTTEN, REACHED, BACK = "forgotten", "reached", "back"
POD = "pod "
HERE = "here"
"""The data folder itself, as a place."""


@dataclass(frozen=True, slots=True)
class WornSpan:
    """When a forgotten runner wore a pod, seconds since 1970."""

    serial: str
    since_s: float
    until_s: float


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is kept of a forgotten runner.

    Parameters
    ----------
    salt : also names the tombstone.
    digest : of salt and the runner's id.
    """

    salt: str
    digest: str
    at_utc: datetime
    pods: tuple[WornSpan, ...]

    def is_of(self, runner: str) -> bool:
        """Whether it is a runner's, by their id."""
        return _digest(self.salt, runner) == self.digest


class Forgotten:
    """The file in a data folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        self._read: tuple[Stamp, tuple[Tombstone, ...], frozenset[tuple[str, str]]] = ((0, 0), (), frozenset())

    def add(self, runner: str, at_utc: datetime, pods: Sequence[WornSpan]) -> Tombstone:
        """Forget a runner, by their id; OSError where the disk does not take it."""
        make_private_folder(self.path.parent)
        salt = secrets.token_hex(16)
        fields = {"salt": salt, "runner": _digest(salt, runner), "at_utc": at_utc.isoformat()}
        append_line(self.path, FORGOTTEN, {**fields, "pods": [asdict(each) for each in pods]})
        return Tombstone(salt, fields["runner"], at_utc, tuple(pods))

    def take_over(self, other: Path) -> None:
        """Take over what another such file has, as of a backup."""
        known = [fields for _, fields in read_lines(self.path)]
        for kind, fields in read_lines(other):
            if kind == FORGOTTEN and fields not in known:
                append_line(self.path, kind, fields)

    @property
    def tombstones(self) -> tuple[Tombstone, ...]:
        """All, in the order of their time."""
        return self._current()[1]

    def until(self, runner: str) -> datetime | None:
        """When a runner was forgotten last; None for one who was not."""
        return max((each.at_utc for each in self.tombstones if each.is_of(runner)), default=None)

    def covers(self, runner: str, began_utc: datetime) -> bool:
        """Whether what began then is of a runner who was forgotten."""
        until = self.until(runner)
        return until is not None and began_utc <= until

    def covers_pod(self, serial: str, began_s: float, *, dated: bool) -> bool:
        """Whether what a pod kept is of a forgotten runner.

        Parameters
        ----------
        began_s : when it began, seconds since 1970.
        dated : whether that is known; what is not, may be theirs until the pod has been emptied once.
        """
        return any(
            span.since_s <= began_s <= span.until_s if dated else (stone.salt, _place(span)) not in self._current()[2]
            for stone in self.tombstones
            for span in stone.pods
            if serial_matches(serial, span.serial)
        )

    def pods_to_empty(self) -> Sequence[str]:
        """Serial numbers of pods that may hold what a forgotten runner ran."""
        return tuple(
            dict.fromkeys(
                span.serial
                for stone in self.tombstones
                for span in stone.pods
                if (stone.salt, _place(span)) not in self._current()[2]
            )
        )

    def pod_was_emptied(self, serial: str) -> None:
        """Note that a pod has given what it held."""
        for stone in self.tombstones:
            for span in stone.pods:
                if serial_matches(serial, span.serial):
                    self._note(stone, _place(span))

    def not_reached(self, place: str) -> Sequence[Tombstone]:
        """Of whom a place may hold something, such as `influxdb`, which is next only once nothing is here any more."""
        known = self.tombstones if place == HERE else self.gone_here()
        return [each for each in known if not self.is_reached(place, each)]

    def is_reached(self, place: str, stone: Tombstone) -> bool:
        """Whether a place holds nothing of them any more."""
        return (stone.salt, place) in self._current()[2]

    def gone_here(self) -> Sequence[Tombstone]:
        """Of whom nothing can be sent from here any more."""
        return [each for each in self.tombstones if self.is_reached(HERE, each)]

    def came_back(self, runner: str) -> None:
        """Note that something of a forgotten runner was here once more: servers may have been sent it meanwhile."""
        for stone in self.gone_here():
            if stone.is_of(runner):
                append_line(self.path, BACK, {"salt": stone.salt})

    def was_reached(self, place: str, tombstones: Iterable[Tombstone]) -> None:
        """Note that a place holds nothing of them any more."""
        for each in tombstones:
            self._note(each, place)

    def _note(self, stone: Tombstone, place: str) -> None:
        if (stone.salt, place) not in self._current()[2]:
            append_line(self.path, REACHED, {"salt": stone.salt, "place": place})

    def _current(self) -> tuple[Stamp, tuple[Tombstone, ...], frozenset[tuple[str, str]]]:
        """What the file holds; read anew when it has changed."""
        stamp = stamp_of(self.path)
        if stamp != self._read[0]:
            lines = list(read_lines(self.path))
            stones = tuple(_tombstone(fields) for kind, fields in lines if kind == FORGOTTEN)
            self._read = stamp, stones, frozenset(_reached(lines))
        return self._read


def _reached(lines: Iterable[Line]) -> set[tuple[str, str]]:
    """Tombstone and place; what comes back has to be looked for again everywhere but here and on pods."""
    found: set[tuple[str, str]] = set()
    for kind, fields in lines:
        if kind == REACHED:
            found.add((fields["salt"], fields["place"]))
        elif kind == BACK:
            found -= {each for each in found if each[0] == fields["salt"] and not _stays(each[1])}
    return found


def _stays(place: str) -> bool:
    return place == HERE or place.startswith(POD)


def _tombstone(fields: Any) -> Tombstone:
    pods = tuple(WornSpan(**each) for each in fields["pods"])
    return Tombstone(fields["salt"], fields["runner"], datetime.fromisoformat(fields["at_utc"]), pods)


def _place(span: WornSpan) -> str:
    return f"{POD}{span.serial}"


def _digest(salt: str, runner: str) -> str:
    return hashlib.sha256(f"{salt} {runner}".encode()).hexdigest()

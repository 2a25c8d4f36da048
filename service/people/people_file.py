"""The file of what people type. It is their only copy: neither recordings nor the store hold any of it.

Nothing is changed in place: a later entry with the same id corrects an earlier one, or withdraws it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from surefoot.sensor_ingest.recording.private_files import make_private_folder
from surefoot.service.store.checked_lines import Line, Stamp, append_line, read_lines, rewrite_lines, stamp_of

FILE_NAME = "people.log"
Key = tuple[str, str]
"""Runner and id."""


class EntryKind(StrEnum):
    """What an entry is."""

    CHECK_IN = "check_in"
    """How feet and legs feel."""
    SEEN = "seen"
    """Somebody has examined what hurt."""
    INJURY = "injury"
    LEG_TESTS = "leg_tests"
    """What somebody says of calf raises and balance."""
    PLAN = "plan"
    """A plan of running again that somebody follows."""
    EXERCISE = "exercise"
    """What somebody who treats the runner has prescribed."""
    EXERCISE_DONE = "exercise_done"
    """What the runner says of an exercise on a day."""
    MEASURED_LEGS = "measured_legs"
    """What pods saw of calf raises and balance, where the runner said of a recording that it is of them."""
    LABELS = "labels"
    """In what and on what somebody ran; the id is the run's."""
    SHOE = "shoe"
    USUAL = "usual"
    """The runs that a runner has confirmed as their usual."""
    RUNNER = "runner"
    """What a runner is called, and whether they are a minor; the id is the runner's."""
    ACCOUNT = "account"
    SHARE = "share"
    """What a runner lets somebody see; the id is that account's."""
    CONSENT = "consent"
    """That a runner lets pain, injuries and plans leave this computer."""
    LINK = "link"
    """What a runner lets somebody without an account see for some days; the id is the link's digest."""
    PUSH = "push"
    """A browser that gets a runner's messages."""
    FEED = "feed"
    """An address of a runner's calendar; the id is its digest."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was typed.

    Parameters
    ----------
    id : one of a kind and runner; of whoever wrote it, so that what is sent twice is kept once.
    runner : whom it is about; empty where it is about nobody, such as a coach's account.
    by : account that wrote it; empty where nobody signs in.
    fields : as JSON.
    """

    kind: EntryKind
    id: str
    runner: str
    at_utc: datetime
    fields: Mapping[str, Any]
    by: str = ""
    withdrawn: bool = False


class PeopleFile:
    """The file in a data folder; several processes may read and write it at once."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        self._read: tuple[Stamp, Mapping[EntryKind, Mapping[Key, Entry]]] | None = None

    def add(self, entry: Entry) -> None:
        """Keep an entry; the same one sent again changes nothing. OSError where the disk does not take it."""
        found = self.entry(entry.kind, entry.runner, entry.id)
        if found is not None and replace(found, at_utc=entry.at_utc) == entry:
            return
        make_private_folder(self.path.parent)
        append_line(self.path, entry.kind, _fields(entry))

    def entries(self, kind: EntryKind, runner: str | None = None) -> Sequence[Entry]:
        """The newest of each id, in the order of their time; what was withdrawn is left out.

        Parameters
        ----------
        runner : only what is about them.
        """
        found = (each for each in self._entries(kind).values() if not each.withdrawn)
        return sorted((each for each in found if runner in (None, each.runner)), key=lambda each: each.at_utc)

    def newest(self, kind: EntryKind) -> Sequence[Entry]:
        """The newest of each id, also where it withdraws one."""
        return list(self._entries(kind).values())

    def entry(self, kind: EntryKind, runner: str, entry_id: str) -> Entry | None:
        """One entry, also a withdrawn one."""
        return self._entries(kind).get((runner, entry_id))

    def history_of(self, runner: str) -> Sequence[Entry]:
        """Every entry about a runner and of their accounts as it was typed, with each correction, in order."""
        accounts = self.accounts_of(runner)
        lines = [_entry(*line) for line in read_lines(self.path)]
        return [
            each
            for each in lines
            if each is not None and (each.runner == runner or (each.kind is EntryKind.ACCOUNT and each.id in accounts))
        ]

    def runners(self) -> frozenset[str]:
        """Ids of all runners of whom anything is in the file."""
        lines = list(read_lines(self.path))
        spoken_for = (fields["fields"].get("speaks_for", "") for kind, fields in lines if kind == EntryKind.ACCOUNT)
        return frozenset({*(fields["runner"] for _, fields in lines), *spoken_for} - {""})

    def accounts_of(self, runner: str) -> frozenset[str]:
        """Accounts that speak for a runner, also those that were taken away."""
        return frozenset(fields["id"] for kind, fields in read_lines(self.path) if _speaks_for(kind, fields, runner))

    def links_of(self, runner: str) -> frozenset[str]:
        """Digests of the links that a runner gave, also of those that have expired."""
        lines = read_lines(self.path)
        return frozenset(
            fields["id"] for kind, fields in lines if kind == EntryKind.LINK and fields["runner"] == runner
        )

    def forget(self, runner: str, until_utc: datetime | None = None) -> int:
        """Write the file anew without anything about a runner, with their accounts; how many lines are gone.

        Parameters
        ----------
        until_utc : what was typed later stays.
        """

        def kept(lines: Sequence[Line]) -> Sequence[Line]:
            accounts = {fields["id"] for kind, fields in lines if _speaks_for(kind, fields, runner)}
            return [
                (kind, fields)
                for kind, fields in lines
                if (fields["runner"] != runner and not (kind == EntryKind.ACCOUNT and fields["id"] in accounts))
                or (until_utc is not None and datetime.fromisoformat(fields["at_utc"]) > until_utc)
            ]

        return rewrite_lines(self.path, kept)

    def _entries(self, kind: EntryKind) -> Mapping[Key, Entry]:
        """The newest entries of a kind, also withdrawn ones; read anew when the file has changed."""
        stamp = stamp_of(self.path)
        if self._read is None or self._read[0] != stamp:
            self._read = stamp, _by_kind(read_lines(self.path))
        return self._read[1][kind]


def _by_kind(lines: Iterable[Line]) -> Mapping[EntryKind, Mapping[Key, Entry]]:
    """By kind, since accounts are looked up with every request, and most of what is typed is not about them."""
    found: dict[EntryKind, dict[Key, Entry]] = {kind: {} for kind in EntryKind}
    for line in lines:
        if (entry := _entry(*line)) is not None:
            found[entry.kind][entry.runner, entry.id] = entry
    return found


def _fields(entry: Entry) -> Mapping[str, Any]:
    return {
        "id": entry.id,
        "runner": entry.runner,
        "at_utc": entry.at_utc.isoformat(),
        "by": entry.by,
        "withdrawn": entry.withdrawn,
        "fields": dict(entry.fields),
    }


def _entry(kind: str, line: Mapping[str, Any]) -> Entry | None:
    """None for an entry of a newer version's kind, which is kept and not understood."""
    if kind not in set(EntryKind):
        return None
    at_utc = datetime.fromisoformat(line["at_utc"])
    return Entry(EntryKind(kind), line["id"], line["runner"], at_utc, line["fields"], line["by"], line["withdrawn"])


def _speaks_for(kind: str, line: Mapping[str, Any], runner: str) -> bool:
    return kind == EntryKind.ACCOUNT and line["fields"].get("speaks_for") == runner

"""What runners let leave this computer of their pain, injuries and plans: of those who consent, and nobody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from surefoot.service.people.consents import Consents
from surefoot.service.people.people_file import Entry, EntryKind, PeopleFile

KINDS = (EntryKind.CHECK_IN, EntryKind.INJURY, EntryKind.PLAN)
STAYS = ("note", "by")
"""What somebody wrote in their own words, and who made a plan."""


class PrivateEntries:
    """Entries of a data folder that may be shipped, read anew when the file has changed."""

    def __init__(self, folder: Path) -> None:
        self._file = PeopleFile(folder)
        self._consents = Consents(self._file)

    def by_runner(self) -> Mapping[str, Sequence[Entry]]:
        """Everything that holds, of each runner who consents, in order of kind and time."""
        return {
            runner: [entry for kind in KINDS for entry in self._file.entries(kind, runner)]
            for runner in self._consents.since()
        }

    def said_since(self, after_ns: int) -> Sequence[Entry]:
        """What was said, corrected or withdrawn after a time, nanoseconds since 1970, and since the consent; and
        consents that were given or taken back after it.
        """
        since = self._consents.since()
        said = (each for kind in KINDS for each in self._file.newest(kind))
        allowed = (each for each in said if each.runner in since and each.at_utc >= since[each.runner])
        found = [*self._file.newest(EntryKind.CONSENT), *allowed]
        return sorted((each for each in found if time_ns(each) > after_ns), key=time_ns)


def time_ns(entry: Entry) -> int:
    """When it was said, nanoseconds since 1970."""
    return round(entry.at_utc.timestamp() * 1e6) * 1000


def shipped_fields(entry: Entry) -> dict[str, Any]:
    """What is shipped of an entry: choices, numbers and dates."""
    return _shipped(entry.fields)


def _shipped(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _shipped(value) if isinstance(value, Mapping) else value
        for name, value in fields.items()
        if name not in STAYS
    }

"""What runners let coaches and physios see; what was given and taken back stays in the file with its date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from surefoot.dashboards.viewers import Scope, Viewer
from surefoot.service.people.people_file import Entry, EntryKind, PeopleFile

Given = tuple[frozenset[Scope], datetime | None]
"""What, and since when."""
NOTHING_GIVEN: Given = (frozenset(), None)


class Shares:
    """Shares of all runners."""

    def __init__(self, file: PeopleFile) -> None:
        self._file = file

    def given_by(self, runner: str) -> Mapping[str, Given]:
        """Account → what one runner lets it see."""
        return {each.id: (_scopes(each), each.at_utc) for each in self._file.entries(EntryKind.SHARE, runner)}

    def given_to(self, account: str) -> Mapping[str, frozenset[Scope]]:
        """Runner → what one account may see of them."""
        return {each.runner: _scopes(each) for each in self._file.entries(EntryKind.SHARE) if each.id == account}

    def give(self, viewer: Viewer, account: str, scopes: frozenset[Scope]) -> None:
        """Let an account see this of the viewer's runner, and nothing else."""
        fields = {"scopes": sorted(scopes)}
        self._file.add(Entry(EntryKind.SHARE, account, viewer.speaks_for, datetime.now(UTC), fields, viewer.account))

    def take_back(self, account: str) -> None:
        """Let an account see nothing of anybody any more."""
        for each in self._file.entries(EntryKind.SHARE):
            if each.id == account:
                self._file.add(replace(each, at_utc=datetime.now(UTC), withdrawn=True))


def _scopes(entry: Entry) -> frozenset[Scope]:
    return frozenset(Scope(each) for each in entry.fields["scopes"])

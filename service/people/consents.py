"""Whether runners let their pain, injuries and plans leave this computer; given and taken back with its date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from surefoot.dashboards.viewers import Viewer
from surefoot.service.people.people_file import Entry, EntryKind, PeopleFile

SHIPPING = "shipping"
"""Id of the only consent that there is."""


class Consents:
    """Consents of all runners."""

    def __init__(self, file: PeopleFile) -> None:
        self._file = file

    def since(self) -> Mapping[str, datetime]:
        """Runners who have given it, and since when."""
        return {each.runner: each.at_utc for each in self._file.entries(EntryKind.CONSENT)}

    def give(self, viewer: Viewer) -> None:
        """Consent for the viewer's runner; one that was given keeps its date."""
        self._file.add(self._entry(viewer))

    def take_back(self, viewer: Viewer) -> None:
        """Take it back."""
        if viewer.speaks_for in self.since():
            self._file.add(self._entry(viewer, withdrawn=True))

    def _entry(self, viewer: Viewer, *, withdrawn: bool = False) -> Entry:
        now = datetime.now(UTC)
        return Entry(EntryKind.CONSENT, SHIPPING, viewer.speaks_for, now, {}, viewer.account, withdrawn)

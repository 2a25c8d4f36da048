"""What recordings do not hold, in an append-only file of its own: what was told, and whether a date can be trusted.

The store can be rebuilt from the recordings and this file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from surefoot.service.store.checked_lines import append_line, read_lines

FILE_NAME = "notebook.log"


class NoteKind(StrEnum):
    """What an entry tells."""

    ALERT = "alert"
    """A row of the table `alerts`, without its `seq`."""
    DELIVERY = "delivery"
    """A row of the table `deliveries`: a sink has had an alert, or a message to a runner."""
    FINISHED = "finished"
    """A runner's run has been stored to its end, so that all its alerts are told."""
    CLOCK = "clock"
    """A row of the table `run_clocks`, whose newest entry holds."""
    BACKUP = "backup"
    """A backup was made: its folder, and the runs whose results are in it."""
    WATCH_RUN = "watch_run"
    """A row of the table `watch_runs`, and whether it was forgotten; the newest entry of a runner's moment holds."""


class Notebook:
    """The file beside a store."""

    def __init__(self, store: Path) -> None:
        self.path = store.with_name(FILE_NAME)

    def append(self, kind: NoteKind, fields: Mapping[str, Any]) -> None:
        """Add an entry, so that it survives this process; OSError where the disk does not take it."""
        append_line(self.path, kind, fields)

    def entries(self, kind: NoteKind) -> Iterator[Mapping[str, Any]]:
        """The fields of all entries of a kind, in order; damaged ones are left out."""
        return (fields for found, fields in read_lines(self.path) if found == kind)

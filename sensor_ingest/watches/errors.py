"""Errors of watches' files, one sentence each, for the person who has the file."""

from __future__ import annotations

from surefoot.sensor_ingest.files.errors import RecordingError


class NoWatchFileError(RecordingError):
    """The file is none that watches write."""

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(f"is no file of a watch but {found}; export the run as FIT, TCX or GPX.")


class WatchFileDamagedError(RecordingError):
    """The file is of a watch, and cannot be read to its end."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"is damaged ({why}); export the run once more.")


class WatchFileUnsafeError(RecordingError):
    """The file holds what no watch writes and what could harm whoever reads it."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"is not read, as it {what}, which no watch writes; export the run once more.")


class NoRunInFileError(RecordingError):
    """There is nothing of a run in the file."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"has no run in it: {why}.")

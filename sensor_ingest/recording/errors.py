"""Errors of run folders, one sentence each."""

from __future__ import annotations

from pathlib import Path

from surefoot.sensor_ingest.errors import IngestError


class RunError(IngestError):
    """A run folder that cannot be used; str() is one sentence with the folder, the reason and the remedy."""

    def __init__(self, path: Path, sentence: str) -> None:
        super().__init__(f"{path}: {sentence}")
        self.path = path


class RunMissingError(RunError):
    """The folder does not exist."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "there is no such folder; check the name.")


class NotARunError(RunError):
    """The folder holds no readable run."""

    def __init__(self, path: Path, reason: str) -> None:
        self.reason = reason
        super().__init__(path, f"is not a recorded run ({reason}).")


class RunFormatNewerError(RunError):
    """The run has a newer format than this version reads."""

    def __init__(self, path: Path, found: int, known: int) -> None:
        self.found = found
        self.known = known
        super().__init__(path, f"has format {found}, this version reads up to {known}; update surefoot.")


class RunBusyError(RunError):
    """Another process is recording into the folder."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "is being recorded by another surefoot; stop that one first.")


class RunEndedError(RunError):
    """The run was ended on purpose and cannot be continued."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "has ended and cannot be continued; start a new run.")


class RunUnwritableError(RunError):
    """The recording cannot be written to the disk."""

    def __init__(self, path: Path, reason: str) -> None:
        self.reason = reason
        super().__init__(path, f"cannot be written ({reason}); free space or choose another folder.")


class RunDeletedError(RunError):
    """The recording was deleted or moved while it was written."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "was deleted or moved while it was being recorded; start a new run.")


class ConsumerTooSlowError(RunError):
    """The consumer left too many samples unread."""

    def __init__(self, path: Path, waiting_samples: int) -> None:
        self.waiting_samples = waiting_samples
        super().__init__(
            path,
            f"{waiting_samples} samples were not read in time, so the run was stopped; all of them are recorded, "
            "replay the run.",
        )

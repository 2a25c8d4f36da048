"""What can be wrong with a run folder, a pod or the radio, one sentence each."""

from __future__ import annotations

from pathlib import Path

from surefoot.sensor_ingest.errors import IngestError


class RunError(IngestError):
    """A run folder that cannot be used; str() is one sentence: which folder, what is wrong, what to do."""

    def __init__(self, path: Path, sentence: str) -> None:
        super().__init__(f"{path}: {sentence}")
        self.path = path


class RunMissingError(RunError):
    """There is no such folder."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "there is no such folder; check the name.")


class NotARunError(RunError):
    """The folder holds no run that can be read."""

    def __init__(self, path: Path, reason: str) -> None:
        self.reason = reason
        super().__init__(path, f"is not a recorded run ({reason}).")


class RunFormatNewerError(RunError):
    """The run was recorded by a newer surefoot."""

    def __init__(self, path: Path, found: int, known: int) -> None:
        self.found = found
        self.known = known
        super().__init__(path, f"has format {found}, this version reads up to {known}; update surefoot.")


class RunBusyError(RunError):
    """Another process is recording into the folder."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "is being recorded by another surefoot; stop that one first.")


class RunEndedError(RunError):
    """The run was ended on purpose and takes no more."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "has ended and cannot be continued; start a new run.")


class RunUnwritableError(RunError):
    """The disk does not take the recording."""

    def __init__(self, path: Path, reason: str) -> None:
        self.reason = reason
        super().__init__(path, f"cannot be written ({reason}); free space or choose another folder.")


class ConsumerTooSlowError(RunError):
    """Whoever takes the samples is too slow."""

    def __init__(self, path: Path, waiting_samples: int) -> None:
        self.waiting_samples = waiting_samples
        super().__init__(
            path, f"{waiting_samples} samples were never taken, so the run was stopped; all are recorded, replay it."
        )

"""What can be wrong with a request, one sentence each, for the person at the terminal."""

from __future__ import annotations

from pathlib import Path


class RequestError(Exception):
    """Root of what the command line refuses to do; str() is one sentence: what is wrong, what to do."""


class NoRecordingError(RequestError):
    """No file was given."""

    def __init__(self) -> None:
        super().__init__("no recording was given; name at least one with --left FILE or --right FILE.")


class SameRecordingError(RequestError):
    """One recording was given for both feet."""

    def __init__(self, left: Path, right: Path) -> None:
        self.left = left
        self.right = right
        names = f"{left} was given for both feet" if left == right else f"{left} and {right} are the same recording"
        super().__init__(f"{names}; give each foot its own.")


class FeetApartError(RequestError):
    """The two recordings have no moment in common."""

    def __init__(self, left_s: tuple[float, float], right_s: tuple[float, float]) -> None:
        self.left_s = left_s
        self.right_s = right_s
        spans = " but ".join(
            f"the {foot} recording runs from {start_s:.1f} to {end_s:.1f} s"
            for foot, (start_s, end_s) in (("left", left_s), ("right", right_s))
        )
        super().__init__(f"{spans}, so they never overlap; both feet must be recorded together on one clock.")


class OutputError(RequestError):
    """The output file cannot be written."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path} cannot be written ({reason}); choose another file for --json.")

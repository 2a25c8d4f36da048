"""Recordings of files that cannot be analysed as they were given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from surefoot.service.errors import RequestError


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
    """The two recordings do not overlap in time."""

    def __init__(self, left_s: tuple[float, float], right_s: tuple[float, float]) -> None:
        self.left_s = left_s
        self.right_s = right_s
        spans = " but ".join(
            f"the {foot} recording runs from {start_s:.1f} to {end_s:.1f} s"
            for foot, (start_s, end_s) in (("left", left_s), ("right", right_s))
        )
        super().__init__(f"{spans}, so they never overlap; both feet must be recorded together on one clock.")


class FeetUnknownError(RequestError):
    """Which pod is on which foot could not be learned."""

    def __init__(self, silent: Sequence[str]) -> None:
        self.silent = tuple(silent)
        reason = f"nothing was heard from {' and '.join(silent)}" if silent else "no clear answer came"
        super().__init__(
            f"which pod is on which foot is not known, as {reason}; nothing was kept. Wear both pods, stay near, and "
            "try again: stand still until you are asked, then lift the left foot or tap its pod."
        )


class FootUnknownError(RequestError):
    """Nobody knows on which foot a pod was that kept a run."""

    def __init__(self, serial: str) -> None:
        self.serial = serial
        super().__init__(
            f"pod {serial} kept a run, but on which foot it was is not known; nothing is lost. Say it with --left or "
            f"--right {serial[-4:]}, or run surefoot confirm and sync again."
        )


class TwoSourcesError(RequestError):
    """A run and files were given."""

    def __init__(self, options: str, instead: str) -> None:
        super().__init__(f"{options} do not go together; give {instead}.")

"""Runs and runners that a command cannot find or choose."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from surefoot.service.errors import RequestError


class ScenarioUnknownError(RequestError):
    """There is no scenario of that name."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        self.name = name
        self.known = tuple(known)
        super().__init__(f"there is no scenario {name!r}; choose one of {', '.join(known)}.")


class RunUnknownError(RequestError):
    """There is no such run."""

    def __init__(self, named: str, folder: Path) -> None:
        self.named = named
        self.folder = folder
        super().__init__(f"there is no run {named} here or in {folder}; surefoot runs lists those there are.")


class NoRunsError(RequestError):
    """Nothing is recorded yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(f"no run is recorded in {folder} yet; surefoot run records one, surefoot demo shows one.")


class RunOpenError(RequestError):
    """The run has not ended."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            f"{path} has not ended; surefoot live or surefoot run --continue brings it to its end, ship --backfill too."
        )


class NoRunNamedError(RequestError):
    """No run was named, nor all of them."""

    def __init__(self) -> None:
        super().__init__("no run was named; give the id of one or more, last for the newest, or --all.")


class RunIsFileError(RequestError):
    """A file was given for a run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} is a file, not a run; CSV files are for surefoot analyze --left FILE --right FILE.")


class RunnerUnknownError(RequestError):
    """The run has no such runner, or several and none was chosen."""

    def __init__(self, wanted: str | None, runners: Sequence[str]) -> None:
        self.wanted = wanted
        self.runners = tuple(runners)
        what = f"has {len(runners)} runners" if wanted is None else f"has no runner {wanted!r}"
        super().__init__(f"the run {what}; choose one with --runner: {', '.join(runners)}.")


class RunnerNotChosenError(RequestError):
    """The store has no such runner, or several and none was chosen."""

    def __init__(self, wanted: str | None, runners: Sequence[str]) -> None:
        self.wanted = wanted
        self.runners = tuple(runners)
        what = f"no runs{'' if wanted is None else f' of {wanted!r}'} are kept"
        if not runners:
            super().__init__(f"{what}; surefoot run records one, surefoot import takes in those of a watch.")
            return
        asked = "say whose load, as surefoot load RUNNER" if wanted is None else what
        super().__init__(f"{asked}; known are: {', '.join(runners)}.")


class RunNotStoredError(RequestError):
    """The store has no such run of a runner."""

    def __init__(self, runner: str, run: str | None) -> None:
        self.runner, self.run = runner, run
        what = "no run" if run is None else f"no run {run}"
        super().__init__(
            f"{what} of {runner} is stored; surefoot runs lists recordings, surefoot ship --backfill stores them."
        )


class LengthError(RequestError):
    """Something that is no length of a run."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is no length of a run; give one such as 10km, 5000m or 6.2mi.")


class NoRunnerError(RequestError):
    """The settings name no runner."""

    def __init__(self) -> None:
        super().__init__(
            "the settings name no runner; add [runners.NAME] with left and right, or try --simulated 4 first."
        )

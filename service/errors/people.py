"""What people typed, and their accounts."""

from __future__ import annotations

from datetime import date

from surefoot.service.errors import RequestError


class EntryError(RequestError):
    """Something that was typed and cannot be kept."""


class NothingOfRunnerError(RequestError):
    """Nothing is known of a runner."""

    def __init__(self, runner: str) -> None:
        self.runner = runner
        super().__init__(f"nothing of a runner {runner!r} is here; surefoot runs lists who ran.")


class TooFewHealthyError(RequestError):
    """Too few healthy runs to be somebody's usual."""

    def __init__(self, runs: int, day: date) -> None:
        super().__init__(
            f"{runs} healthy {'run is' if runs == 1 else 'runs are'} known up to {day:%d %b %Y}, and three are needed;"
            ' a run counts where the diary says "nothing hurts" in the 48 hours before it and in those after it, and'
            " nothing else."
        )


class RunnerRunsError(RequestError):
    """A runner who is being recorded cannot be forgotten."""

    def __init__(self, runner: str, run: str) -> None:
        self.runner, self.run = runner, run
        super().__init__(f"{runner} is in run {run}, which is being recorded; say it again when it is over.")


class NoRowError(RequestError):
    """No row of running and walking is named, or none can be."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason}.")


class NotConfirmedError(RequestError):
    """Somebody has to say yes, and there is no terminal."""

    def __init__(self) -> None:
        super().__init__("this cannot be undone, and there is no terminal to ask at; say --yes if it is meant.")


class AccountError(RequestError):
    """An account that cannot be made or changed."""

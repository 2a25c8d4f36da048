"""Settings, and the address of the wall."""

from __future__ import annotations

from collections.abc import Sequence

from surefoot.service.errors import RequestError


class SettingsError(RequestError):
    """The settings file or the environment is invalid; every problem has its own line."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        if len(problems) == 1:
            super().__init__(
                f"in the settings, {problems[0]}; correct it; surefoot config shows the effective settings."
            )
        else:
            told = "".join(f"\n  {problem}" for problem in problems)
            super().__init__(f"{len(problems)} problems in the settings; correct them:{told}")


class WallError(RequestError):
    """The wall cannot be shown there."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"{reason}.")

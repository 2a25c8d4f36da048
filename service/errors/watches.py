"""Files of watches."""

from __future__ import annotations

from datetime import datetime

from surefoot.service.errors import RequestError


class TrackApartError(RequestError):
    """What a watch kept does not go with what the pods felt."""

    def __init__(self, run: str, compared: str, why: str) -> None:
        self.run = run
        self.compared = compared
        self.why = why
        super().__init__(
            f"the watch's {compared} does not show that it was on run {run} ({why}), so it was not joined; check that "
            "run and runner are the right ones."
        )


class WatchRunForgottenError(RequestError):
    """A run of a watch is from before its runner was forgotten."""

    def __init__(self, runner: str, at_utc: datetime) -> None:
        self.runner, self.at_utc = runner, at_utc
        super().__init__(f"{runner} was forgotten on {at_utc:%Y-%m-%d}, and this run began before: it is not taken in.")


class WatchRunUnknownError(RequestError):
    """There is no such run of a watch, and no track of one."""

    def __init__(self, named: str) -> None:
        self.named = named
        super().__init__(f"{named} is no run of a watch, and no track is joined to it; surefoot runs lists the runs.")


class NoWatchFileNamedError(RequestError):
    """Neither a file nor what to forget was named, or both."""

    def __init__(self) -> None:
        super().__init__("say either which files of a watch to take in, or which run to --forget.")

"""Why a message was not taken."""

from __future__ import annotations

MAX_ANSWER = 200


class ServerDownError(Exception):
    """The server cannot be used now, for any message; str() says why."""


class RecipientRefusedError(Exception):
    """The server does not take a message for one recipient; str() says why.

    Parameters
    ----------
    for_now : whether it may take it later.
    """

    def __init__(self, reason: str, *, for_now: bool) -> None:
        self.for_now = for_now
        super().__init__(reason)


def one_line(answer: bytes | str) -> str:
    """What a server says, for a log."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return "".join(sign if sign.isprintable() else " " for sign in " ".join(text.split()))[:MAX_ANSWER]

"""Errors of requests, each one sentence for the person at the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable

MASK = "********"


MIN_MASKED_LENGTH = 6


"""Shorter secrets would be found in ordinary words."""


def mask_secrets(text: str, secrets: Iterable[str]) -> str:
    """A text from elsewhere without our secrets, the longest first, as one may be part of another."""
    for secret in sorted((each for each in secrets if len(each) >= MIN_MASKED_LENGTH), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def strip_errno(reason: str) -> str:
    """A system error's text without its number."""
    return re.sub(r"^\[Errno -?\d+\] ", "", reason)


class RequestError(Exception):
    """Root of what the command line refuses to do; str() is one sentence: what is wrong, what to do."""

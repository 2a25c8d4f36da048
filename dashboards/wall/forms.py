"""Forms of the wall's pages: what was typed, and the values that it is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from surefoot.dashboards.wall.access import is_from_own_page
from surefoot.dashboards.wall.bodies import read_body

Form = Mapping[str, str]
MAX_SHOWN = 20
"""Characters of what was typed that are shown in a refusal."""


async def typed(request: Request, max_bytes: int, refusal: str = "") -> Sequence[tuple[str, str]] | Response:
    """Names and texts of the fields that a page of ours sends, or the answer to what is refused.

    Parameters
    ----------
    refusal : why whoever asks may not send it; empty where they may.
    """
    if not is_from_own_page(request.headers):
        return PlainTextResponse("press the button on the wall's own page", 403)
    if refusal:
        return PlainTextResponse(refusal, 403)
    body = await read_body(request, max_bytes)
    if body is None:
        return PlainTextResponse("too long", 413, {"Connection": "close"})
    return parse_qsl(body.decode(errors="replace"))


def day_from(text: str) -> date:
    """A date as browsers send it; ValueError where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text[:MAX_SHOWN] or 'nothing'} is no day") from error


def number_from(text: str) -> float:
    """A number; ValueError where it is none."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{text[:MAX_SHOWN] or 'nothing'} is no number")
    return number


def whole_from(text: str) -> int | None:
    """A whole number, None where nothing was typed; ValueError where it is none."""
    if text and not (text.isascii() and text.isdigit() and len(text) < 6):
        raise ValueError(f"{text[:MAX_SHOWN]} is no whole number")
    return int(text) if text else None

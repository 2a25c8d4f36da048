"""Bodies of requests: read up to a limit, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import ClientDisconnect, Request


async def read_body(request: Request, max_bytes: int) -> bytes | None:
    """A request's body; None where it is longer than `max_bytes`, or never comes."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > max_bytes:
        return None
    body = bytearray()
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > max_bytes:
                return None
    except ClientDisconnect:
        return None
    return bytes(body)


def json_object(body: bytes) -> Mapping[str, Any] | None:
    """The JSON object that a body is; None where it is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None

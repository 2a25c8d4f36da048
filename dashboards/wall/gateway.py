"""Where gateways and phones hand over what they recorded: a journal by byte offset, so that nothing comes twice."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import partial
from http import HTTPStatus
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from surefoot.dashboards.part_store import PartRefusedError, PartState, PartStore
from surefoot.dashboards.wall.access import is_from_own_page
from surefoot.dashboards.wall.bodies import read_body

MAX_MANIFEST_BYTES, MAX_PIECE_BYTES = 65_536, 1_048_576
FORGOTTEN_PATH = "/gateway/forgotten"
MAX_AT_ONCE = 8
"""Requests whose bodies are in memory; others wait for them, never what the wall shows."""
PHONE_HEADER = "surefoot-gateway"
"""In requests of a page of the wall: which phone sends it."""
PHONE = re.compile(r"phone-[0-9a-f]{8,32}")
NOT_KNOWN = "The key is not known here; surefoot gateway key NAME on the service's computer makes one."
NOT_SIGNED_IN = "Send the key of a gateway, or sign in to the wall."
NO_PHONE = f"Say which phone sends this: the header {PHONE_HEADER} must be phone- and 8 to 32 hexadecimal digits."
TOO_LONG = "The body is longer than {} bytes, or did not come."

Work = Callable[[str, Request], Awaitable[Any]]


class GatewayRoutes:
    """Handlers of the paths below `/gateway`; each request needs a gateway's key, or comes from a page of the wall.

    Parameters
    ----------
    is_signed_in : whether a request has a session of the wall.
    was_forgotten : whether a request comes from a device of somebody who is forgotten, which may ask of whom.
    """

    def __init__(
        self, parts: PartStore, is_signed_in: Callable[[Request], bool], was_forgotten: Callable[[Request], bool]
    ) -> None:
        self._parts = parts
        self._is_signed_in = is_signed_in
        self._was_forgotten = was_forgotten
        self._room, self._threads = CapacityLimiter(MAX_AT_ONCE), CapacityLimiter(MAX_AT_ONCE)

    def routes(self) -> list[Route]:
        """The routes of the interface."""
        return [
            Route("/gateway/runs", partial(self._answer, self._begin), methods=["POST"]),
            Route(FORGOTTEN_PATH, partial(self._answer, self._forgotten), methods=["POST"]),
            Route("/gateway/runs/{run}", partial(self._answer, self._state)),
            Route("/gateway/runs/{run}/journal", partial(self._answer, self._append), methods=["PUT"]),
            Route("/gateway/runs/{run}/end", partial(self._answer, self._end), methods=["POST"]),
            Route("/gateway/runs/{run}/cues", partial(self._answer, self._cues)),
        ]

    async def _answer(self, work: Work, request: Request) -> Response:
        try:
            async with self._room:
                sender = await self._in_thread(self._sender, request)
                return JSONResponse(await work(sender, request))
        except PartRefusedError as error:
            told = {} if error.received is None else {"received": error.received}
            return JSONResponse({"error": str(error), **told}, error.status, {"Connection": "close"})

    def _sender(self, request: Request) -> str:
        """The gateway or phone that sends a request."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            gateway = self._parts.gateway_of(key)
            if gateway is None:
                raise PartRefusedError(HTTPStatus.UNAUTHORIZED, NOT_KNOWN)
            return gateway
        may_ask = request.url.path == FORGOTTEN_PATH and self._was_forgotten(request)
        if not ((may_ask or self._is_signed_in(request)) and is_from_own_page(request.headers)):
            raise PartRefusedError(HTTPStatus.UNAUTHORIZED, NOT_SIGNED_IN)
        phone = request.headers.get(PHONE_HEADER, "")
        if not PHONE.fullmatch(phone):
            raise PartRefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, NO_PHONE)
        return phone

    async def _begin(self, sender: str, request: Request) -> object:
        manifest = await _body(request, MAX_MANIFEST_BYTES)
        return _told(await self._in_thread(self._parts.begin, sender, manifest))

    async def _forgotten(self, _: str, request: Request) -> object:
        manifest = await _body(request, MAX_MANIFEST_BYTES)
        return {"forgotten": await self._in_thread(self._parts.is_forgotten, manifest)}

    async def _append(self, sender: str, request: Request) -> object:
        run, offset = request.path_params["run"], _number(request, "offset")
        piece = await _body(request, MAX_PIECE_BYTES)
        return _told(await self._in_thread(self._parts.append, sender, run, offset, piece))

    async def _state(self, sender: str, request: Request) -> object:
        return _told(await self._in_thread(self._parts.state, sender, request.path_params["run"]))

    async def _end(self, sender: str, request: Request) -> object:
        return _told(await self._in_thread(self._parts.end, sender, request.path_params["run"]))

    async def _cues(self, sender: str, request: Request) -> object:
        run, after = request.path_params["run"], _number(request, "after")
        return {"cues": [asdict(cue) for cue in await self._in_thread(self._parts.cues, sender, run, after)]}

    async def _in_thread(self, work: Callable[..., Any], *arguments: object) -> Any:
        return await to_thread.run_sync(work, *arguments, limiter=self._threads)


def _told(state: PartState) -> dict[str, object]:
    """A part's state; only of one that is forgotten, that it is."""
    fields = asdict(state)
    return fields if state.forgotten else {name: value for name, value in fields.items() if name != "forgotten"}


async def _body(request: Request, max_bytes: int) -> bytes:
    body = await read_body(request, max_bytes)
    if body is None:
        raise PartRefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, TOO_LONG.format(max_bytes))
    return body


def _number(request: Request, name: str) -> int:
    given = request.query_params.get(name, "")
    if not re.fullmatch(r"[0-9]{1,15}", given):
        raise PartRefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, f"{name} must be a whole number of 0 or more.")
    return int(given)

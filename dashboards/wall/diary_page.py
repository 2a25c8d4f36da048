"""The diary on a phone: how feet and legs feel, and in what somebody ran; its page works without network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from surefoot.dashboards.diary_source import DiarySource, EntryRefusedError
from surefoot.dashboards.viewers import Scope, Viewer
from surefoot.dashboards.wall.access import is_from_own_page
from surefoot.dashboards.wall.bodies import json_object, read_body
from surefoot.dashboards.wall.page_files import PageFiles

MAX_ENTRY_BYTES = 20_000


class DiaryPage:
    """Handlers of the page, of what it shows, and of what it sends.

    Parameters
    ----------
    viewer : who asks.
    was_forgotten : whether a request comes from a device of somebody who is forgotten.
    """

    def __init__(
        self, source: DiarySource, viewer: Callable[[Request], Viewer], was_forgotten: Callable[[Request], bool]
    ) -> None:
        self._source = source
        self._viewer = viewer
        self._was_forgotten = was_forgotten

    def routes(self) -> list[Route]:
        """All below `/diary/`, which the page's service worker keeps."""
        files = PageFiles("diary", "diary.html")
        return [
            Route("/diary", lambda _: RedirectResponse("/diary/", 308)),
            Route("/diary/", files.page),
            Route("/diary/of/{runner}", self._state),
            Route("/diary/of/{runner}/{kind}", self._keep, methods=["POST"]),
            Route("/diary/of/{runner}/{kind}/{entry}", self._withdraw, methods=["DELETE"]),
            Route("/diary/{name}", files.named),
        ]

    async def _state(self, request: Request) -> Response:
        runner, run = request.path_params["runner"], request.query_params.get("run", "")
        if not self._viewer(request).may_see(runner, Scope.PAIN_AND_PLAN):
            return self._not_yours(request)
        try:
            state = await run_in_threadpool(self._source.state, runner, run)
        except KeyError:
            return PlainTextResponse(f"There is no run {run} of {runner}." if run else "There is no run here yet.", 404)
        return JSONResponse({**asdict(state), "yours": self._viewer(request).may_tell(runner)})

    async def _keep(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        body = await read_body(request, MAX_ENTRY_BYTES)
        if body is None:
            return PlainTextResponse("too long", 413, {"Connection": "close"})
        fields = json_object(body)
        if fields is None:
            return PlainTextResponse("an entry is a JSON object", 400)
        runner, kind = request.path_params["runner"], request.path_params["kind"]
        return await self._told(self._source.keep, runner, kind, fields)

    async def _withdraw(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        named = request.path_params
        return await self._told(self._source.withdraw, named["runner"], named["kind"], named["entry"])

    def _refusal(self, request: Request) -> Response | None:
        if not is_from_own_page(request.headers):
            return PlainTextResponse("send this from the diary's own page", 403)
        return None if self._viewer(request).may_tell(request.path_params["runner"]) else self._not_yours(request)

    def _not_yours(self, request: Request) -> Response:
        """To a device of somebody who is forgotten that they are, so that it keeps nothing of them either."""
        runner = request.path_params["runner"]
        if self._was_forgotten(request) and self._source.is_forgotten(runner):
            return PlainTextResponse(f"{runner} is forgotten", 410)
        return PlainTextResponse(f"the diary of {runner} is not shown to you", 403)

    @staticmethod
    async def _told(action: Callable[..., None], *arguments: Any) -> Response:
        try:
            await run_in_threadpool(action, *arguments)
        except EntryRefusedError as error:
            return PlainTextResponse(str(error), 400)
        except OSError as error:
            return PlainTextResponse(f"the entry cannot be written ({error.strerror})", 507)
        return Response(status_code=204)

"""The timer on a phone: running and walking by a plan's next row or one typed in, also without network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from surefoot.analysis.weeks.plan import Row
from surefoot.dashboards.timer_source import NextSession, TimerSource
from surefoot.dashboards.viewers import Scope, Viewer
from surefoot.dashboards.wall.access import is_from_own_page
from surefoot.dashboards.wall.bodies import json_object, read_body
from surefoot.dashboards.wall.page_files import PageFiles

MAX_TOLD_BYTES = 2000
MAX_WALK_FIRST_S = 3600.0


class TimerPage:
    """Handlers of the page, of what it asks for, and of what it tells.

    Parameters
    ----------
    viewer : who asks.
    """

    def __init__(self, source: TimerSource, viewer: Callable[[Request], Viewer]) -> None:
        self._source = source
        self._viewer = viewer

    def routes(self) -> list[Route]:
        """All below `/timer/`, which the page's service worker keeps."""
        files = PageFiles("timer", "timer.html")
        return [
            Route("/timer", lambda _: RedirectResponse("/timer/", 308)),
            Route("/timer/", files.page),
            Route("/timer/of/{runner}", self._next),
            Route("/timer/of/{runner}", self._keep, methods=["POST"]),
            Route("/timer/workout.fit", self._workout),
            Route("/timer/{name}", files.named),
        ]

    async def _next(self, request: Request) -> Response:
        runner = request.path_params["runner"]
        if not self._viewer(request).may_see(runner, Scope.PAIN_AND_PLAN):
            return _not_yours(runner)
        found = await run_in_threadpool(self._source.next_session, runner)
        return JSONResponse(None if found is None else _fields(found))

    async def _workout(self, request: Request) -> Response:
        query = request.query_params
        try:
            row = Row(int(query["runs"]), float(query["run_s"]), float(query.get("walk_s", "0")))
            first_s = min(max(float(query.get("walk_first_s", "0")), 0.0), MAX_WALK_FIRST_S)
            data = await run_in_threadpool(self._source.workout, row, first_s)
        except KeyError as error:
            return PlainTextResponse(f"say {error.args[0]}", 400)
        except (ValueError, OverflowError) as error:
            return PlainTextResponse(f"this is no row: {error}", 400)
        return Response(data, media_type="application/octet-stream", headers={"Content-Disposition": "attachment"})

    async def _keep(self, request: Request) -> Response:
        runner = request.path_params["runner"]
        if not is_from_own_page(request.headers):
            return PlainTextResponse("send this from the timer's own page", 403)
        if not self._viewer(request).may_tell(runner):
            return _not_yours(runner)
        body = await read_body(request, MAX_TOLD_BYTES)
        if body is None:
            return PlainTextResponse("too long", 413, {"Connection": "close"})
        told = json_object(body)
        if told is None:
            return PlainTextResponse("a session is a JSON object", 400)
        try:
            self._source.keep(runner, told)
        except ValueError as error:
            return PlainTextResponse(str(error), 400)
        return Response(status_code=204)


def _fields(found: NextSession) -> Mapping[str, Any]:
    return {
        "sentence": found.sentence,
        "row": None if found.row is None else asdict(found.row),
        "words": "" if found.row is None else found.row.words,
        "from_day": None if found.from_day is None else found.from_day.isoformat(),
    }


def _not_yours(runner: str) -> Response:
    return PlainTextResponse(f"the plan of {runner} is not shown to you", 403)

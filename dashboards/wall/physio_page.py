"""The page for a physio on the wall, as far as the runner lets whoever asks see it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from surefoot.dashboards.history_source import HistorySource
from surefoot.dashboards.physio.page import physio_html
from surefoot.dashboards.viewers import Scope, Viewer
from surefoot.dashboards.wall.pages import Page, sentence_page

POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


class PhysioPage:
    """Handler of the page.

    Parameters
    ----------
    viewer : who asks.
    html : a page and its status as a response.
    """

    def __init__(
        self, source: HistorySource, viewer: Callable[[Request], Viewer], html: Callable[[Page, int], Response]
    ) -> None:
        self._source = source
        self._viewer = viewer
        self._html = html

    def routes(self) -> list[Route]:
        """One address for each runner."""
        return [Route("/runner/{runner}/physio", self._page)]

    async def _page(self, request: Request) -> Response:
        runner, viewer = request.path_params["runner"], self._viewer(request)
        shown = {scope for scope in Scope if viewer.may_see(runner, scope)}
        try:
            if not shown & {Scope.RUNS, Scope.PAIN_AND_PLAN}:
                raise KeyError(runner)
            facts = await run_in_threadpool(self._source.physio_facts, runner)
        except KeyError:
            return self._html(sentence_page(f"There is nothing of a runner {runner}."), 404)
        page = physio_html(facts, shown, up=f"/runner/{quote(runner)}/history")
        return HTMLResponse(page, headers={"Content-Security-Policy": POLICY})

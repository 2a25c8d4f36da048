"""Answers to the question whether a recorded run's pods were exchanged, given by a button."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from surefoot.dashboards.data_source import UncorrectableError, ViewDataSource, Worn
from surefoot.dashboards.wall import pages
from surefoot.dashboards.wall.access import is_from_own_page


class PodsQuestion:
    """Handler of the buttons.

    Parameters
    ----------
    shown : the data that whoever asks may see.
    archive : lets one analysis run at a time.
    html : a page and its status as a response.
    """

    def __init__(
        self,
        shown: Callable[[Request], ViewDataSource],
        archive: CapacityLimiter,
        html: Callable[[pages.Page, int], Response],
    ) -> None:
        self._shown = shown
        self._archive = archive
        self._html = html

    async def answer(self, request: Request) -> Response:
        """Correct the run, and lead to its new report."""
        if not is_from_own_page(request.headers):
            return PlainTextResponse("press the button on the wall's own page", 403)
        run, runner = request.path_params["run"], request.path_params["runner"]
        try:
            worn = Worn(request.path_params["worn"])
            await to_thread.run_sync(
                self._shown(request).answer_whether_exchanged, run, runner, worn, limiter=self._archive
            )
        except (KeyError, ValueError):
            return self._html(pages.sentence_page(f"There is no run {run} of {runner}."), 404)
        except UncorrectableError as error:
            return self._html(pages.sentence_page(f"The run cannot be corrected: {error}"), 409)
        return RedirectResponse(f"/runs/{quote(run)}/report/{quote(runner)}", 303)

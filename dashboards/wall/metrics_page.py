"""The service's metrics about itself, as the wall gives them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from surefoot.dashboards.wall.access import MetricsToken

METRICS_PATH = "/metrics"
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class MetricsPage:
    """The service's metrics about itself.

    Parameters
    ----------
    text : reads them, in Prometheus' text format; OSError where they cannot be read now.
    token : opens them without a login.
    """

    text: Callable[[], str]
    token: MetricsToken

    def is_open_to(self, request: Request) -> bool:
        """Whether a request is for them, and has the token."""
        return request.url.path == METRICS_PATH and self.token.accepts(request.headers.get("authorization", ""))

    async def answer(self, _: Request) -> Response:
        """The metrics now."""
        try:
            return Response(await run_in_threadpool(self.text), media_type=METRICS_TYPE)
        except OSError as error:
            return PlainTextResponse(str(error), 503)


async def no_metrics(_: Request) -> Response:
    """Where no service is watched."""
    return PlainTextResponse("no service is watched here", 404)

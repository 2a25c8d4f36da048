"""ASGI application of the wall: pages, event streams, reports and assets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import partial
from urllib.parse import quote, urlencode

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from surefoot.dashboards.data_source import AnalysedRun, RunListEntry, SquadState, ViewDataSource
from surefoot.dashboards.diary_source import DiarySource
from surefoot.dashboards.history_source import HistorySource
from surefoot.dashboards.html import Markup
from surefoot.dashboards.part_store import PartStore
from surefoot.dashboards.plan_source import PlanSource
from surefoot.dashboards.report.page import report_html
from surefoot.dashboards.report.watch import watch_section
from surefoot.dashboards.resources import resource_path
from surefoot.dashboards.timer_source import TimerSource
from surefoot.dashboards.viewers import AccountBook, Role, Viewer
from surefoot.dashboards.viewers import Scope as SeenScope
from surefoot.dashboards.wall import pages
from surefoot.dashboards.wall.account_page import AccountPage
from surefoot.dashboards.wall.after_page import AfterPage, after_link
from surefoot.dashboards.wall.diary_page import DiaryPage
from surefoot.dashboards.wall.downloads import Downloads, download_links
from surefoot.dashboards.wall.gateway import GatewayRoutes
from surefoot.dashboards.wall.history_page import HistoryPage
from surefoot.dashboards.wall.login import Login
from surefoot.dashboards.wall.metrics_page import METRICS_PATH, MetricsPage, no_metrics
from surefoot.dashboards.wall.page_content import PageContent, PageDelta, runner_content, squad_content
from surefoot.dashboards.wall.phone_page import phone_routes
from surefoot.dashboards.wall.physio_page import PhysioPage
from surefoot.dashboards.wall.plan_page import PlanPage
from surefoot.dashboards.wall.pods_question import PodsQuestion
from surefoot.dashboards.wall.replay import replay_span_s, squad_state_at
from surefoot.dashboards.wall.shown import ShownSource
from surefoot.dashboards.wall.timer_page import TimerPage

POLL_S = 0.4
"""Interval at which an event stream polls the squad's state."""
KEEP_ALIVE_S = 5.0
CLOSING_EVENT = "event: over\ndata: over\n\n"
"""Last event of every stream when the wall closes."""
MAX_SPEED = 1000.0
ASSETS = {
    "theme.css": "text/css",
    "wall.css": "text/css",
    "wall.js": "text/javascript",
    "pieces.js": "text/javascript",
    "patch.js": "text/javascript",
    "kept_page.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with no-referrer, browsers hide the origin of a form from its own server
    "Cache-Control": "no-store",
}
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; form-action 'self'"
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1", "[::1]")


NOBODY = Viewer("", "", Role.COACH)
"""Somebody who is shown nothing."""


class WallApplication:
    """Routes and event streams; setting `closing` ends all streams."""

    def __init__(
        self,
        source: ViewDataSource,
        accounts: AccountBook | None = None,
        metrics: MetricsPage | None = None,
        parts: PartStore | None = None,
        diary: DiarySource | None = None,
        history: HistorySource | None = None,
        timers: TimerSource | None = None,
        plans: PlanSource | None = None,
    ) -> None:
        self.closing = asyncio.Event()
        self._source = source
        self._login = Login(accounts, has_history=history is not None)
        self._metrics = metrics
        self._gateway = (
            [] if parts is None else GatewayRoutes(parts, self._login.may_record, self._login.was_forgotten).routes()
        )
        self._diary = [] if diary is None else DiaryPage(diary, self._viewer, self._login.was_forgotten).routes()
        self._after = [] if diary is None else AfterPage(diary, self._viewer, self._diary_of, self._html).routes()
        self._history = (
            [] if history is None else HistoryPage(history, self._viewer, self._diary_of, self._html).routes()
        )
        self._timers = [] if timers is None else TimerPage(timers, self._viewer).routes()
        self._plans = (
            [] if plans is None else PlanPage(plans, self._viewer, self._diary_of, self._timer_of, self._html).routes()
        )
        self._physio = [] if history is None else PhysioPage(history, self._viewer, self._html).routes()
        self._archive = CapacityLimiter(1)  # analyses wait for each other, never what is live for them
        self._pods_question = PodsQuestion(self._shown, self._archive, self._html)
        self._account = [] if accounts is None else AccountPage(accounts, self._viewer, self._html).routes()
        self._downloads = Downloads(self._shown, self._archive, self._html)

    def application(self) -> ASGIApp:
        """The ASGI application; without a password it answers only to loopback host names."""
        routes = [
            Route("/", self._squad),
            Route("/runner/{runner}", self._runner),
            Route("/events", self._live_events),
            Route("/runs", self._runs),
            Route("/runs/{run}", self._replay),
            Route("/runs/{run}/runner/{runner}", self._replay),
            Route("/runs/{run}/runner/{runner}/pods/{worn}", self._pods_question.answer, methods=["POST"]),
            Route("/runs/{run}/events", self._replay_events),
            Route("/runs/{run}/report/{runner}", self._report),
            Route("/runs/{run}/export/{runner}/{form}", self._downloads.answer),
            *phone_routes(),
            *self._diary,
            *self._after,
            *self._history,
            *self._timers,
            *self._plans,
            *self._physio,
            *self._account,
            Route("/login", self._login.sign_in, methods=["GET", "POST"]),
            Route("/link/{token}", self._login.by_link),
            Route("/logout", self._login.sign_out, methods=["POST"]),
            Route("/assets/{name}", _asset),
            Route(METRICS_PATH, no_metrics if self._metrics is None else self._metrics.answer),
            *self._gateway,
            Route("/health", lambda _: PlainTextResponse("ok")),
        ]
        inner = Starlette(routes=routes)
        return partial(self._guard, inner, TrustedHostMiddleware(inner, allowed_hosts=list(LOOPBACK_NAMES)))

    async def _guard(self, inner: ASGIApp, loopback_only: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Require the session cookie, and add the security headers to every response."""
        if scope["type"] == "http" and not self._is_allowed(Request(scope)):
            is_page = scope["path"] == "/" or not scope["path"].endswith(("/events", METRICS_PATH))
            refusal = RedirectResponse("/login", 303) if is_page else PlainTextResponse("log in first", 401)
            await refusal(scope, receive, partial(_with_headers, send))
            return
        answering = inner if self._login.is_required else loopback_only
        await answering(scope, receive, partial(_with_headers, send))

    def _viewer(self, request: Request) -> Viewer:
        """Who asks; nobody where a session has ended meanwhile."""
        return self._login.viewer(request) or NOBODY

    def _shown(self, request: Request) -> ShownSource:
        """What may be seen by whoever asks."""
        return ShownSource(self._source, self._viewer(request))

    def _is_allowed(self, request: Request) -> bool:
        if request.url.path == METRICS_PATH:
            has_token = self._metrics is not None and self._metrics.is_open_to(request)
            return has_token or self._viewer(request).role is Role.OWNER
        return self._login.allows(request)

    async def _squad(self, request: Request) -> Response:
        squad = await run_in_threadpool(self._shown(request).squad_state)
        below = self._ways(self._viewer(request)) if self._after else None
        return self._html(pages.squad_page(squad.title, "/events", below=below))

    async def _runner(self, request: Request) -> Response:
        wanted = request.path_params["runner"]
        name = await run_in_threadpool(self._shown(request).name_of, wanted)
        sees_pain = self._viewer(request).may_see(wanted, SeenScope.PAIN_AND_PLAN)
        diary = self._diary_of(wanted) if sees_pain else None
        plan = self._plan_of(wanted) if sees_pain else None
        history = self._history_of(wanted)
        timer = None if diary is None else self._timer_of(wanted)
        events = f"/events?runner={quote(wanted)}"
        page = pages.runner_page(name, events, "/", diary=diary, history=history, timer=timer, plan=plan)
        return self._html(page)

    async def _runs(self, request: Request) -> Response:
        runs = await run_in_threadpool(self._shown(request).runs)
        return self._html(pages.runs_page(runs, self._names(self._viewer(request), runs)))

    async def _replay(self, request: Request) -> Response:
        run, runner = request.path_params["run"], request.path_params.get("runner")
        try:
            recorded = await self._analysed(request, run)
        except KeyError:
            return self._html(pages.sentence_page(f"There is no run {run}."), 404)
        player, forms = pages.replay_player(*replay_span_s(recorded)), self._source.export_forms()
        own = {each: found for each, found in recorded.items() if self._viewer(request).may_tell(each)}
        if runner is None:
            links = download_links(own, forms) if own else None
            return self._html(pages.squad_page("Replay", f"/runs/{run}/events", player, links))
        if runner not in recorded:
            return self._html(pages.sentence_page(f"There is no run {run} of {runner}."), 404)
        events = f"/runs/{run}/events?runner={quote(runner)}"
        question = pages.pods_question(recorded[runner])
        links = download_links({runner: own[runner]}, forms) if runner in own else None
        name, watch = recorded[runner].name, watch_section(recorded[runner])
        return self._html(pages.runner_page(name, events, f"/runs/{run}", player, question, links, watch))

    async def _report(self, request: Request) -> Response:
        run, runner = request.path_params["run"], request.path_params["runner"]
        try:
            recorded = (await self._analysed(request, run))[runner]
        except KeyError:
            return self._html(pages.sentence_page(f"There is no run {run} of {runner}."), 404)
        question = pages.pods_question(recorded)
        html = await to_thread.run_sync(report_html, recorded, question, limiter=self._archive)
        return HTMLResponse(html, headers={"Content-Security-Policy": REPORT_POLICY})

    def _ways(self, viewer: Viewer) -> Markup:
        """What is below the cards: a runner's own pages, or the list of what others have said."""
        if not viewer.speaks_for:
            return after_link()
        runner = viewer.speaks_for
        return pages.own_links(self._diary_of(runner), self._history_of(runner), self._plan_of(runner))

    def _names(self, viewer: Viewer, runs: Sequence[RunListEntry]) -> Mapping[str, str]:
        """Runners with a page over weeks, by their ids; also who shows pain and plan alone, and no run."""
        if not self._history:
            return {}
        named = {runner: name for run in reversed(runs) for runner, name in run.names.items()}
        sharing = [runner for runner, scopes in viewer.shared.items() if SeenScope.PAIN_AND_PLAN in scopes]
        return {runner: runner for runner in sharing} | named

    def _plan_of(self, runner: str) -> str | None:
        """Address of the page of a runner's plan."""
        return f"/runner/{quote(runner)}/plan" if self._plans else None

    def _history_of(self, runner: str) -> str | None:
        """Address of a runner's page over weeks."""
        return f"/runner/{quote(runner)}/history" if self._history else None

    def _diary_of(self, runner: str, run: str = "") -> str | None:
        """Address of a runner's diary."""
        return f"/diary/?{urlencode({'runner': runner, 'run': run})}" if self._diary else None

    def _timer_of(self, runner: str) -> str | None:
        """Address of the page that times a runner's session."""
        return f"/timer/?{urlencode({'runner': runner})}" if self._timers else None

    def _html(self, page: pages.Page, status: int = 200) -> Response:
        return HTMLResponse(page.html(sign_out=self._login.is_required), status)

    async def _analysed(self, request: Request, run: str) -> Mapping[str, AnalysedRun]:
        return await to_thread.run_sync(self._shown(request).analysed_runs, run, limiter=self._archive)

    async def _live_events(self, request: Request) -> Response:
        content_of = _content_builder(request, "")
        return _event_stream(self._live_messages(request, content_of))

    async def _live_messages(
        self, request: Request, content_of: Callable[[SquadState], PageContent]
    ) -> AsyncIterator[str]:
        delta, seen, quiet_s = PageDelta(), None, 0.0
        while not self.closing.is_set() and (viewer := self._login.viewer(request)) is not None:
            squad = await run_in_threadpool(ShownSource(self._source, viewer).squad_state)
            if (squad.revision, viewer) != seen:
                seen, quiet_s = (squad.revision, viewer), 0.0
                yield _event(delta.message(content_of(squad)))
            elif quiet_s >= KEEP_ALIVE_S:
                quiet_s = 0.0
                yield ": still here\n\n"
            await self._pause(POLL_S)
            quiet_s += POLL_S
        yield CLOSING_EVENT

    async def _replay_events(self, request: Request) -> Response:
        run, viewer = request.path_params["run"], self._login.viewer(request)
        try:
            recorded = await self._analysed(request, run)
            at_s = float(request.query_params.get("at", "nan"))
            speed = min(max(float(request.query_params.get("speed", "1")), 0.0), MAX_SPEED)
        except (KeyError, ValueError):
            return PlainTextResponse("no such replay", 404)
        first_s, last_s = replay_span_s(recorded)
        begin_s = min(max(at_s, first_s), last_s) if at_s == at_s else first_s

        async def events() -> AsyncIterator[str]:
            """Until the viewer has other rights, with which other things are shown: the page asks anew."""
            delta, loop = PageDelta(), asyncio.get_running_loop()
            began_s, revision, content_of = loop.time(), 0, _content_builder(request, f"/runs/{run}")
            while not self.closing.is_set() and viewer is not None and self._login.viewer(request) == viewer:
                now_s = min(begin_s + speed * (loop.time() - began_s), last_s)
                ended = now_s >= last_s
                squad = squad_state_at(recorded, now_s, revision)
                yield _event(delta.message(content_of(squad), at=round(now_s, 3), passed=now_s - first_s, ended=ended))
                revision += 1
                await self._pause(KEEP_ALIVE_S if ended or speed == 0.0 else POLL_S)
            yield CLOSING_EVENT

        return _event_stream(events())

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self.closing.wait()
        except TimeoutError:
            return


def _content_builder(request: Request, base: str) -> Callable[[SquadState], PageContent]:
    wanted = request.query_params.get("runner")
    return partial(squad_content, base=base) if wanted is None else partial(runner_content, wanted=wanted)


def _event_stream(events: AsyncIterator[str]) -> Response:
    return StreamingResponse(events, media_type="text/event-stream")


def _event(data: str) -> str:
    return f"data: {data}\n\n"


async def _with_headers(send: Send, message: Message) -> None:
    """Add the security headers that the response does not set itself."""
    if message["type"] == "http.response.start":
        headers = MutableHeaders(scope=message)
        for name, value in SECURITY_HEADERS.items():
            headers.setdefault(name, value)
    await send(message)


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in ASSETS:
        return PlainTextResponse("not here", 404)
    text = resource_path("styles", name).read_text(encoding="utf-8")
    return Response(text, media_type=ASSETS[name])

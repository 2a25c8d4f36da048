"""Signing in and out of the wall, and who asks."""

from __future__ import annotations

import math
from urllib.parse import parse_qsl, quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from surefoot.dashboards.viewers import ALONE, Accounts, Scope, Viewer
from surefoot.dashboards.wall import pages
from surefoot.dashboards.wall.access import COOKIE_NAME, Attempts
from surefoot.dashboards.wall.bodies import read_body
from surefoot.dashboards.wall.connections import network_of

MAX_FORM_BYTES = 4096
PUBLIC_PATHS = ("/login", "/link/", "/calendar/", "/assets/", "/health", "/gateway/")
"""Paths that need no session; those of gateways ask for a key instead, and calendars are secret addresses."""
TOLD_PATHS = ("/diary/of/",)
"""Paths that tell a device of somebody who is forgotten that they are."""
WRONG_PASSWORD = "Wrong name or password."
TOO_MANY_ATTEMPTS = "Too many wrong passwords from your address. Try again in {} s."
LINK_OVER = "This link is over. Ask whoever gave it to you for another."


class Login:
    """Handlers of the form; where nobody has an account everything is open.

    Parameters
    ----------
    has_history : whether there is a page for the physio.
    """

    def __init__(self, accounts: Accounts | None, *, has_history: bool) -> None:
        self._accounts = accounts
        self._has_history = has_history
        self._attempts = Attempts()

    @property
    def is_required(self) -> bool:
        """Whether anybody has to sign in now."""
        return self._accounts is not None and self._accounts.are_needed

    def allows(self, request: Request) -> bool:
        """Whether a request may be answered."""
        path = request.url.path
        if path.startswith(PUBLIC_PATHS) or self.viewer(request) is not None:
            return True
        return path.startswith(TOLD_PATHS) and self.was_forgotten(request)

    def viewer(self, request: Request) -> Viewer | None:
        """Who asks; None for somebody who is not signed in."""
        if self._accounts is None or not self._accounts.are_needed:
            return ALONE
        return self._accounts.viewer(cookie_of(request))

    def was_forgotten(self, request: Request) -> bool:
        """Whether a request comes from a device of somebody who is forgotten."""
        return self._accounts is not None and self._accounts.was_forgotten(cookie_of(request))

    def may_record(self, request: Request) -> bool:
        """Whether a phone page may hand over runs with this request's session."""
        viewer = self.viewer(request)
        return viewer is not None and viewer.may_record

    async def sign_in(self, request: Request) -> Response:
        """The form, or a session for the right name and password."""
        if request.method != "POST" or self._accounts is None:
            return HTMLResponse(pages.login_page().html())
        network = network_of(request.client.host) if request.client else ""
        if wait_s := self._attempts.wait_s(network):
            return _too_many_attempts(math.ceil(wait_s))
        form = await read_body(request, MAX_FORM_BYTES)
        if form is None:
            return PlainTextResponse("too long", 413, {"Connection": "close"})
        fields = dict(parse_qsl(form.decode(errors="replace")))
        named = fields.get("name", "").strip(), fields.get("password", "")
        device = request.headers.get("user-agent", "")
        cookie = await run_in_threadpool(self._accounts.sign_in, *named, device)
        if cookie is None:
            self._attempts.count(network)
            return HTMLResponse(pages.login_page(WRONG_PASSWORD).html(), 403)
        return self._signed_in(self._accounts, request, cookie)

    async def by_link(self, request: Request) -> Response:
        """A session for a link that a runner has given out, which leads to the page for their physio, or for the one in
        a message, which leads to the diary.

        It answers with a page that goes on by itself: after a redirect that began at somebody else's page, such as a
        mailbox, browsers keep back the cookie, which is for our own pages alone.
        """
        token, device = request.path_params["token"], request.headers.get("user-agent", "")
        cookie = None if self._accounts is None else await run_in_threadpool(self._accounts.link, token, device)
        if self._accounts is None or cookie is None:
            return HTMLResponse(pages.onward_page(LINK_OVER, "/").html(), 404)
        onward = self._onward(self._accounts.viewer(cookie), request.query_params.get("run", ""))
        answer = HTMLResponse(pages.onward_page("You are signed in.", onward, by_itself=True).html())
        return _with_cookie(answer, self._accounts, request, cookie)

    async def sign_out(self, request: Request) -> Response:
        """End the session, also for copies of its cookie."""
        if self._accounts is not None:
            await run_in_threadpool(self._accounts.end, cookie_of(request))
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(COOKIE_NAME)
        return answer

    def _onward(self, viewer: Viewer | None, run: str) -> str:
        """Where a link leads whom it signed in: a runner to the diary, others to the page of the one they are shown."""
        if viewer is None:
            return "/"
        if viewer.speaks_for:
            return f"/diary/?{urlencode({'runner': viewer.speaks_for, 'run': run})}"
        shown = [runner for runner, scopes in viewer.shared.items() if scopes & {Scope.RUNS, Scope.PAIN_AND_PLAN}]
        return f"/runner/{quote(shown[0])}/physio" if self._has_history and len(shown) == 1 else "/"

    @staticmethod
    def _signed_in(accounts: Accounts, request: Request, cookie: str) -> Response:
        return _with_cookie(RedirectResponse("/", 303), accounts, request, cookie)


def _with_cookie(answer: Response, accounts: Accounts, request: Request, cookie: str) -> Response:
    answer.set_cookie(
        COOKIE_NAME,
        cookie,
        max_age=accounts.lifetime_s(cookie),
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return answer


def cookie_of(request: Request) -> str:
    """The session's cookie; empty without one."""
    return request.cookies.get(COOKIE_NAME, "")


def _too_many_attempts(wait_s: int) -> Response:
    headers = {"Retry-After": str(wait_s), "Connection": "close"}
    return HTMLResponse(pages.login_page(TOO_MANY_ATTEMPTS.format(wait_s)).html(), 429, headers)

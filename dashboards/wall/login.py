"""Signing in and out of the wall, and who may see what."""

from __future__ import annotations

import math
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from surefoot.dashboards.wall import pages
from surefoot.dashboards.wall.access import COOKIE_NAME, SESSION_LIFETIME_S, Attempts, Password
from surefoot.dashboards.wall.bodies import read_body
from surefoot.dashboards.wall.connections import network_of

MAX_FORM_BYTES = 4096
PUBLIC_PATHS = ("/login", "/assets/", "/health", "/gateway/")
"""Paths that need no password; those of gateways ask for a key instead."""
WRONG_PASSWORD = "Wrong password."
TOO_MANY_ATTEMPTS = "Too many wrong passwords from your address. Try again in {} s."


class Login:
    """Handlers of the password form; without a password everything is open."""

    def __init__(self, password: Password | None) -> None:
        self._password = password
        self._attempts = Attempts()

    @property
    def is_required(self) -> bool:
        """Whether there is a password."""
        return self._password is not None

    def allows(self, request: Request) -> bool:
        """Whether a request may be answered."""
        return request.url.path.startswith(PUBLIC_PATHS) or self.is_signed_in(request)

    def is_signed_in(self, request: Request) -> bool:
        """Whether a request has a session; always where there is no password."""
        return self._password is None or self._password.accepts(_cookie(request))

    async def sign_in(self, request: Request) -> Response:
        """The form, or a session for the right password."""
        if request.method != "POST" or self._password is None:
            return HTMLResponse(pages.login_page().html())
        network = network_of(request.client.host) if request.client else ""
        if wait_s := self._attempts.wait_s(network):
            return _too_many_attempts(math.ceil(wait_s))
        form = await read_body(request, MAX_FORM_BYTES)
        if form is None:
            return PlainTextResponse("too long", 413, {"Connection": "close"})
        if not self._password.matches(dict(parse_qsl(form.decode(errors="replace"))).get("password", "")):
            self._attempts.count(network)
            return HTMLResponse(pages.login_page(WRONG_PASSWORD).html(), 403)
        return self._signed_in(self._password, is_secure=request.url.scheme == "https")

    async def sign_out(self, request: Request) -> Response:
        """End the session, also for copies of its cookie."""
        if self._password is not None:
            self._password.end(_cookie(request))
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(COOKIE_NAME)
        return answer

    @staticmethod
    def _signed_in(password: Password, *, is_secure: bool) -> Response:
        answer = RedirectResponse("/", 303)
        answer.set_cookie(
            COOKIE_NAME,
            password.new_cookie(),
            max_age=SESSION_LIFETIME_S,
            secure=is_secure,
            httponly=True,
            samesite="strict",
        )
        return answer


def _cookie(request: Request) -> str:
    return request.cookies.get(COOKIE_NAME, "")


def _too_many_attempts(wait_s: int) -> Response:
    headers = {"Retry-After": str(wait_s), "Connection": "close"}
    return HTMLResponse(pages.login_page(TOO_MANY_ATTEMPTS.format(wait_s)).html(), 429, headers)

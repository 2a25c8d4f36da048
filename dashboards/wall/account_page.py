"""The page of one's own account: devices, password, and what a runner lets others see."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from surefoot.dashboards.formatting import local_time
from surefoot.dashboards.html import Markup, element
from surefoot.dashboards.viewers import AccountBook, ConsentInfo, Role, Scope, SessionInfo, ShareInfo, Viewer
from surefoot.dashboards.wall.forms import typed
from surefoot.dashboards.wall.login import cookie_of
from surefoot.dashboards.wall.pages import Page

MAX_FORM_BYTES = 4096
SCOPES = {Scope.RUNS: "runs", Scope.FINDINGS: "findings", Scope.PAIN_AND_PLAN: "pain and plan"}
LINK_DAYS = 14
OF_SETTINGS = "Your password is that of the settings, wall.password."
FOR_OTHERS = "surefoot accounts, on the computer that keeps the runs, makes accounts for others and takes them away."
NOT_YOURS = "A runner gives and takes back what others see; of a minor, a guardian."
Form = Sequence[tuple[str, str]]
"""Names and texts; a name stands once for each box that is ticked."""


class AccountPage:
    """Handlers of the page and its forms.

    Parameters
    ----------
    viewer : who asks.
    html : a page and its status as a response.
    """

    def __init__(
        self, book: AccountBook, viewer: Callable[[Request], Viewer], html: Callable[[Page, int], Response]
    ) -> None:
        self._book = book
        self._viewer = viewer
        self._html = html

    def routes(self) -> list[Route]:
        """All below `/account`."""
        return [
            Route("/account", self._page),
            Route("/account/password", self._form(self._change_password), methods=["POST"]),
            Route("/account/end", self._form(self._end_session), methods=["POST"]),
            Route("/account/share", self._form(self._share), methods=["POST"]),
            Route("/account/consent", self._form(self._consent), methods=["POST"]),
            Route("/account/link", self._form(self._make_link), methods=["POST"]),
        ]

    async def _page(self, request: Request) -> Response:
        return await self._shown(request)

    async def _shown(self, request: Request, told: str = "", status: int = 200) -> Response:
        viewer, cookie = self._viewer(request), cookie_of(request)
        sessions = await run_in_threadpool(self._book.sessions, cookie)
        shares = await run_in_threadpool(self._book.shares, viewer) if viewer.speaks_for else None
        consent = await run_in_threadpool(self._book.consent, viewer) if viewer.speaks_for else None
        return self._html(account_page(viewer, sessions, shares, told, consent), status)

    def _form(self, act: Callable[[Request, Form], str]) -> Callable[[Request], object]:
        async def answer(request: Request) -> Response:
            sent = await typed(request, MAX_FORM_BYTES)
            if isinstance(sent, Response):
                return sent
            told = await run_in_threadpool(act, request, sent)
            return await self._shown(request, told) if told else RedirectResponse("/account", 303)

        return answer

    def _change_password(self, request: Request, form: Form) -> str:
        if self._book.change_password(cookie_of(request), _one(form, "old"), _one(form, "new")):
            return "The new password holds; every other device is signed out."
        return "The old password is not right, or the new one has less than 8 characters. Nothing was changed."

    def _end_session(self, request: Request, form: Form) -> str:
        self._book.end_session(cookie_of(request), _one(form, "session"))
        return ""

    def _share(self, request: Request, form: Form) -> str:
        viewer = self._viewer(request)
        if not viewer.may_decide(viewer.speaks_for):
            return NOT_YOURS
        try:
            self._book.share(viewer, _one(form, "account"), _scopes(form))
        except KeyError:
            return "There is no such coach or physio any more."
        return ""

    def _consent(self, request: Request, form: Form) -> str:
        viewer = self._viewer(request)
        if not viewer.may_decide(viewer.speaks_for):
            return NOT_YOURS
        self._book.set_consent(viewer, given=_one(form, "given") == "yes")
        return ""

    def _make_link(self, request: Request, form: Form) -> str:
        viewer, scopes = self._viewer(request), _scopes(form)
        if not viewer.may_decide(viewer.speaks_for):
            return NOT_YOURS
        if not scopes:
            return "Say what the link shows."
        token = self._book.new_link(viewer, scopes, LINK_DAYS)
        return f"For {LINK_DAYS} days, whoever opens this sees what you chose: {request.base_url}link/{token}"


def account_page(
    viewer: Viewer,
    sessions: Sequence[SessionInfo],
    shares: Sequence[ShareInfo] | None,
    told: str = "",
    consent: ConsentInfo | None = None,
) -> Page:
    """The page.

    Parameters
    ----------
    shares : None for an account that speaks for no runner.
    """
    parts = [
        element("p", told, role="alert", class_="told") if told else None,
        *([] if shares is None else _share_parts(viewer, shares)),
        *([] if consent is None else _consent_parts(viewer, consent)),
        element("h2", "Devices") if sessions else None,
        *(_session(each) for each in sessions),
        *([element("h2", "Password"), _password_form()] if sessions else []),
        element("p", OF_SETTINGS) if viewer.account and not sessions else None,
        element("p", FOR_OTHERS) if viewer.role is Role.OWNER else None,
    ]
    whose = f", {viewer.role}" if viewer.role != viewer.name else ""
    heading = element("h1", f"Account {viewer.name}{whose}" if viewer.name else "Nobody signs in here")
    return Page("Account", element("main", heading, *parts, id="main", class_="account"))


def _share_parts(viewer: Viewer, shares: Sequence[ShareInfo]) -> list[Markup]:
    whose = "you" if viewer.role is Role.RUNNER else viewer.speaks_for
    heading = element("h2", f"Who sees what of {whose}")
    nobody = element("p", "There is no coach or physio here yet.") if not shares else None
    shown = _given(shares) if viewer.is_minor else _share_forms(shares)
    return [each for each in (heading, nobody, *shown) if each is not None]


def _given(shares: Sequence[ShareInfo]) -> list[Markup]:
    """What a guardian has given, as the minor reads it."""
    items = [
        element(
            "li", f"{each.name}, {each.role}: {', '.join(SCOPES[scope] for scope in SCOPES if scope in each.scopes)}"
        )
        for each in shares
        if each.scopes
    ]
    return [element("p", "Your guardian gives and takes this back."), element("ul", *items)]


def _share_forms(shares: Sequence[ShareInfo]) -> list[Markup]:
    forms = [
        element(
            "form",
            element("strong", f"{each.name}, {each.role}"),
            *_boxes(each.scopes, each.account),
            element("input", type="hidden", name="account", value=each.account),
            element("button", "Save"),
            element("span", f"since {local_time(each.since_utc)}") if each.since_utc else None,
            method="post", action="/account/share", class_="share",
        )
        for each in shares
    ]  # fmt: skip
    link = element(
        "form",
        element("strong", f"A link for somebody without an account, for {LINK_DAYS} days"),
        *_boxes(frozenset(), "link"),
        element("button", "Make a link"),
        method="post", action="/account/link", class_="share",
    )  # fmt: skip
    return [*forms, link]


def _consent_parts(viewer: Viewer, consent: ConsentInfo) -> list[Markup]:
    """Nothing where the settings name no place and none was ever agreed to."""
    is_given = consent.since_utc is not None
    if not (consent.places or is_given):
        return []
    where = " and ".join(consent.places) or "nowhere now, as the settings name no place"
    told = (
        f"Since {local_time(consent.since_utc)} they go to {where}."
        if consent.since_utc
        else f"They would go to {where}."
    )
    button = "Send them no more, and delete what was sent" if is_given else "Send them there"
    form = element(
        "form",
        element("input", type="hidden", name="given", value="no" if is_given else "yes"),
        element("button", button),
        method="post", action="/account/consent", class_="share",
    )  # fmt: skip
    return [
        element("h2", "Pain, injuries and plans outside this computer"),
        element("p", f"{'What was sent can be read by whoever may read it there. ' if is_given else ''}{told}"),
        element("p", "Your guardian decides it.") if viewer.is_minor else form,
    ]


def _boxes(chosen: frozenset[Scope], account: str) -> list[Markup]:
    return [
        element(
            "label",
            element("input", type="checkbox", name="scope", value=scope, checked=scope in chosen,
                    id=f"{account} {scope}"),
            f" {words}",
        )
        for scope, words in SCOPES.items()
    ]  # fmt: skip


def _session(each: SessionInfo) -> Markup:
    words = f"{each.device or 'a device'}, since {local_time(each.since_utc)}{', this one' if each.current else ''}"
    return element(
        "form",
        element("span", words),
        element("input", type="hidden", name="session", value=each.session),
        element("button", "Sign it out"),
        method="post",
        action="/account/end",
        class_="device",
    )


def _password_form() -> Markup:
    fields = (("Old", "old", "current-password"), ("New", "new", "new-password"))
    return element(
        "form",
        *(
            element(
                "label", f"{words} ", element("input", type="password", name=name, autocomplete=auto, required=True)
            )
            for words, name, auto in fields
        ),
        element("button", "Change it"),
        method="post",
        action="/account/password",
        class_="change",
    )


def _one(form: Form, name: str) -> str:
    return next((text for each, text in form if each == name), "")


def _scopes(form: Form) -> frozenset[Scope]:
    return frozenset(Scope(text) for name, text in form if name == "scope" and text in set(Scope))

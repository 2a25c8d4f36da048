"""A runner's page over weeks, its forms, two runs side by side, and the calendar of runs."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from surefoot.analysis.model import Foot
from surefoot.analysis.weeks.injuries import Injury, InjuryKind, Onset
from surefoot.analysis.weeks.labels import Shoe
from surefoot.dashboards.history_source import History, HistorySource
from surefoot.dashboards.html import element
from surefoot.dashboards.viewers import Scope, Viewer
from surefoot.dashboards.wall import history_sections as sections
from surefoot.dashboards.wall import told_sections as told_of
from surefoot.dashboards.wall.calendar_feed import MEDIA_TYPE, calendar
from surefoot.dashboards.wall.forms import Form, day_from, number_from, typed, whole_from
from surefoot.dashboards.wall.pages import Page, sentence_page
from surefoot.dashboards.wall.run_pair import pair_table
from surefoot.dashboards.wall.usual_section import usual

MAX_FORM_BYTES = 4096
MAX_TEXT = 200
MAX_KM = 9999.0
May = Callable[[Viewer, str], bool]
"""Whether somebody may do something for a runner."""


class HistoryPage:
    """Handlers of the page and what belongs to it.

    Parameters
    ----------
    viewer : who asks.
    diary_of : address of a runner's diary; None where none is kept.
    html : a page and its status as a response.
    today : the local date.
    """

    def __init__(
        self,
        source: HistorySource,
        viewer: Callable[[Request], Viewer],
        diary_of: Callable[[str], str | None],
        html: Callable[[Page, int], Response],
        today: Callable[[], date] = lambda: datetime.now().astimezone().date(),
    ) -> None:
        self._source = source
        self._viewer = viewer
        self._diary_of = diary_of
        self._html = html
        self._today = today

    def routes(self) -> list[Route]:
        """All below a runner's `history`, and the calendars."""
        forms = {
            "shoe": self._add_shoe,
            "retire": self._retire,
            "injury": self._add_injury,
            "over": self._end_injury,
            "remove": self._remove_injury,
            "usual": self._confirm_usual,
        }
        below = "/runner/{runner}/history"
        return [
            Route(below, self._page),
            Route(f"{below}/pair", self._pair),
            Route(f"{below}/feed", self._make_feed, methods=["POST"]),
            Route(f"{below}/end-feed", self._form(self._end_feed, Viewer.may_decide), methods=["POST"]),
            *(Route(f"{below}/{name}", self._form(act), methods=["POST"]) for name, act in forms.items()),
            Route("/calendar/{token}", self._calendar),
        ]

    async def _page(self, request: Request) -> Response:
        return await self._shown(request)

    async def _shown(self, request: Request, told: str = "", feed: str = "", status: int = 200) -> Response:
        runner, viewer = request.path_params["runner"], self._viewer(request)
        if not any(viewer.may_see(runner, scope) for scope in (Scope.RUNS, Scope.PAIN_AND_PLAN)):
            return self._nobody(runner)
        try:
            history = await run_in_threadpool(self._source.history, runner)
        except KeyError:
            return self._nobody(runner)
        month = _month(request.query_params.get("month", ""), self._today())
        return self._html(self._content(runner, viewer, history, month, told, feed), status)

    def _nobody(self, runner: str) -> Response:
        return self._html(sentence_page(f"There is nothing of a runner {runner}."), 404)

    def _content(self, runner: str, viewer: Viewer, history: History, month: date, told: str, feed: str) -> Page:
        may_tell, today = viewer.may_tell(runner), self._today()
        sees_runs, sees_pain = (viewer.may_see(runner, scope) for scope in (Scope.RUNS, Scope.PAIN_AND_PLAN))
        worst = told_of.worst_by_day(history.check_ins) if sees_pain else None
        runs = [
            sections.month_links(runner, month),
            sections.month_table(runner, month, history.runs if sees_runs else (), worst),
            sections.run_list(runner, history.runs) if sees_runs and history.runs else None,
        ]
        parts = [
            sections.section("runs", "Runs", *runs),
            sections.load(history.load) if sees_runs else None,
            sections.trends(history.runs) if sees_runs else None,
            usual(runner, history.usual, today, may_tell=may_tell) if sees_runs and sees_pain else None,
            told_of.diary(history, today, self._diary_of(runner)) if sees_pain else None,
            told_of.shoes(runner, history.shoes, may_tell=may_tell) if sees_runs else None,
            told_of.injuries(runner, history.injuries, today, may_tell=may_tell) if sees_pain else None,
            told_of.feed(history, runner, feed) if viewer.may_decide(runner) else None,
        ]
        own = sections.base(runner).removesuffix("/history")
        plan = element("a", "Plan", href=f"{own}/plan") if sees_pain else None
        physio = element("a", "One page for the physio", href=f"{own}/physio")
        up = element("p", element("a", "← now", href=own, id="up"), plan, physio, class_="crumbs")
        refused = element("p", told, role="alert", class_="wrong") if told else None
        return Page(history.name, element("main", up, element("h1", history.name), refused, *parts, id="main"))

    async def _pair(self, request: Request) -> Response:
        runner, query = request.path_params["runner"], request.query_params
        if not self._viewer(request).may_see(runner, Scope.RUNS):
            return self._nobody(runner)
        try:
            history = await run_in_threadpool(self._source.history, runner)
            known = {run.run: run for run in history.runs}
            chosen = [known[query.get(name, "")] for name in ("first", "second")]
            numbers = [await run_in_threadpool(self._source.numbers, runner, run.run) for run in chosen]
        except KeyError:
            return self._html(sentence_page("Choose two runs that pods have measured."), 404)
        return self._html(pair_table(runner, history.name, chosen, numbers), 200)

    def _form(self, act: Callable[[str, Form], None], may: May = Viewer.may_tell) -> Callable[[Request], object]:
        async def answer(request: Request) -> Response:
            form = await self._sent(request, may)
            if isinstance(form, Response):
                return form
            runner = request.path_params["runner"]
            try:
                await run_in_threadpool(act, runner, form)
            except (KeyError, ValueError) as error:
                return await self._shown(request, f"This was not kept: {_reason(error)}.", status=400)
            except OSError as error:
                return await self._shown(request, f"This cannot be written ({error.strerror}).", status=507)
            return RedirectResponse(sections.base(runner), 303)

        return answer

    async def _sent(self, request: Request, may: May) -> Form | Response:
        """What was typed, or why it is refused."""
        runner = request.path_params["runner"]
        is_refused = not may(self._viewer(request), runner)
        sent = await typed(
            request, MAX_FORM_BYTES, f"only {runner} tells this, or of a minor a guardian" if is_refused else ""
        )
        return sent if isinstance(sent, Response) else {name: text.strip()[:MAX_TEXT] for name, text in sent}

    def _add_shoe(self, runner: str, form: Form) -> None:
        km = number_from(form.get("km") or "0")
        if not 0.0 <= km <= MAX_KM:
            raise ValueError(f"a pair has run between 0 and {MAX_KM:.0f} km")
        if not form.get("name"):
            raise ValueError("a pair of shoes needs a name")
        self._source.keep(runner, Shoe(_new_id(), form["name"], distance_m=1000.0 * km))

    def _retire(self, runner: str, form: Form) -> None:
        known = {each.id: each for each in self._source.shoes(runner)}
        shoe = known[form["id"]]
        self._source.keep(runner, replace(shoe, retired=not shoe.retired))

    def _confirm_usual(self, runner: str, form: Form) -> None:
        day = day_from(form.get("day", ""))
        if day > self._today():
            raise ValueError("runs are confirmed up to today or before")
        self._source.confirm_usual(runner, day)

    def _add_injury(self, runner: str, form: Form) -> None:
        began = day_from(form.get("day", ""))
        if began > self._today():
            raise ValueError("an injury has begun today or before")
        injury = Injury(
            _new_id(),
            Foot(form.get("foot", "")),
            InjuryKind(form.get("kind", "")),
            began,
            Onset(form["onset"]) if form.get("onset") else None,
            whole_from(form.get("grade", "")),
            note=form.get("note", ""),
        )
        self._source.keep(runner, injury)

    def _end_injury(self, runner: str, form: Form) -> None:
        self._source.keep(runner, replace(self._injury(runner, form), over=day_from(form.get("over", ""))))

    def _remove_injury(self, runner: str, form: Form) -> None:
        self._source.remove(runner, self._injury(runner, form))

    def _injury(self, runner: str, form: Form) -> Injury:
        return {each.id: each for each in self._source.injuries(runner)}[form["id"]]

    async def _make_feed(self, request: Request) -> Response:
        form = await self._sent(request, Viewer.may_decide)
        if isinstance(form, Response):
            return form
        token = await run_in_threadpool(self._source.new_feed, request.path_params["runner"])
        return await self._shown(request, feed=f"{request.base_url}calendar/{token}.ics")

    def _end_feed(self, runner: str, _: Form) -> None:
        self._source.end_feed(runner)

    async def _calendar(self, request: Request) -> Response:
        try:
            found = await run_in_threadpool(self._source.feed, request.path_params["token"].removesuffix(".ics"))
        except KeyError:
            return PlainTextResponse("This address leads nowhere.", 404)
        return Response(calendar(*found), media_type=MEDIA_TYPE)


def _month(text: str, today: date) -> date:
    """First day of the month that was asked for, or of this one."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)


def _reason(error: Exception) -> str:
    return "there is no such entry any more" if isinstance(error, KeyError) else str(error).removesuffix(".")


def _new_id() -> str:
    return secrets.token_hex(12)

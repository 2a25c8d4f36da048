"""The page of the plan that a runner follows, and its forms; shown to whoever is shown pain and plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from surefoot.analysis.weeks.row_text import row_from_text
from surefoot.dashboards.html import element
from surefoot.dashboards.plan_source import PlanSource, PlanState
from surefoot.dashboards.viewers import Role, Scope, Viewer
from surefoot.dashboards.wall import plan_sections as sections
from surefoot.dashboards.wall.exercise_sections import did_from, exercise_from, exercises_section
from surefoot.dashboards.wall.forms import Form, day_from, number_from, typed, whole_from
from surefoot.dashboards.wall.pages import Page, sentence_page

MAX_FORM_BYTES = 8192
Act = Callable[[str, str, Form], str | None]
"""With runner, account and what was typed; a sentence where nothing began."""


class PlanPage:
    """Handlers of the page and its forms.

    Parameters
    ----------
    viewer : who asks.
    diary_of : address of a runner's diary of a run; None where none is kept.
    timer_of : address of the page that times a session; None without one.
    html : a page and its status as a response.
    today : the local date.
    """

    def __init__(
        self,
        source: PlanSource,
        viewer: Callable[[Request], Viewer],
        diary_of: Callable[[str, str], str | None],
        timer_of: Callable[[str], str | None],
        html: Callable[[Page, int], Response],
        today: Callable[[], date] = lambda: datetime.now().astimezone().date(),
    ) -> None:
        self._source = source
        self._viewer = viewer
        self._diary_of = diary_of
        self._timer_of = timer_of
        self._html = html
        self._today = today

    def routes(self) -> list[Route]:
        """The page, and what it sends."""
        below = "/runner/{runner}/plan"
        forms: Mapping[str, tuple[Act, Callable[[Viewer, str], bool]]] = {
            "sprain": (self._begin_sprain, Viewer.may_tell),
            "tendon": (self._begin_tendon, Viewer.may_tell),
            "tests": (self._keep_tests, Viewer.may_tell),
            "rows": (self._begin_rows, may_make_rows),
            "end": (self._end, may_write),
            "exercise": (self._prescribe, may_write),
            "exercise/did": (self._tell_exercise, Viewer.may_tell),
            "exercise/end": (self._end_exercise, may_write),
        }
        return [
            Route(below, self._page),
            *(Route(f"{below}/{name}", self._form(*each), methods=["POST"]) for name, each in forms.items()),
        ]

    async def _page(self, request: Request) -> Response:
        return await self._shown(request)

    async def _shown(self, request: Request, told: str = "", status: int = 200) -> Response:
        runner, viewer = request.path_params["runner"], self._viewer(request)
        if not viewer.may_see(runner, Scope.PAIN_AND_PLAN):
            return self._html(sentence_page(f"The plan of {runner} is not shown to you."), 404)
        try:
            state = await run_in_threadpool(self._source.plan, runner)
        except KeyError:
            return self._html(sentence_page(f"There is nothing of a runner {runner}."), 404)
        return self._html(self._content(runner, viewer, state, told), status)

    def _content(self, runner: str, viewer: Viewer, state: PlanState, told: str) -> Page:
        may_tell, makes_rows = viewer.may_tell(runner), may_make_rows(viewer, runner)
        up = sections.base(runner).removesuffix("/plan")
        crumbs = element("p", element("a", "← now", href=up, id="up"), element("a", "Over weeks", href=f"{up}/history"),
                         class_="crumbs")  # fmt: skip
        exercises = exercises_section(
            sections.base(runner), state.exercises, viewer.name if makes_rows else "", self._today(),
            may_tell=may_tell, may_write=may_tell or makes_rows,
        )  # fmt: skip
        heard = element("p", told, role="alert", class_="told") if told else None
        if state.followed is None:
            parts = [
                element("p", "No plan is followed.", class_="nothing"),
                exercises,
                sections.begin_section(runner, state.injuries, f"{up}/history") if may_tell else None,
                sections.clinician_section(runner, viewer.name, self._today()) if makes_rows else None,
            ]
        else:
            rows, has_reports = len(state.followed.plan.rows), viewer.may_see(runner, Scope.RUNS)
            diary = self._diary_of(runner, state.unanswered_run) if may_tell else None
            parts = [
                sections.today_section(state, diary, self._timer_of(runner) if may_tell else None),
                exercises,
                sections.build_section(runner, state, may_tell=may_tell) if state.is_build else None,
                sections.rows_section(state),
                sections.sessions_section(runner, state.judged, rows, has_reports=has_reports),
                sections.end_form(runner) if may_tell or makes_rows else None,
            ]
        small = element("p", sections.NO_TREATMENT, class_="small")
        main = element("main", crumbs, element("h1", f"{state.name}: plan"), heard, *parts, small, id="main")
        return Page(f"{state.name}: plan", main)

    def _form(self, act: Act, may: Callable[[Viewer, str], bool]) -> Callable[[Request], object]:
        async def answer(request: Request) -> Response:
            runner, viewer = request.path_params["runner"], self._viewer(request)
            sent = await typed(request, MAX_FORM_BYTES, "" if may(viewer, runner) else "this is not yours to say")
            if isinstance(sent, Response):
                return sent
            form = {name: text.strip() for name, text in sent}
            try:
                told = await run_in_threadpool(act, runner, viewer.account, form)
            except ValueError as error:
                return await self._shown(request, f"This was not kept: {error}.", 400)
            except OSError as error:
                return await self._shown(request, f"This cannot be written ({error.strerror}).", 507)
            return await self._shown(request, told) if told else RedirectResponse(sections.base(runner), 303)

        return answer

    def _begin_sprain(self, runner: str, by: str, form: Form) -> str:
        return self._source.begin_sprain(runner, by, _told(form, "stands"), _told(form, "moves"))

    def _begin_tendon(self, runner: str, by: str, form: Form) -> str:
        return self._source.begin_tendon(runner, by, _minutes(form.get("minutes", "")))

    def _begin_rows(self, runner: str, by: str, form: Form) -> None:
        rows = [row_from_text(line) for line in form.get("rows", "").splitlines() if line.strip()]
        flat = form.get("flat") == "yes"
        self._source.begin_clinician(runner, by, rows, form.get("by", ""), day_from(form.get("made", "")), flat)

    def _end(self, runner: str, by: str, _: Form) -> None:
        self._source.end(runner, by)

    def _prescribe(self, runner: str, by: str, form: Form) -> None:
        self._source.prescribe(runner, by, exercise_from(form))

    def _tell_exercise(self, runner: str, by: str, form: Form) -> None:
        self._source.tell_exercise(runner, by, form.get("id", ""), day_from(form.get("day", "")), *did_from(form))

    def _end_exercise(self, runner: str, by: str, form: Form) -> None:
        self._source.end_exercise(runner, by, form.get("id", ""))

    def _keep_tests(self, runner: str, by: str, form: Form) -> None:
        left, right = (whole_from(form.get(name, "")) for name in ("left", "right"))
        self._source.keep_tests(runner, by, _told(form, "hurt"), _told(form, "steady"), (left, right))


def may_make_rows(viewer: Viewer, runner: str) -> bool:
    """Whether somebody treats a runner who shows them their plan; or keeps a computer where nobody signs in."""
    return viewer.alone or (viewer.role is Role.PHYSIO and viewer.may_see(runner, Scope.PAIN_AND_PLAN))


def may_write(viewer: Viewer, runner: str) -> bool:
    """Whether somebody types exercises in, and ends them or a plan: the runner, and who treats them."""
    return viewer.may_tell(runner) or may_make_rows(viewer, runner)


def _told(form: Form, name: str) -> bool | None:
    return {"yes": True, "no": False}.get(form.get(name, ""))


def _minutes(text: str) -> float | None:
    if not text:
        return None
    minutes = number_from(text)
    if not 1.0 <= minutes <= 600.0:
        raise ValueError("a run lasts between 1 and 600 minutes")
    return minutes

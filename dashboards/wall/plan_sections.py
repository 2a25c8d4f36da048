"""Sections of the page of a plan: what today is, the rows, how each session went, what can be begun."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import quote

from surefoot.analysis.weeks.build_up import MAX_RAISES, LegTests
from surefoot.analysis.weeks.decision import bands_are_convention
from surefoot.analysis.weeks.injuries import Injury, InjuryKind
from surefoot.analysis.weeks.progress import Judged
from surefoot.dashboards.html import Markup, element, join
from surefoot.dashboards.plan_source import PlanState
from surefoot.dashboards.vocabulary import PLAN_KINDS
from surefoot.dashboards.wall.history_sections import section

YES_NO: Mapping[str, str] = {"": "not told", "yes": "yes", "no": "no"}
NO_TREATMENT = "A plan is what its table or a clinician says. It is no treatment, and nobody is told to begin one."
CONVENTION = "What pain leads to comes from practice with tendons; for these rows it is a convention."
WAITS = "Trail, hills and speed wait until five even minutes, calf raises and balance on one leg are answered."


def base(runner: str) -> str:
    """Address of a runner's plan."""
    return f"/runner/{quote(runner)}/plan"


def today_section(state: PlanState, diary: str | None, timer: str | None) -> Markup:
    """What today is, and what came of the last session.

    Parameters
    ----------
    timer : address of the page that times a session; it knows the row, and from when on it is.
    """
    ask = element("p", element("a", "Tell what is missing", href=diary)) if diary and state.unanswered_run else None
    came = element("p", state.came_of_last) if state.came_of_last else None
    named = state.row is not None and state.row.words not in state.sentence
    row = element("p", "Next: ", element("strong", state.row.words)) if state.row and named else None
    clock = element("p", element("a", "Run and walk by the clock", href=timer)) if timer and state.row else None
    return section("today", "Today", element("p", state.sentence, class_="today"), ask, came, row, clock)


def rows_section(state: PlanState) -> Markup:
    """The rows, with the next one marked."""
    assert state.followed is not None
    plan = state.followed.plan
    made = f": {plan.by}, {_day(plan.made)}" if plan.made else ""
    rows = [
        element("li", f"{number}. {row.words}", " ← next" if number == state.number else None,
                aria_current="step" if number == state.number else None)
        for number, row in enumerate(plan.rows, 1)
    ]  # fmt: skip
    flat = element("p", "All of it on flat, even ground.") if plan.is_flat else None
    easy = element("p", "Without hills, and no faster than the easy runs.") if plan.is_easy else None
    told = element("p", CONVENTION if bands_are_convention(plan) else None, class_="small")
    whose = element("p", f"{PLAN_KINDS[plan.kind]}{made}; followed since {_day(state.followed.begun)}.")
    return section("rows", "The plan", whose, element("ul", *rows, class_="kept"), flat, easy, told)


def sessions_section(runner: str, judged: Sequence[Judged], rows: int, *, has_reports: bool) -> Markup:
    """How each session went, newest first."""
    items = [
        element("li", *_session(runner, each, rows, is_newest=each is judged[-1], has_reports=has_reports))
        for each in reversed(judged)
    ]
    nothing = element("p", "There is none yet.", class_="nothing")
    return section("sessions", "Sessions", element("ul", *items, class_="kept") if items else nothing)


def _session(
    runner: str, each: Judged, rows: int, *, is_newest: bool, has_reports: bool
) -> Sequence[Markup | str | None]:
    day = element("strong", _day(each.session.day))
    what = f", row {each.number + 1}: " if each.number < rows else ": "
    reports = [
        join([" ", element("a", "report", href=f"/runs/{run}/report/{quote(runner)}")]) for run in each.session.runs
    ]
    told = None if is_newest else element("p", each.decision.sentence)  # it is said under Today
    return day, what, each.row.words, *(reports if has_reports else ()), element("p", each.matched.sentence), told


def build_section(runner: str, state: PlanState, *, may_tell: bool) -> Markup:
    """What waits after the rows, and what it waits for."""
    tests = state.tests or LegTests("", date.min)
    form = _form(
        f"{base(runner)}/tests", "Keep",
        _choice("Do calf raises on one leg hurt, on either side?", "hurt", tests.calf_raises_hurt),
        _count("How many on the left leg?", "left", tests.left_raises),
        _count("How many on the right leg?", "right", tests.right_raises),
        _choice("Do you stand steadily on one leg?", "steady", tests.balance_is_steady),
    )  # fmt: skip
    said = element("p", WAITS if state.waits else "Even minutes, calf raises and balance are answered.")
    return section("build", "After the rows", said, form if may_tell else None)


def begin_section(runner: str, injuries: Sequence[Injury], history: str | None) -> Markup:
    """What a runner can begin themselves."""
    kinds = {each.kind for each in injuries}
    sprain = _form(
        f"{base(runner)}/sprain", "Begin the walk–run table",
        _choice("Do you stand on the foot without pain?", "stands", None),
        _choice("Does the ankle move freely?", "moves", None),
    ) if InjuryKind.SPRAIN in kinds else None  # fmt: skip
    tendon = _form(
        f"{base(runner)}/tendon", "Begin running on under caps",
        element("label", "Minutes of the first run at most; empty: the longest since the injury ",
                element("input", name="minutes", type="number", min=1, max=600, step="any", inputmode="decimal")),
    ) if InjuryKind.TENDON in kinds else None  # fmt: skip
    walk = element("p", "Walking evenly is measured: record a walk of a few minutes first.") if sprain else None
    where = "Injuries" if history is None else element("a", "Injuries", href=f"{history}#injuries")
    note = element("p", "A table begins with an injury that is noted under ", where, ".")
    return section("begin", "Begin", note if not (sprain or tendon) else None, walk, sprain, tendon)


def clinician_section(runner: str, name: str, today: date) -> Markup:
    """Rows that somebody who treats the runner types in."""
    form = _form(
        f"{base(runner)}/rows", "Begin these rows",
        element("label", "Rows, one a line: 6x1/4 is six times 1 min running and 4 min walking, 20 is 20 min running, "
                "max 20 at most so much ", element("textarea", name="rows", rows=5, required=True)),
        element("label", "Made by ", element("input", name="by", value=name, required=True, maxlength=80)),
        element("label", "On ", element("input", name="made", type="date", value=today.isoformat(),
                                        max=today.isoformat(), required=True)),
        element("label", "Ground ", element("select", element("option", "any", value=""),
                                            element("option", "flat and even", value="yes"), name="flat")),
    )  # fmt: skip
    return section("clinician", "A clinician's own rows", form)


def end_form(runner: str) -> Markup:
    """The way out of a plan."""
    return element("form", element("button", "End the plan"), method="post", action=f"{base(runner)}/end",
                   class_="inline")  # fmt: skip


def _form(action: str, word: str, *fields: Markup) -> Markup:
    return element("form", *fields, element("button", word), method="post", action=action, class_="tell")


def _choice(label: str, name: str, told: bool | None) -> Markup:
    now = "" if told is None else "yes" if told else "no"
    options = [element("option", text, value=value, selected=value == now) for value, text in YES_NO.items()]
    return element("label", f"{label} ", element("select", *options, name=name))


def _count(label: str, name: str, told: int | None) -> Markup:
    value = "" if told is None else told
    field = element("input", name=name, type="number", min=0, max=MAX_RAISES, value=value, inputmode="numeric")
    return element("label", f"{label} ", field)


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"

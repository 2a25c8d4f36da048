"""Sections of a runner's page over weeks: runs, trends, diary, shoes, injuries and the address of a calendar."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import quote

from surefoot.analysis.metrics import CONTACT, STRIDE_METRICS
from surefoot.analysis.model import Estimate, Foot
from surefoot.dashboards.charts.left_right import left_right_legend
from surefoot.dashboards.charts.over_runs import asymmetry_over_runs, cadence_over_runs, contact_over_runs
from surefoot.dashboards.formatting import UNKNOWN, duration, in_unit, signed
from surefoot.dashboards.history_source import PastRun
from surefoot.dashboards.html import Markup, element


def base(runner: str) -> str:
    """Address of a runner's page over weeks."""
    return f"/runner/{quote(runner)}/history"


def section(name: str, heading: str, *parts: str | None) -> Markup:
    """A section that can be linked to."""
    return element("section", element("h2", heading, id=f"{name}-heading"), *parts, id=name, class_="past",
                   aria_labelledby=f"{name}-heading")  # fmt: skip


def load(said: Sequence[str]) -> Markup | None:
    """How much was run of late, and what of the newest run is longer or new; None where nothing is said."""
    return section("load", "How much", *(element("p", each) for each in said)) if said else None


def month_table(runner: str, month: date, runs: Sequence[PastRun], worst: Mapping[date, int] | None) -> Markup:
    """The runs of a month by local date.

    Parameters
    ----------
    month : its first day.
    worst : the worst pain of each day with an entry; None where pain is not shown.
    """
    weeks = calendar.Calendar().monthdatescalendar(month.year, month.month)
    by_day: dict[date, list[PastRun]] = {}
    for run in reversed(runs):
        by_day.setdefault(run.began.date(), []).append(run)
    rows = [
        element("tr", *(_day(runner, day, month, by_day.get(day, ()), (worst or {}).get(day)) for day in week))
        for week in weeks
    ]
    heads = (element("th", name, scope="col", abbr=whole) for name, whole in zip(calendar.day_abbr, calendar.day_name,
                                                                                strict=True))  # fmt: skip
    return element(
        "table",
        element("caption", f"{month:%B %Y}"),
        element("thead", element("tr", *heads)),
        element("tbody", *rows),
        class_="month",
    )


def month_links(runner: str, month: date) -> Markup:
    """The ways to the months before and after."""
    before, after = _months_later(month, -1), _months_later(month, 1)
    return element(
        "p",
        element("a", f"← {before:%B}", href=f"{base(runner)}?month={before:%Y-%m}#runs"),
        " ",
        element("a", f"{after:%B} →", href=f"{base(runner)}?month={after:%Y-%m}#runs"),
        class_="crumbs",
    )


def _months_later(month: date, count: int) -> date:
    at = month.year * 12 + month.month - 1 + count
    return date(at // 12, at % 12 + 1, 1)


def _day(runner: str, day: date, month: date, runs: Sequence[PastRun], pain: int | None) -> Markup:
    if day.month != month.month:
        return element("td", class_="other")
    told = None if pain is None else element("span", f"pain {pain}", class_="pain-told" if pain else "pain-told none")
    return element("td", element("b", f"{day.day}"), *(_in_cell(runner, run) for run in runs), told)


def _in_cell(runner: str, run: PastRun) -> Markup:
    minutes = "run" if run.duration_s is None else f"{run.duration_s / 60.0:.0f} min"
    if not run.has_report:
        return element("span", minutes, class_="ran")
    return element("a", minutes, href=report(run, runner), class_="ran",
                   aria_label=f"{run.began:%d %B, %H:%M}: {minutes}, report")  # fmt: skip


def report(run: PastRun, runner: str) -> str:
    """Address of a run's report."""
    return f"/runs/{run.run}/report/{quote(runner)}"


def run_list(runner: str, runs: Sequence[PastRun]) -> Markup:
    """All runs, newest first, of which two can be chosen to stand side by side."""
    heads = ("first", "second", "when", "long", "km", "steps/min", "contact, left / right", "right vs left", "shoe")
    table = element(
        "table",
        element("thead", element("tr", *(element("th", head, scope="col") for head in heads))),
        element("tbody", *(_run_row(runner, run) for run in runs)),
        class_="runs",
    )
    return element(
        "form",
        element("div", table, class_="scroll", tabindex="0", role="region", aria_label="Runs"),
        element("button", "Show the two side by side"),
        method="get",
        action=f"{base(runner)}/pair",
    )


def _run_row(runner: str, run: PastRun) -> Markup:
    began = f"{run.began:%a %d %b %Y, %H:%M}"
    gait = run.gait
    contacts = [in_unit(STRIDE_METRICS[CONTACT], None if each is None else each.value)
                for each in map(gait.contact_s.get, Foot)]  # fmt: skip
    choices = [_choice(name, run) for name in ("first", "second")]
    return element(
        "tr",
        *choices,
        element("td", element("a", began, href=report(run, runner)) if run.has_report else began),
        element("td", UNKNOWN if run.duration_s is None else duration(run.duration_s)),
        element("td", UNKNOWN if run.distance_m is None else f"{run.distance_m / 1000.0:.2f}"),
        element("td", number(gait.cadence_spm, 0)),
        element("td", " / ".join(contacts) if gait.contact_s else UNKNOWN),
        element("td", f"{number(gait.asymmetry_pct, 1, plus=True)}{' %' if gait.asymmetry_pct else ''}"),
        element("td", run.shoe),
    )


def _choice(name: str, run: PastRun) -> Markup:
    if run.gait.cadence_spm is None and not run.gait.contact_s:
        return element("td")
    return element("td", element("input", type="radio", name=name, value=run.run, required=True,
                                 aria_label=f"{name}: {run.began:%d %B %Y, %H:%M}"))  # fmt: skip


def number(known: Estimate | None, decimals: int, *, plus: bool = False) -> str:
    """The number of a run."""
    return UNKNOWN if known is None else signed(known.value, decimals, plus=plus)


def trends(runs: Sequence[PastRun]) -> Markup:
    """A point per run."""
    charts = {
        "Cadence": cadence_over_runs(runs),
        "Ground contact": contact_over_runs(runs),
        "Ground contact, right vs left": asymmetry_over_runs(runs),
    }
    figures = [element("figure", element("figcaption", name), each) for name, each in charts.items()]
    note = (
        "A point is a run, its line the 95 % interval of the error within the run, which says nothing of how much runs "
        "differ. Speed, shoes, ground and the place of the pods move these numbers too. The list has each run's."
    )
    return section("trends", "Over runs", left_right_legend(), element("div", *figures, class_="figures"),
                   element("p", note, class_="small"))  # fmt: skip

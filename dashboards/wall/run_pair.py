"""Two runs of a runner side by side, each foot for itself: numbers alone, without a judgement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from surefoot.analysis.metrics import STRIDE_METRICS, Metric
from surefoot.analysis.model import Foot
from surefoot.dashboards.formatting import UNKNOWN, duration, in_unit, signed
from surefoot.dashboards.history_source import PastRun
from surefoot.dashboards.html import Markup, element, join
from surefoot.dashboards.wall.history_sections import base, report
from surefoot.dashboards.wall.pages import Page

Numbers = Mapping[str, float | None]
NOTE = "Medians of all running strides of each run. Speed, shoes, ground and the place of the pods move them too."


def pair_table(runner: str, name: str, runs: Sequence[PastRun], numbers: Sequence[Numbers]) -> Page:
    """The page; `runs` and `numbers` are of the first and the second run."""
    metrics = [each for each in STRIDE_METRICS.values() if any(_known(each, of_run) for of_run in numbers)]
    table = element(
        "table",
        element("thead", *_heads()),
        element("tbody", *(_row(each, numbers) for each in metrics)),
        class_="two-runs",
    )
    main = element(
        "main",
        element("p", element("a", f"← {name}", href=base(runner), id="up"), class_="crumbs"),
        element("h1", "Two runs"),
        element("ul", *(_run(*each, runner) for each in zip(("First", "Second"), runs, numbers, strict=True))),
        element("div", table, class_="scroll", tabindex="0", role="region", aria_label="Numbers of both runs"),
        element("p", NOTE, class_="small"),
        id="main",
    )
    return Page(f"Two runs of {name}", main)


def _known(metric: Metric, numbers: Numbers) -> bool:
    return any(numbers.get(f"{metric.key}_{foot}") is not None for foot in Foot)


def _run(word: str, run: PastRun, numbers: Numbers, runner: str) -> Markup:
    began = f"{run.began:%a %d %b %Y, %H:%M}"
    cadence = numbers.get("cadence_spm")
    told = [
        "" if run.duration_s is None else duration(run.duration_s),
        "" if run.distance_m is None else f"{run.distance_m / 1000.0:.2f} km",
        "" if cadence is None else f"{cadence:.0f} steps/min",
        run.shoe,
    ]
    link = element("a", began, href=report(run, runner)) if run.has_report else began
    return element("li", f"{word}: ", link, join(f", {each}" for each in told if each))


def _heads() -> tuple[Markup, Markup]:
    groups = ("left", "right", "right vs left")
    return (
        element("tr", element("td"), *(element("th", each, scope="colgroup", colspan=2) for each in groups)),
        element("tr", element("td"), *(element("th", each, scope="col") for each in ("first", "second") * len(groups))),
    )


def _row(metric: Metric, numbers: Sequence[Numbers]) -> Markup:
    sides = [in_unit(metric, of_run.get(f"{metric.key}_{foot}")) for foot in Foot for of_run in numbers]
    apart = [_percent(of_run.get(f"{metric.key}_asymmetry_pct")) for of_run in numbers]
    return element("tr", element("th", metric.label, scope="row"), *(element("td", text) for text in (*sides, *apart)))


def _percent(value: float | None) -> str:
    return UNKNOWN if value is None else f"{signed(value, 1, plus=True)} %"

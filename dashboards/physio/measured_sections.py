"""What was measured: load by week, left against right of each run, and how often an ankle rolled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from surefoot.analysis.findings import Severity
from surefoot.analysis.metrics import CONTACT, IMPACT, PUSH_OFF, STRIDE_METRICS
from surefoot.analysis.model import Foot
from surefoot.analysis.weeks.diary_course import monday, mondays
from surefoot.analysis.weeks.load import Load, load
from surefoot.analysis.weeks.roll_rate import RollRate
from surefoot.analysis.weeks.words import day_name
from surefoot.dashboards.charts.over_runs import evenness_over_runs
from surefoot.dashboards.formatting import UNKNOWN, asymmetry_text
from surefoot.dashboards.html import Markup, element
from surefoot.dashboards.physio.tables import note, or_dash, section, table
from surefoot.dashboards.physio_facts import WEEKS, PhysioFacts, RunFacts

METRICS = (CONTACT, IMPACT, PUSH_OFF)
LISTED_RUNS = 12
INTERVALS = (
    "Right less left, in percent of their mean; above zero the right is larger. ± is the 95 % interval of the error "
    "within the run: what its strides leave open, with whatever slowly changed in it. How much the same runner differs "
    "from run to run is not in it, nor a pod that was moved. Runs of less than two minutes of running, and runs "
    "without pods, have none."
)
RATES = (
    "Of strides in which a roll would have been seen. In brackets the exact 95 % Poisson interval; where none was "
    "seen, the rate that 95 of 100 would stay below, since none is not a rate of 0. Surfaces are as told by the runner."
)


def load_by_week(facts: PhysioFacts) -> Markup:
    """What was run in each week; walking is not in it."""
    heads = ("week from", "runs", "min running", "km", "landings, left", "landings, right", "longest run, km")
    rows = [
        _load_row(day_name(first), [each for each in facts.runs if monday(each.past.day) == first])
        for first in mondays(facts.today, WEEKS)
    ]
    return section(
        "Load by week", "load", table("Load by week", heads, rows),
        note("Weeks begin on Monday; the last is not over. Runs of a watch without pods count, and have no landings; + "
             "means that some of the week is not known."),
    )  # fmt: skip


def _load_row(name: str, runs: Sequence[RunFacts]) -> tuple[str, ...]:
    found = load([each.past for each in runs])
    longest = max((each.past.distance_m for each in runs if each.past.distance_m), default=None)
    return (
        name, f"{found.runs}", f"{found.run_s / 60.0:.0f}", _distance(found),
        *(_with_more(found.contacts[foot], found.without_pods, found.runs) for foot in Foot),
        UNKNOWN if longest is None else f"{longest / 1000.0:.1f}",
    )  # fmt: skip


def _distance(found: Load) -> str:
    if found.runs and found.without_distance == found.runs:
        return UNKNOWN
    return f"{found.distance_m / 1000.0:.1f}{'+' if found.without_distance else ''}"


def _with_more(count: int, unknown: int, runs: int) -> str:
    if runs and unknown == runs:
        return UNKNOWN
    return f"{or_dash(count)}{'+' if unknown else ''}"


def evenness(facts: PhysioFacts) -> Markup:
    """Left against right over all runs, and the newest as numbers."""
    known = [each for each in facts.runs if each.evenness]
    if not known:
        return section("Left against right", "evenness", element("p", "No run of these weeks has both feet."))
    figures = [
        element("figure", element("figcaption", STRIDE_METRICS[key].label), evenness_over_runs(
            [(each.past.started, each.evenness[key]) for each in known if key in each.evenness],
            f"{STRIDE_METRICS[key].label} of each run, right vs left, with 95 % intervals"))
        for key in METRICS
    ]  # fmt: skip
    heads = ("run", "surface", "min", *(STRIDE_METRICS[key].label.lower() for key in METRICS))
    newest = known[: -LISTED_RUNS - 1 : -1]
    rows = [
        (
            f"{each.past.started:%d %b, %H:%M}",
            str(each.past.surface or UNKNOWN),
            f"{each.past.run_s / 60.0:.0f}",
            *(asymmetry_text(each.evenness.get(key)) for key in METRICS),
        )
        for each in newest
    ]
    listed = f"The newest {len(newest)} of {len(known)} runs as numbers. " if len(newest) < len(known) else ""
    return section(
        "Left against right, run by run", "evenness", element("div", *figures, class_="figures"),
        table("Left against right", heads, rows), note(listed + INTERVALS),
    )  # fmt: skip


def rolls(facts: PhysioFacts) -> Markup:
    """Rolls and near misses per 1,000 strides: in all, by foot, by surface."""
    watched = [each for each in facts.runs if each.watched]
    if not watched:
        return section("Ankle rolls", "rolls", element("p", "No run of these weeks was watched by pods."))
    by_surface: dict[str, list[RunFacts]] = {}
    for each in watched:
        by_surface.setdefault(each.past.surface or "surface not told", []).append(each)
    rows = [
        _rate_row("both feet", watched, Foot),
        *(_rate_row(f"{foot} foot", watched, (foot,)) for foot in Foot),
        *(_rate_row(surface, runs, Foot) for surface, runs in sorted(by_surface.items())),
    ]
    heads = ("", "strides watched", "rolls", "per 1,000 strides", "near misses", "per 1,000 strides")
    return section("Ankle rolls and near misses", "rolls", table("Ankle rolls", heads, rows), note(RATES))


def _rate_row(name: str, runs: Sequence[RunFacts], feet: Iterable[Foot]) -> tuple[str, ...]:
    own = tuple(feet)
    strides = sum(each.watched.get(foot, 0) for each in runs for foot in own)
    severities = [severity for each in runs for foot, severity in each.rolls if foot in own]
    near = severities.count(Severity.NEAR_MISS)
    rates = [RollRate(count, strides) for count in (len(severities) - near, near)]
    told = [text for rate in rates for text in (f"{rate.events}", rate.words)]
    return name, f"{strides:,}", *told

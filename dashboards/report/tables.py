"""Tables of a run's metrics, its data quality, and its timeline."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeGuard

from surefoot.analysis.companions import QUANTITIES, summarise_companions
from surefoot.analysis.metrics import CADENCE, IMPACT, STRIDE_METRICS, Metric
from surefoot.analysis.model import Bout, Estimate, Foot, Gait
from surefoot.analysis.summary import Comparison, cadence_spm, compare, strides_of
from surefoot.analysis.windows import MIN_WINDOW_STRIDES
from surefoot.dashboards.data_source import AnalysedRun, FootDataQuality
from surefoot.dashboards.formatting import (
    UNKNOWN,
    asymmetry_text,
    clock,
    duration,
    in_unit,
    known_text,
    quantity_summary_text,
    range_text,
    signed,
)
from surefoot.dashboards.html import Markup, element
from surefoot.dashboards.vocabulary import BOUT_WORDS, GAIT_WORDS, MOUNTING_WORDS, SIDE_WORDS, not_watched_text

IMPACT_RATE = "impact_rate_gps"
IMPACT_PEAKS = ("impact_peak_g", IMPACT)


def metric_tables(run: AnalysedRun) -> list[Markup]:
    """One table per gait that has at least `LEAST_STRIDES` strides on a foot."""
    counts = {gait: [len(strides_of(run.results, foot, gait)) for foot in run.quality] for gait in Gait}
    return [_metric_table(run, gait) for gait in Gait if max(counts[gait], default=0) >= MIN_WINDOW_STRIDES]


def opposite_impacts_note(run: AnalysedRun) -> Markup:
    """What it means that one foot has the smaller jolt and the steeper one; empty where neither is sure."""
    against = {row.key: row.asymmetry_pct for row in compare(run.results, Gait.RUN)}
    rate = against[IMPACT_RATE]
    peaks = [(key, peak) for key in IMPACT_PEAKS if _is_sure(peak := against[key])]
    opposite = [(key, peak) for key, peak in peaks if _is_sure(rate) and peak.value * rate.value < 0.0]
    if not opposite:
        return Markup()
    key, peak = opposite[0]
    smaller = Foot.RIGHT if peak.value < 0.0 else Foot.LEFT
    return element(
        "p",
        f"The {smaller} foot has the smaller jolt ({STRIDE_METRICS[key].label.lower()} {asymmetry_text(peak)}) and "
        f"the more sudden one (impact rate {asymmetry_text(rate)}): they are two things, how hard it is and how fast "
        "it builds up. Both also depend on where a pod sits on its shoe, so that only their changes over a run count.",
    )


def _is_sure(against: Estimate | None) -> TypeGuard[Estimate]:
    """Whether the sign of right vs left is known."""
    return against is not None and against.low * against.high > 0.0


def _metric_table(run: AnalysedRun, gait: Gait) -> Markup:
    typical = CADENCE.typical_run if gait is Gait.RUN else CADENCE.typical_walk
    spm = in_unit(CADENCE, cadence_spm(run.results, gait))
    rows = [_row(row, gait) for row in compare(run.results, gait)]
    head = ("", "left", "right", "right vs left", "typical")
    return element(
        "table",
        element("caption", f"{GAIT_WORDS[gait]}: cadence {spm} (typical {range_text(CADENCE, typical)})"),
        element("thead", element("tr", *(element("th", text, scope="col") for text in head))),
        element("tbody", *(row for row in rows if row is not None)),
        class_="numbers",
    )


def _row(row: Comparison, gait: Gait) -> Markup | None:
    metric = STRIDE_METRICS[row.key]
    sides = [_side(metric, row, foot) for foot in Foot]
    if not any(sides):
        return None
    typical = metric.typical_run if gait is Gait.RUN else metric.typical_walk
    cells = (
        *(side or UNKNOWN for side in sides),
        asymmetry_text(row.asymmetry_pct) if row.asymmetry_pct else "",
        range_text(metric, typical),
    )
    name = element("th", metric.label, element("small", metric.description), scope="row")
    return element("tr", name, *(element("td", text) for text in cells))


def _side(metric: Metric, row: Comparison, foot: Foot) -> str:
    """One foot's median, or in how many strides it is known if that is too few; empty if it never is."""
    known = {Foot.LEFT: row.left, Foot.RIGHT: row.right}[foot]
    if known is not None:
        return in_unit(metric, known.value)
    few = known_text(row.withheld.get(foot))
    return f"{UNKNOWN} ({few})" if few else ""


def companions_table(run: AnalysedRun) -> Markup:
    """What the sensors beside the pods said over the run; empty without any."""
    found = summarise_companions(run.results.companions)
    rows = [
        element(
            "tr",
            element("th", QUANTITIES[key].label, element("small", QUANTITIES[key].description), scope="row"),
            element("td", quantity_summary_text(key, summary)),
        )
        for key, summary in found.items()
    ]
    return element("table", element("tbody", *rows), class_="numbers") if rows else Markup()


def data_quality_block(run: AnalysedRun) -> Markup:
    """Sampling rate, losses, clipping, mounting and notes of each foot."""
    return element("div", *(_foot_quality(foot, run.quality.get(foot)) for foot in Foot), class_="quality")


def _foot_quality(foot: Foot, quality: FootDataQuality | None) -> Markup:
    if quality is None:
        return element("div", element("h3", foot.capitalize()), element("p", "Not recorded."))
    return element(
        "div",
        element("h3", foot.capitalize()),
        element(
            "dl",
            *(element("div", element("dt", name), element("dd", text)) for name, text in _quality_rows(quality)),
        ),
        element("ul", *(element("li", note) for note in quality.notes)) if quality.notes else None,
    )  # fmt: skip


def _quality_rows(quality: FootDataQuality) -> list[tuple[str, str]]:
    rate = f"{quality.sampling_rate_hz:.0f} Hz" if math.isfinite(quality.sampling_rate_hz) else UNKNOWN
    clipped = quality.clipped_strides_pct
    return [
        ("Samples", f"{rate}, {signed(quality.loss_pct, 1)} % lost"),
        ("Strides", str(quality.strides)),
        ("Watched for ankle rolls", f"{quality.landings.watched} of {quality.landings.landings} landings"),
        ("Not watched", not_watched_text(quality.watched) or "hardly at all"),
        ("Sensor clipped", UNKNOWN if clipped is None else f"{signed(clipped, 1)} % of strides"),
        ("Mounting", MOUNTING_WORDS[quality.mounting].removeprefix("mounting ")),
        ("Side", SIDE_WORDS[quality.side]),
    ]


def timeline(run: AnalysedRun, marks: Sequence[tuple[float, str, int]]) -> Markup:
    """Bouts of the run as one strip; `marks` are (time in s, label, severity rank) of the findings."""
    whole_s = max(run.end_s - run.origin_s, 1.0)
    parts = [_bout_bar(bout, run.origin_s, whole_s) for bout in run.results.bouts]
    finding_marks = [
        element(
            "rect", x=100.0 * (at_s - run.origin_s) / whole_s - 0.3, y=0, width=0.6, height=10,
            class_=f"pin rank-{rank}",
        )
        for at_s, _, rank in marks
    ]  # fmt: skip
    spoken = ", ".join(
        f"{BOUT_WORDS[bout.kind]} {duration(bout.end_s - bout.start_s)}" for bout in run.results.bouts[:12]
    )
    return element(
        "div",
        element(
            "svg", *parts, *finding_marks, viewBox="0 0 100 10", preserveAspectRatio="none", role="img",
            aria_label=f"Timeline of the run: {spoken}", class_="strip",
        ),
        element("p", element("span", "0:00"), element("span", clock(whole_s)), class_="ends"),
        element(
            "p",
            *(
                element("span", element("span", class_=f"swatch bout-{kind}", aria_hidden="true"), word, class_="key")
                for kind, word in BOUT_WORDS.items()
                if any(bout.kind == kind for bout in run.results.bouts)
            ),
            class_="keys",
        ),
        class_="timeline",
    )  # fmt: skip


def _bout_bar(bout: Bout, origin_s: float, whole_s: float) -> Markup:
    start, width = (100.0 * each / whole_s for each in (bout.start_s - origin_s, bout.end_s - bout.start_s))
    return element("rect", x=start, y=2, width=width, height=6, class_=f"bout-{bout.kind}")

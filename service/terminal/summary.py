"""Summary of an analysis: headline, left and right by gait, findings, bouts, data quality."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from surefoot.analysis.companions import QUANTITIES, summarise_companions
from surefoot.analysis.foot_pod_run import FOOT_POD_ALONE, foot_pod_course
from surefoot.analysis.metrics import CADENCE, STRIDE_METRICS, Metric
from surefoot.analysis.model import Bout, Estimate, Foot, Gait, Withheld
from surefoot.analysis.summary import Comparison, cadence_spm, compare, strides_of
from surefoot.analysis.windows import MIN_WINDOW_STRIDES
from surefoot.dashboards.formatting import (
    UNKNOWN,
    asymmetry_text,
    clock,
    duration,
    in_unit,
    quantity_summary_text,
    range_text,
    signed,
)
from surefoot.dashboards.vocabulary import BOUT_WORDS, GAIT_WORDS, MOUNTING_WORDS, not_watched_text
from surefoot.service.pipeline.analysis import Analysis
from surefoot.service.pipeline.data_quality import DataQuality
from surefoot.service.terminal.findings import findings_block

WIDTH = 80
MIN_WIDTH_FOR_TYPICAL = 76
"""Narrower terminals get no column of typical values."""
MIN_BOUT_S = 5.0
"""Shorter bouts, mostly transitions, are not listed."""
MAX_BOUTS = 12
HEADING, DIM, WARNING = "bold cyan", "dim", "yellow"


def show(console: Console, analysis: Analysis) -> None:
    """Print an analysis, at most 80 columns wide."""
    width = min(console.width, WIDTH)
    console.print(report(analysis, width), width=width)


def report(analysis: Analysis, width: int = WIDTH) -> Group:
    """The whole summary, `width` columns wide."""
    if not analysis.results.strides:
        return _told(analysis, width)
    counts = {gait: _strides(analysis, gait) for gait in GAIT_WORDS}
    parts: list[RenderableType] = [_headline(analysis, [gait for gait, strides in counts.items() if any(strides)])]
    for gait, strides in counts.items():
        if any(count >= MIN_WINDOW_STRIDES for count in strides):
            parts += [Text(), _gait_title(analysis, gait), _gait_table(analysis, gait, width >= MIN_WIDTH_FOR_TYPICAL)]
        elif any(strides):
            parts += [Text(), Text(f"{GAIT_WORDS[gait]}: {sum(strides)} strides, too few to measure")]
    return Group(
        *parts,
        *_findings(analysis, width),
        *_bouts(analysis.results.bouts),
        *_companions(analysis),
        Text(),
        *_quality(analysis, width),
    )


def _told(analysis: Analysis, width: int) -> Group:
    """What a foot pod of another maker alone tells."""
    gaits = [gait for gait in GAIT_WORDS if analysis.summary[f"{gait}_time_s"]]
    _, covered_m = foot_pod_course(analysis.results.companions)
    spm = analysis.summary["cadence_spm"]
    return Group(
        _headline(analysis, gaits),
        Text(f"Cadence {UNKNOWN if spm is None else in_unit(CADENCE, spm)}"),
        Text(f"Distance {f'{covered_m[-1] / 1000.0:.2f} km' if len(covered_m) else UNKNOWN}"),
        *_bouts(analysis.results.bouts),
        *_companions(analysis),
        Text(),
        Text(textwrap.fill(FOOT_POD_ALONE, width), style=DIM),
    )


def _findings(analysis: Analysis, width: int) -> list[RenderableType]:
    bouts = analysis.results.bouts
    block = findings_block(analysis.results.findings, bouts[0].start_s if bouts else 0.0, width)
    return [Text(), *block] if block else []


def _strides(analysis: Analysis, gait: Gait) -> list[int]:
    return [len(strides_of(analysis.results, foot, gait)) for foot in analysis.quality]


def _headline(analysis: Analysis, gaits: Sequence[Gait]) -> Text:
    total = duration(analysis.summary["duration_s"] or 0.0)
    if not gaits:
        return Text(f"No walking or running was found in this recording of {total}.", style="bold")
    times_s = {gait: analysis.summary[f"{gait}_time_s"] or 0.0 for gait in gaits}
    longest_s = max(times_s.values())
    times = [
        f"{duration(time_s)} {GAIT_WORDS[gait].lower()}"
        for gait, time_s in times_s.items()
        if time_s >= min(MIN_BOUT_S, longest_s)
    ]
    return Text(f"{total} recorded: {', '.join(times)}, {analysis.summary['steps']:.0f} steps", style="bold")


def _gait_title(analysis: Analysis, gait: Gait) -> Text:
    """The gait with its cadence, the one metric of both feet together."""
    usual = CADENCE.typical_run if gait is Gait.RUN else CADENCE.typical_walk
    title = Text.assemble((GAIT_WORDS[gait], HEADING), "  cadence ")
    title.append(in_unit(CADENCE, cadence_spm(analysis.results, gait)), style="bold")
    return title.append(f"  typical {range_text(CADENCE, usual)}", style=DIM)


def _gait_table(analysis: Analysis, gait: Gait, typical: bool) -> Table:
    """One row per metric; a column per recorded foot, and one of typical values where asked for."""
    feet = [foot for foot in (Foot.LEFT, Foot.RIGHT) if foot in analysis.quality]
    names = [*feet, *(["right vs left"] if len(feet) == 2 else [])]
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style=DIM)
    table.add_column("", min_width=14)
    for name in names:
        table.add_column(name, justify="right", no_wrap=True, min_width=8)
    if typical:
        table.add_column("typical", justify="right", style=DIM, no_wrap=True)
    for row in compare(analysis.results, gait):
        table.add_row(*_cells(row, gait, feet)[: len(table.columns)])
    counts = [str(len(strides_of(analysis.results, foot, gait))) for foot in feet]
    table.add_row("Strides", *counts, style=DIM)
    return table


def _cells(row: Comparison, gait: Gait, feet: Sequence[Foot]) -> list[str]:
    metric = STRIDE_METRICS[row.key]
    sides = {Foot.LEFT: row.left, Foot.RIGHT: row.right}
    values = [_side(metric, sides[foot], row.withheld.get(foot)) for foot in feet]
    usual = metric.typical_run if gait is Gait.RUN else metric.typical_walk
    return [
        metric.label,
        *values,
        *([asymmetry_text(row.asymmetry_pct)] if len(feet) == 2 else []),
        range_text(metric, usual),
    ]


def _side(metric: Metric, known: Estimate | None, withheld: Withheld | None) -> str:
    """One foot's median, or in how many strides it is known if that is too few."""
    few = f" ({withheld.n}/{withheld.of})" if withheld is not None and withheld.n else ""
    return f"{in_unit(metric, None if known is None else known.value)}{few}"


def _bouts(bouts: Sequence[Bout]) -> list[RenderableType]:
    """Bouts with times from the recording's start; nothing for a single bout."""
    shown = long_bouts(bouts)
    if len(shown) < 2:
        return []
    origin_s = bouts[0].start_s
    lines = [
        Text(f"{clock(bout.start_s - origin_s):>7} – {clock(bout.end_s - origin_s):<7}  {BOUT_WORDS[bout.kind]}")
        for bout in shown[:MAX_BOUTS]
    ]
    if len(shown) > MAX_BOUTS:
        lines.append(Text(f"and {len(shown) - MAX_BOUTS} more, all of them in the JSON", style=DIM))
    return [Text(), Text("When", style=HEADING), *lines]


def _companions(analysis: Analysis) -> list[RenderableType]:
    """What the sensors beside the pods said; nothing without any."""
    found = summarise_companions(analysis.results.companions)
    lines = [Text(f"{QUANTITIES[key].label}: {quantity_summary_text(key, each)}") for key, each in found.items()]
    return [Text(), Text("Other sensors", style=HEADING), *lines] if lines else []


def long_bouts(bouts: Iterable[Bout]) -> list[Bout]:
    """Bouts of at least `MIN_BOUT_S`; neighbours of one kind are merged."""
    kept: list[Bout] = []
    for bout in bouts:
        if bout.end_s - bout.start_s < MIN_BOUT_S:
            continue
        if kept and kept[-1].kind == bout.kind:
            kept[-1] = Bout(bout.kind, kept[-1].start_s, bout.end_s)
        else:
            kept.append(bout)
    return kept


def _quality(analysis: Analysis, width: int) -> list[RenderableType]:
    """Each foot's figures and notes; notes common to both feet come once."""
    parts: list[RenderableType] = [Text("Data quality", style=HEADING)]
    told = [quality.notes for quality in analysis.quality.values()]
    common = [note for note in told[0] if note in told[1]] if len(told) == 2 else []
    for foot in (Foot.LEFT, Foot.RIGHT):
        quality = analysis.quality.get(foot)
        if quality is None:
            parts.append(Text(f"{foot.capitalize():<6}not recorded", style=DIM))
        else:
            parts.append(Text(f"{foot.capitalize():<6}{_figures(quality)}"))
            if blind := not_watched_text(quality.watched):
                parts.append(Text(_indented(f"Not watched: {blind}.", width), style=WARNING))
            parts += [Text(_indented(note, width), style=DIM) for note in quality.notes if note not in common]
    return parts + [Text(_indented(note, width, "" if k else "Both"), style=DIM) for k, note in enumerate(common)]


def _indented(note: str, width: int, foot: str = "") -> str:
    return textwrap.fill(note, width, initial_indent=f"{foot:<6}– ", subsequent_indent=" " * 8)


def _figures(quality: DataQuality) -> str:
    rate = f"{quality.sampling_rate_hz:.0f}" if math.isfinite(quality.sampling_rate_hz) else UNKNOWN
    figures = [f"{rate} Hz", f"{signed(quality.loss_pct, 1)} % lost"]
    if quality.clipped_strides_pct is not None:
        figures.append(f"{signed(quality.clipped_strides_pct, 1)} % of strides clipped")
    return " · ".join([*figures, MOUNTING_WORDS[quality.mounting]])

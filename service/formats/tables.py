"""A run's strides, windows and findings as tables: a column for each number, its unit in the name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np

from surefoot.analysis.companions import QUANTITIES, CompanionReading
from surefoot.analysis.findings import Finding, latest
from surefoot.analysis.metrics import CADENCE, STRIDE_METRICS, Metric
from surefoot.analysis.model import Estimate, Flag, Floats, Foot, Strides, Window
from surefoot.dashboards.data_source import AnalysedRun
from surefoot.service.serialization.encoding import dumps, gait_word, to_plain

Cell = float | int | str | None

ESTIMATE_PARTS = {
    "value": "",
    "low": "lower end of the 95 % interval",
    "high": "upper end of the 95 % interval",
    "n": "number of strides",
    "spread": "standard deviation of the strides",
}
"""Field of an estimate → what it is; the value's column has no more in its name than the metric's."""
UNITS = {
    "s": "s", "m": "m", "mps": "m/s", "deg": "°", "dps": "°/s", "g": "g", "gps": "g/s", "pct": "%", "spm": "steps/min",
}  # fmt: skip
NO_UNIT = "1"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    kind : type of its values; what is not known is None.
    unit : of numbers; empty for words, and where it differs from row to row.
    metric : what it is of; None for what is no metric.
    meaning : what the name does not tell.
    """

    name: str
    kind: type
    values: Sequence[Cell]
    unit: str = ""
    metric: Metric | None = None
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of equal length, of one runner's run."""

    name: str
    columns: Sequence[Column]


def stored_unit(name: str) -> str:
    """The unit that a name ends in."""
    return UNITS.get(name.rpartition("_")[2], NO_UNIT)


def tables(run: AnalysedRun) -> tuple[Table, ...]:
    """Strides, half-minute windows, and the last revision of each finding; times on the session clock.

    A run without pods has what the foot pod of another maker, and who was beside it, said instead.
    """
    if not run.results.strides:
        return (Table("sensors", _sensor_columns(run.results.companions)),)
    return (
        Table("strides", _stride_columns(list(run.results.strides.values()))),
        Table("windows", _window_columns(run.results.windows)),
        Table("findings", _finding_columns(latest(run.results.findings))),
    )


def _sensor_columns(readings: Sequence[CompanionReading]) -> list[Column]:
    return [
        Column("time_s", float, [each.time_s for each in readings], "s"),
        Column("sensor", str, [each.companion.value for each in readings]),
        *(
            Column(key, float, [each.values.get(key) for each in readings], stored_unit(key), meaning=told.description)
            for key, told in QUANTITIES.items()
        ),
    ]


def _stride_columns(sides: Sequence[Strides]) -> list[Column]:
    """Both feet's strides in order of their beginning."""
    sides = [strides for strides in sides if len(strides)]
    starts_s = [strides.initial_contact_s for strides in sides]
    order = np.argsort(np.concatenate(starts_s), kind="stable") if sides else np.empty(0, np.int64)

    def column(name: str, kind: type, values: Callable[[Strides], Sequence[Cell]], **more: Any) -> Column:
        together = [value for strides in sides for value in values(strides)]
        return Column(name, kind, [together[row] for row in order.tolist()], **more)

    def numbers(values: Callable[[Strides], Floats]) -> Callable[[Strides], Sequence[Cell]]:
        return lambda strides: to_plain(values(strides).tolist())

    return [
        column("foot", str, lambda strides: [strides.foot.value] * len(strides)),
        column("gait", str, lambda strides: [gait_word(each) for each in strides.running.tolist()]),
        *(
            column(name, float, numbers(attrgetter(name)), unit="s")
            for name in ("initial_contact_s", "terminal_contact_s", "next_initial_contact_s")
        ),
        column(
            "confidence",
            float,
            numbers(attrgetter("confidence")),
            unit=NO_UNIT,
            meaning="0 to 1: a stride with these contacts",
        ),
        column("flags", str, lambda strides: [_flag_words(each) for each in strides.flags.tolist()]),
        *(
            column(key, float, numbers(_metric(key)), unit=stored_unit(key), metric=metric)
            for key, metric in STRIDE_METRICS.items()
        ),
    ]


def _metric(key: str) -> Callable[[Strides], Floats]:
    return lambda strides: strides.metrics[key]


def _flag_words(flags: int) -> str:
    return " ".join(str(flag.name).lower() for flag in Flag if flags & flag)


def _window_columns(windows: Sequence[Window]) -> list[Column]:
    """Each estimate as its value, the 95 % interval, the number of strides and their standard deviation."""
    columns = [
        Column("start_s", float, [window.start_s for window in windows], "s"),
        Column("end_s", float, [window.end_s for window in windows], "s"),
        Column("gait", str, [window.gait.value for window in windows]),
        *_estimate_columns(CADENCE.key, stored_unit(CADENCE.key), CADENCE, [window.cadence_spm for window in windows]),
    ]
    for key, metric in STRIDE_METRICS.items():
        for foot in Foot:
            side = [window.feet.get(foot, {}).get(key) for window in windows]
            columns += _estimate_columns(f"{key}_{foot}", stored_unit(key), metric, side)
        columns += _comparison_columns(key, metric, windows)
    for foot in Foot:
        reasons = [
            _words({key: why.reason for key, why in window.withheld.get(foot, {}).items()}) for window in windows
        ]
        columns.append(Column(f"withheld_{foot}", str, reasons, meaning="metric and why its median is withheld"))
    apart = [_words(window.not_compared) for window in windows]
    return [*columns, Column("not_compared", str, apart, meaning="metric and why left and right are not compared")]


def _comparison_columns(key: str, metric: Metric, windows: Sequence[Window]) -> list[Column]:
    if metric.compared:
        shares = [window.asymmetry_pct.get(key) for window in windows]
        return _estimate_columns(f"{key}_asymmetry_pct", "%", metric, shares, "right less left, of their mean")
    differences = [window.difference.get(key) for window in windows]
    return _estimate_columns(f"{key}_difference", stored_unit(key), metric, differences, "right less left")


def _estimate_columns(
    name: str, unit: str, metric: Metric, estimates: Sequence[Estimate | None], meaning: str = ""
) -> list[Column]:
    return [
        Column(
            name if part == "value" else f"{name}_{part}",
            int if part == "n" else float,
            [None if each is None else to_plain(getattr(each, part)) for each in estimates],
            NO_UNIT if part == "n" else unit,
            metric,
            ", ".join(filter(None, (meaning, told))),
        )
        for part, told in ESTIMATE_PARTS.items()
    ]


def _words(reasons: Mapping[str, str]) -> str:
    return " ".join(f"{key}:{reason}" for key, reason in reasons.items())


def _finding_columns(findings: Sequence[Finding]) -> list[Column]:
    """A finding's fields; the unit of its value and reference is in a column, as it differs from row to row."""

    def column(name: str, kind: type, value: Callable[[Finding], Cell], unit: str = "", meaning: str = "") -> Column:
        return Column(name, kind, [to_plain(value(finding)) for finding in findings], unit, meaning=meaning)

    return [
        column("id", str, lambda each: each.id),
        column("revision", int, lambda each: each.revision, NO_UNIT),
        column("kind", str, lambda each: each.kind.value),
        column("foot", str, lambda each: "both" if each.foot is None else each.foot.value),
        column("time_s", float, lambda each: each.time_s, "s"),
        column("known_s", float, lambda each: each.known_s, "s", "time of the last reading that it is based on"),
        column("severity", str, lambda each: each.severity.value),
        column("state", str, lambda each: each.state.value),
        column("value", float, lambda each: each.value, meaning="in the unit of this row"),
        column("reference", float, lambda each: each.reference, meaning="what the value is compared with"),
        column("unit", str, lambda each: each.unit),
        column("confidence", float, lambda each: each.confidence, NO_UNIT, "0 to 1"),
        column("evidence", str, lambda each: dumps(to_plain(each.evidence)), meaning="JSON"),
        column("message", str, lambda each: each.message),
    ]

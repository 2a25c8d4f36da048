"""Grafana panels: one question each, with unit, description and typical range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from surefoot.dashboards.grafana.colours import BOTH, CLEAR, LEFT, OUTSIDE, REFERENCE, RIGHT, TYPICAL
from surefoot.dashboards.grafana.fields import Field, TypicalRange

Json = Mapping[str, Any]

DATASOURCE = {"type": "influxdb", "uid": "surefoot-influxdb"}
LOWEST_THRESHOLD = -1e6
"""Stands for minus infinity: in a column's thresholds Grafana reads null as 0, unlike elsewhere."""
DASHED = {"fill": "dash", "dash": [10, 6]}


@dataclass(frozen=True, slots=True)
class Query:
    """An InfluxQL query; as a time series each group is a line named `alias`."""

    influxql: str
    alias: str = "$col"
    table: bool = False

    def target(self, ref: str) -> Json:
        """The JSON of Grafana's panel model."""
        return {
            "refId": ref,
            "datasource": DATASOURCE,
            "query": self.influxql,
            "rawQuery": True,
            "resultFormat": "table" if self.table else "time_series",
            "alias": "" if self.table else self.alias,
        }


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel without its position.

    Parameters
    ----------
    width, height : in Grafana's grid of 24 columns.
    """

    kind: str
    question: str
    description: str
    queries: Sequence[Query]
    width: int
    height: int = 8
    defaults: Json = field(default_factory=dict)
    overrides: Sequence[Json] = ()
    options: Json = field(default_factory=dict)
    transformations: Sequence[Json] = ()

    def placed(self, number: int, x: int, y: int) -> Json:
        """The JSON of Grafana's panel model."""
        return {
            "id": number,
            "type": self.kind,
            "title": self.question,
            "description": self.description,
            "datasource": DATASOURCE,
            "gridPos": {"x": x, "y": y, "w": self.width, "h": self.height},
            "targets": [query.target(chr(ord("A") + place)) for place, query in enumerate(self.queries)],
            "fieldConfig": {"defaults": self.defaults, "overrides": list(self.overrides)},
            "options": self.options,
            "transformations": list(self.transformations),
        }


def override(name: str, properties: Json, *, regexp: bool = False) -> Json:
    """Field properties for one column or line, matched by name."""
    matcher = {"id": "byRegexp" if regexp else "byName", "options": name}
    return {"matcher": matcher, "properties": [{"id": key, "value": value} for key, value in properties.items()]}


def fixed_colour(colour: str) -> Json:
    """Colour mode with one colour for all values."""
    return {"mode": "fixed", "fixedColor": colour}


def of_both(field: Field) -> Json:
    """Override with the colour of both feet for the line of a field."""
    return override(field.label, {"color": fixed_colour(BOTH)})


FOOT_STYLES = (
    override("/left$/", {"color": fixed_colour(LEFT)}, regexp=True),
    override("/right$/", {"color": fixed_colour(RIGHT), "custom.lineStyle": DASHED}, regexp=True),
)


def time_series(
    question: str,
    field: Field,
    queries: Sequence[Query],
    width: int,
    *,
    draw: Json | None = None,
    styles: Sequence[Json] = FOOT_STYLES,
    overrides: Sequence[Json] = (),
    extra: str = "",
) -> Panel:
    """Time series panel of a field, with its typical range shaded; `styles` are those of the feet's lines."""
    custom = {
        "drawStyle": "line",
        "lineWidth": 2,
        "pointSize": 5,
        "showPoints": "auto",
        "insertNulls": 60_000,
        "thresholdsStyle": {"mode": "area" if field.typical else "off"},
        **_axis_limits(field),
        "axisWidth": 56 + 7 * len(field.unit),
        **(draw or {}),
    }
    defaults = {
        "unit": field.grafana_unit,
        "decimals": field.decimals,
        "color": {"mode": "palette-classic-by-name"},
        "thresholds": _thresholds(field.typical, inside=TYPICAL, outside=CLEAR),
        "custom": custom,
    }
    options = {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
        "tooltip": {"mode": "multi", "sort": "none"},
    }
    description = f"{field.description} {extra}".rstrip()
    return Panel(
        "timeseries", question, description, queries, width,
        defaults=defaults, overrides=[*styles, *overrides], options=options,
    )  # fmt: skip


def stat(
    question: str,
    field: Field,
    queries: Sequence[Query],
    width: int,
    *,
    height: int = 5,
    value_column: str = "",
    unit: str | None = None,
    absent: str = "stale",
) -> Panel:
    """Stat panel with the newest value, or the grey word `absent`."""
    defaults = {
        "unit": field.grafana_unit if unit is None else unit,
        "decimals": field.decimals,
        "mappings": [special_mapping("null+nan", absent, BOTH)],
        "color": {"mode": "thresholds"},
        "thresholds": _thresholds(field.typical, inside="text", outside=OUTSIDE),
    }
    options = {
        "reduceOptions": {"values": False, "calcs": ["lastNotNull"], "fields": value_column},
        "colorMode": "value",
        "graphMode": "none",
        "justifyMode": "center",
        "orientation": "auto",
        "textMode": "auto",
    }
    return Panel("stat", question, field.description, queries, width, height, defaults, options=options)


def table(
    question: str,
    description: str,
    queries: Sequence[Query],
    width: int,
    height: int,
    *,
    overrides: Sequence[Json] = (),
    transformations: Sequence[Json] = (),
) -> Panel:
    """Table panel; unknown values are dashes."""
    defaults = {
        "noValue": "–",
        "color": {"mode": "fixed", "fixedColor": "text"},
        "custom": {"align": "auto", "cellOptions": {"type": "auto"}, "inspect": False, "wrapHeaderText": True},
    }
    options = {"showHeader": True, "cellHeight": "sm"}
    return Panel("table", question, description, queries, width, height, defaults, overrides, options, transformations)


def special_mapping(match: str, text: str, colour: str) -> Json:
    """Mapping of a special value, such as null, to a text and colour."""
    return {"type": "special", "options": {"match": match, "result": {"text": text, "color": colour, "index": 0}}}


def value_mapping(texts: Mapping[str, tuple[str, str]]) -> Json:
    """Mapping of values to texts and colours."""
    results = enumerate(texts.items())
    return {
        "type": "value",
        "options": {key: {"text": text, "color": colour, "index": n} for n, (key, (text, colour)) in results},
    }


def column_override(field: Field, **custom: object) -> Json:
    """Override that gives a table column a field's unit and thresholds."""
    properties = {"unit": field.grafana_unit, "decimals": field.decimals}
    if field.typical is not None:
        properties |= {
            "thresholds": _thresholds(field.typical, inside="text", outside=OUTSIDE, lowest=LOWEST_THRESHOLD),
            "color": {"mode": "thresholds"},
            "custom.cellOptions": {"type": "color-text"},
        }
    return override(field.label, {**properties, **{f"custom.{key}": value for key, value in custom.items()}})


def ribbon_overrides(low: str, high: str, colour: str = BOTH) -> list[Json]:
    """Overrides that draw two lines as the edges of a shaded area."""
    edge = {"color": fixed_colour(colour), "custom.lineWidth": 0, "custom.showPoints": "never"}
    hidden = {"custom.hideFrom": {"legend": True, "tooltip": False, "viz": False}}
    return [
        override(low, {**edge, **hidden}),
        override(high, {**edge, **hidden, "custom.fillBelowTo": low, "custom.fillOpacity": 18}),
    ]


def _axis_limits(field: Field) -> Json:
    """Soft axis limits that include the typical range; data beyond them are shown too."""
    ends = zip(("axisSoftMin", "axisSoftMax"), field.axis or field.typical or (None, None), strict=True)
    return {name: end for name, end in ends if end is not None}


def _thresholds(typical: TypicalRange, *, inside: str, outside: str, lowest: float | None = None) -> Json:
    low, high = typical or (None, None)
    steps: list[Json] = [{"value": lowest, "color": inside if low is None else outside}]
    steps += [{"value": low, "color": inside}] if low is not None else []
    steps += [{"value": high, "color": outside}] if high is not None else []
    return {"mode": "absolute", "steps": steps}


REFERENCE_BAND_STYLE = (
    *ribbon_overrides("baseline, low", "baseline, high", REFERENCE),
    override("difference", {"color": fixed_colour(BOTH)}),
)

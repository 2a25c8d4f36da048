"""Questions to InfluxDB, in the InfluxQL that 1.x, 2.x and 3 understand.

Grafana fills in `$timeFilter`, `$__interval`, `${__to}` (milliseconds) and the variables `$runner` and `$run`.
"""

from __future__ import annotations

from collections.abc import Iterable

from surefoot.dashboards.grafana.figures import Figure

RANGE = "$timeFilter"
RUNNER = "\"runner\" = '$runner'"
RUN = f"{RUNNER} AND \"run\" = '$run'"
RUNNERS = '"runner" =~ /^$runner$/'
BOTH = "\"foot\" = 'both'"
EACH_FOOT = "\"foot\" != 'both'"
RUNNING = "\"gait\" = 'run'"
FRESH_S = 30
"""Numbers that are older are stale: live windows last ten seconds and come at once."""
FRESH = f"time > ${{__to}}ms - {FRESH_S}s"
NEWEST = "ORDER BY time DESC LIMIT 1"
OVER_TIME = "GROUP BY time($__interval)"


def select(columns: Iterable[str], source: str, *conditions: str, tail: str = "") -> str:
    """Columns of a measurement, or of another question in brackets."""
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {', '.join(columns)} FROM {source}{where} {tail}".rstrip()


def named(figure: Figure, name: str | None = None, calculation: str = "") -> str:
    """A figure's column in the unit that is shown, by its label or another name."""
    field = f'"{figure.field}"'
    value = f"{calculation}({field})" if calculation else field
    return f'{scaled(value, figure)} AS "{name or figure.label}"'


def scaled(value: str, figure: Figure) -> str:
    """A value in the unit that is shown."""
    return value if figure.scale == 1.0 else f"{value} * {figure.scale:.12g}"


def over_time(columns: Iterable[str], source: str, *conditions: str, by: str = "") -> str:
    """Means over the pixels of a chart, for each value of a tag where one is named."""
    tail = f'{OVER_TIME}, "{by}" fill(none)' if by else f"{OVER_TIME} fill(none)"
    return select(columns, source, *conditions, RANGE, tail=tail)


def newest(columns: Iterable[str], source: str, *conditions: str, by: Iterable[str] = ()) -> str:
    """The last row of each group."""
    tags = ", ".join(f'"{tag}"' for tag in by)
    return select(columns, source, *conditions, tail=f"GROUP BY {tags} {NEWEST}" if tags else NEWEST)


def level(value: str, source: str) -> str:
    """A number that the question in `source` calls "own", all along a chart."""
    return select([value], f"({source})", RANGE, tail=f"{OVER_TIME} fill(previous)")


def tag_values(tag: str, *conditions: str) -> str:
    """Every value of a tag of the runs."""
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f'SHOW TAG VALUES FROM "runs" WITH KEY = "{tag}"{where}'

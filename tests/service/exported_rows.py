"""What a database should hold, and whether it does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from surefoot.service.exporters.influxdb_client import InfluxClient
from surefoot.service.serialization.line_protocol import lines
from surefoot.service.settings import Settings
from surefoot.service.store.outbox import Outbox
from surefoot.service.store.schema import EXPORTED_TABLES

Key = tuple[str, frozenset[tuple[str, str]], int]
Points = dict[Key, dict[str, object]]

LINE = re.compile(r"^((?:\\.|[^ \\])+) (.*) (\d+)$", re.DOTALL)
SPLIT = re.compile(r',(?=(?:[^"\\]|\\.|"(?:[^"\\]|\\.)*")*$)')


def expected(settings: Settings) -> Points:
    """Every point of the store; later revisions replace earlier ones."""
    points: Points = {}
    with Outbox(settings.store_path, "nobody") as outbox:
        for source in EXPORTED_TABLES:
            for row in outbox.pending(source, 10_000_000):
                for line in lines(source, row):
                    key, fields = _parsed(line)
                    points.setdefault(key, {}).update(fields)
    return points


def held(settings: Settings) -> Points:
    """Every point of the database, but for the watermarks."""
    with InfluxClient(settings.influxdb) as influx:
        return {key: fields for source in EXPORTED_TABLES for key, fields in _held(influx, source)}


def assert_influx_has_all(settings: Settings) -> None:
    """Row by row, number by number, and nothing else."""
    wanted, found = expected(settings), held(settings)
    assert len(wanted) > 0
    assert wanted.keys() == found.keys()
    for key, fields in wanted.items():
        assert fields == found[key], key


def _held(influx: InfluxClient, source: str) -> Iterator[tuple[Key, dict[str, object]]]:
    for series in influx.query(f"SELECT * FROM {source} GROUP BY *"):
        tags = frozenset((name, value) for name, value in series.tags.items() if value)
        for row in series.rows:
            values = dict(zip(series.columns, row, strict=True))
            time_ns = values.pop("time")
            yield (source, tags, time_ns), {name: value for name, value in values.items() if value is not None}


def _parsed(line: str) -> tuple[Key, dict[str, object]]:
    match = LINE.match(line)
    assert match is not None, line
    measurement, *tags = re.split(r"(?<!\\),", match[1])
    fields = dict(part.split("=", 1) for part in SPLIT.split(match[2]))
    pairs = frozenset(tuple(tag.split("=", 1)) for tag in tags)
    return (measurement, pairs, int(match[3])), {name: _value(text) for name, text in fields.items()}


def _value(text: str) -> object:
    return text[1:-1].replace('\\"', '"').replace("\\\\", "\\") if text.startswith('"') else float(text)

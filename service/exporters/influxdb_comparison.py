"""Compares what InfluxDB has with what it should have: a database can lose what it has taken.

Points are counted, and the revisions of findings added up, since a point of an earlier revision is a point too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from surefoot.service.exporters.influxdb_client import InfluxClient
from surefoot.service.serialization.line_protocol import FIELD_OF_EVERY_POINT
from surefoot.service.store.ledger import Ledger

REVISIONS = "revisions of findings"
Counts = Mapping[tuple[str, str], int]
"""(run, table) → number of points; (run, `REVISIONS`) → sum of the findings' revisions."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A run's points of a table, or its `REVISIONS`: how many the database should have, and has."""

    run: str
    table: str
    expected: int
    held: int

    def __str__(self) -> str:
        return f"run {self.run}: {self.held} of {self.expected} {self.table}"


def differences(ledger: Ledger, influx: InfluxClient, oldest_ns: int) -> list[Difference]:
    """Runs of which the database has more or fewer points than it should, from `oldest_ns` on.

    A run that goes on gains points meanwhile, and of what is too old a database may still have some; neither differs.
    """
    before = _expected(ledger, oldest_ns)
    held = _held(influx, oldest_ns)
    after = _expected(ledger, oldest_ns)
    too_old = ledger.too_old()
    found = (Difference(*key, most, held.get(key, 0)) for key, most in sorted(after.items()))
    return [
        each
        for each in found
        if each.held < before.get((each.run, each.table), 0) or (each.held > each.expected and each.run not in too_old)
    ]


def lacking(found: Iterable[Difference]) -> list[Difference]:
    """Those of which the database has too few."""
    return [each for each in found if each.held < each.expected]


def _expected(ledger: Ledger, oldest_ns: int) -> Counts:
    points = {
        (run, table): points
        for table in FIELD_OF_EVERY_POINT
        for run, points in ledger.point_counts(table, oldest_ns).items()
    }
    return {**points, **{(run, REVISIONS): total for run, total in ledger.revision_sums(oldest_ns).items()}}


def _held(influx: InfluxClient, oldest_ns: int) -> Counts:
    among = f"WHERE time >= {oldest_ns} GROUP BY run"
    asked = [
        f'SELECT count("{field}") AS points FROM "{table}" {among}' for table, field in FIELD_OF_EVERY_POINT.items()
    ]
    asked.append(f'SELECT sum("revision"::float) AS revisions FROM findings {among}')
    return {
        (series.tags["run"], series.measurement if name == "points" else REVISIONS): int(row[name])
        for series in influx.query("; ".join(asked))
        for row in series.dicts()
        for name in {"points", "revisions"} & row.keys()
    }

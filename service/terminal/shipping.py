"""What a server has, does not take or has lost, in lines for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from surefoot.dashboards.formatting import local_time
from surefoot.service.exporters.drain import Account
from surefoot.service.exporters.influxdb_refusal import advice
from surefoot.service.store.ledger import RefusedRows


def account_lines(account: Account) -> Iterator[str]:
    """What InfluxDB has after rows were sent, or without sending any."""
    has = "has everything" if account.has_everything else "does not have everything"
    yield f"InfluxDB {has}: {_rows(account.sent)} sent{f', {account.waiting} wait' if account.waiting else ''}."
    for run, until_ns in account.too_old.items():
        until = local_time(datetime.fromtimestamp(until_ns / 1e9, UTC))
        yield f"  Run {run} is older than the bucket keeps: up to {until} it is not sent, and stays here."
    yield from refused_lines("InfluxDB", account.refused)
    for difference in account.differences:
        yield f"  It has of {difference}; surefoot ship --again {difference.run} sends this run anew."


def refused_lines(server: str, refused: Iterable[RefusedRows]) -> Iterator[str]:
    """Rows that a server refused for good, and what to do about them."""
    for rows in refused:
        when = local_time(datetime.fromisoformat(rows.at_utc))
        yield f"  {server} refused {_rows(rows.count)} of {rows.table} of run {rows.run} on {when}: {rows.reason}."
        yield f"    {advice(rows.reason)} Then surefoot ship --again refused sends them."


def _rows(count: int) -> str:
    return f"{count} row{'s' * (count != 1)}"

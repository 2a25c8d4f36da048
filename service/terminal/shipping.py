"""What a server has, does not take or has lost, in lines for the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime

from surefoot.dashboards.formatting import local_time
from surefoot.service.exporters.drain import Account
from surefoot.service.exporters.influxdb_refusal import database_advice
from surefoot.service.exporters.mqtt_refusal import broker_advice
from surefoot.service.store.ledger import RefusedRows

_AGAIN = "Then surefoot ship --again refused sends them."
_ADVICE: Mapping[str, Callable[[str], str]] = {
    "influxdb": lambda reason: f"{database_advice(reason)} {_AGAIN}",
    "mqtt": lambda reason: f"{broker_advice(reason)} {_AGAIN}",
    "command": lambda _: "Correct the program; alerts of the past are not given to it again.",
    "e-mail": lambda _: "Correct the address, messages.to; messages of the past are not sent again.",
    "ntfy": lambda _: "Correct messages.ntfy_topic; messages of the past are not sent again.",
    "web push": lambda _: (
        "The runner asks for messages anew on the diary's page; those of the past are not sent again."
    ),
}
"""Sink → what to do about a reason for which it refused rows."""
SERVERS = {
    "influxdb": "InfluxDB",
    "mqtt": "The broker",
    "command": "The program",
    "e-mail": "The mail server",
    "ntfy": "The server of ntfy",
    "web push": "The push service",
}


def account_lines(account: Account) -> Iterator[str]:
    """What InfluxDB has after rows were sent, or without sending any."""
    has = "has everything" if account.has_everything else "does not have everything"
    yield f"InfluxDB {has}: {_rows(account.sent)} sent{f', {account.waiting} wait' if account.waiting else ''}."
    for run, until_ns in account.too_old.items():
        until = local_time(datetime.fromtimestamp(until_ns / 1e9, UTC))
        yield f"  Run {run} is older than the bucket keeps: up to {until} it is not sent, and stays here."
    yield from refused_lines("influxdb", account.refused)
    for difference in account.differences:
        yield f"  It has of {difference}; surefoot ship --again {difference.run} sends this run anew."


def refused_lines(sink: str, refused: Iterable[RefusedRows]) -> Iterator[str]:
    """Rows that a sink refused for good, and what to do about them."""
    for rows in refused:
        when = local_time(datetime.fromisoformat(rows.at_utc))
        what = f"{_rows(rows.count)} of {rows.table} of run {rows.run}"
        yield f"  {SERVERS[sink]} refused {what} on {when}: {rows.reason}."
        yield f"    {_ADVICE[sink](rows.reason)}"


def _rows(count: int) -> str:
    return f"{count} row{'s' * (count != 1)}"

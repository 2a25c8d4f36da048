"""Why InfluxDB does not take rows, in words; what it says differs between 1.x and 2.x."""

from __future__ import annotations

import re

_CONFLICT = re.compile(
    r'input field "(?P<field>[^"]+)" on measurement "(?P<table>[^"]+)" is type (?P<sent>\w+),'
    r" already exists as type (?P<there>\w+)"
)
_DROPPED = re.compile(r"dropped[ =](\d+)")


class InfluxError(Exception):
    """A request failed; str() says why."""


class UnreachableError(InfluxError):
    """The request may succeed later."""


class RefusedError(InfluxError):
    """The request will never succeed.

    Parameters
    ----------
    reason : what the database says.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        conflict = _CONFLICT.search(reason)
        super().__init__(
            "the field {field} of {table} is of type {there} in the database, and {sent} here".format(
                **conflict.groupdict()
            )
            if conflict
            else reason
        )

    @property
    def is_too_old(self) -> bool:
        """Whether the rows are older than the bucket keeps, rather than too far ahead or wrong."""
        told = self.reason.lower()
        return "retention policy" in told and "upper bound" not in told

    @property
    def may_pass(self) -> bool:
        """Whether it is about what the database does meanwhile."""
        return "pending deletion" in self.reason

    @property
    def dropped(self) -> int | None:
        """Number of points that were not taken, all for this reason; None where it is not told."""
        counts = _DROPPED.findall(self.reason)
        return int(counts[-1]) if counts else None


def database_advice(reason: str) -> str:
    """What to do about a reason for which rows were refused."""
    if " in the database, and " in reason:
        return "Another program wrote that field first: delete it there, or choose another influxdb.bucket."
    return "Correct what the database names."


def connection_advice(reason: str) -> str:
    """What to do about a reason for which nothing is taken or answered."""
    if reason.startswith("401"):
        return "Set influxdb.token to a token that the database knows."
    if reason.startswith("403") or "insufficient permissions" in reason:
        return "Set influxdb.token to a token that may read and write the bucket."
    if reason.startswith("404"):
        return "Create the bucket, or set influxdb.bucket and influxdb.organisation to those there are."
    if any(words in reason for words in ("database not found", "no dbrp mapping", "default retention policy not set")):
        return (
            "Create the bucket if it is missing; else let the token read it too,"
            " and map the database of its name to it with influx v1 dbrp create."
        )
    return "Start the database, and check influxdb.url and influxdb.ca_file."

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
    def dropped(self) -> int | None:
        """Number of points that were not taken, all for this reason; None where it is not told."""
        counts = _DROPPED.findall(self.reason)
        return int(counts[-1]) if counts else None


def database_advice(reason: str) -> str:
    """What to do about a reason for which rows were refused."""
    if " in the database, and " in reason:
        return "Another program wrote that field first: delete it there, or choose another influxdb.bucket."
    return "Correct what the database names."

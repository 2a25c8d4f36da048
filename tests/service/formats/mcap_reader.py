"""An MCAP file as the format's own library reads it."""

from __future__ import annotations

import json
from pathlib import Path

from mcap.reader import make_reader

from surefoot.analysis.model import Foot

Reading = tuple[int, list[float]]
"""Nanoseconds since 1970, and acceleration and angular rate in one list."""


def read_mcap(path: Path) -> dict[Foot, list[Reading]]:
    """Every message by foot, in order of time."""
    found: dict[Foot, list[Reading]] = {foot: [] for foot in Foot}
    with path.open("rb") as file:
        for schema, channel, message in make_reader(file).iter_messages():
            assert schema is not None
            assert (schema.encoding, channel.message_encoding) == ("jsonschema", "json")
            body = json.loads(message.data)
            values = [body[name][axis] for name in ("acc_mps2", "gyr_radps") for axis in "xyz"]
            found[Foot(channel.topic.removeprefix("/"))].append((message.log_time, values))
    return found

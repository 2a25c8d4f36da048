"""The checksum that a JSON file of a run carries in itself."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any


def checksum_of(fields: Mapping[str, Any]) -> str:
    """CRC-32 of all fields but `checksum`, in hexadecimal digits."""
    text = json.dumps({key: fields[key] for key in fields if key != "checksum"}, sort_keys=True)
    return f"{zlib.crc32(text.encode()):08x}"

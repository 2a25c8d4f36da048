"""The gateways that may hand recordings to this service: a key for each, of which only a hash is kept."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from surefoot.sensor_ingest.recording.private_files import make_private_folder, private_opener
from surefoot.service.errors.gateways import GatewayKeysError, GatewayNameError, GatewayUnknownError

FILE_NAME = "gateways.json"
KEY_BYTES = 32
"""Of chance; no delay is needed against guessing, and no slow hash."""
NAME = re.compile(r"(?!phone-)[a-z0-9][a-z0-9-]{0,31}")
"""Of a gateway; it becomes the name of a folder. Phones, which have no key, are called `phone-…`."""


@dataclass(frozen=True, slots=True)
class GatewayKey:
    """What is kept of a gateway's key."""

    name: str
    created_utc: datetime
    sha256: str


class GatewayKeys:
    """The keys in a data folder, read anew each time, so that a revoked one is refused at once."""

    def __init__(self, data: Path) -> None:
        self._path = data / FILE_NAME

    def known(self) -> list[GatewayKey]:
        """All keys, by name.

        Raises
        ------
        GatewayKeysError
            if the file cannot be read.
        """
        return [
            GatewayKey(name, datetime.fromisoformat(kept["created_utc"]), kept["sha256"])
            for name, kept in sorted(self._read().items())
        ]

    def add(self, name: str) -> str:
        """Make a key for a gateway, in the place of the one it had; the key, which cannot be told again.

        Raises
        ------
        GatewayNameError, GatewayKeysError
            if that is no name for a gateway, or the file cannot be written.
        """
        if not NAME.fullmatch(name):
            raise GatewayNameError(name)
        key, now = secrets.token_urlsafe(KEY_BYTES), datetime.fromtimestamp(time.time(), UTC)
        self._write({**self._read(), name: {"created_utc": now.isoformat(timespec="seconds"), "sha256": _hash(key)}})
        return key

    def revoke(self, name: str) -> None:
        """Forget a gateway's key; what it sent stays.

        Raises
        ------
        GatewayUnknownError, GatewayKeysError
            if there is none, or the file cannot be written.
        """
        kept = self._read()
        if name not in kept:
            raise GatewayUnknownError(name, sorted(kept))
        self._write({each: kept[each] for each in kept if each != name})

    def gateway_of(self, key: str) -> str | None:
        """The gateway that a key belongs to; None if it is not known."""
        given = _hash(key)
        return next((each.name for each in self.known() if hmac.compare_digest(each.sha256, given)), None)

    def _read(self) -> dict[str, Mapping[str, Any]]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
            for kept in found.values():
                datetime.fromisoformat(kept["created_utc"])
                bytes.fromhex(kept["sha256"])
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise GatewayKeysError(self._path, error.strerror or type(error).__name__) from error
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise GatewayKeysError(self._path, "it is damaged; delete it and make the keys anew") from error
        return dict(found)

    def _write(self, kept: Mapping[str, Mapping[str, Any]]) -> None:
        fresh = self._path.with_name(f"{FILE_NAME}.new")
        try:
            make_private_folder(self._path.parent)
            with open(fresh, "w", encoding="utf-8", opener=private_opener) as file:
                file.write(json.dumps(kept, indent=1) + "\n")
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)
        except OSError as error:
            raise GatewayKeysError(self._path, error.strerror or type(error).__name__) from error


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()

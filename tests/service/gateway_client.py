"""Requests to the interface of gateways, as a program or a page sends them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import Any

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.recording.entries import EndEntry, Entry, EventEntry, EventKind
from surefoot.sensor_ingest.recording.frames import encode_frame
from surefoot.sensor_ingest.recording.journal import MAGIC
from surefoot.sensor_ingest.recording.manifest import Manifest, PodAssignment

RUN = "20260102T030405Z-0000abcd"
PODS = (PodAssignment("SF-L-0001", Foot.LEFT, "anna"), PodAssignment("SF-R-0001", Foot.RIGHT, "anna"))
MANIFEST = Manifest(RUN, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "surefoot test", PODS)
WAIT_S = 20.0


def journal_bytes(entries: int = 2000) -> bytes:
    """A journal of as many events and an end."""
    events: list[Entry] = [
        EventEntry(each % 2, each / 10.0, EventKind.BATTERY, float(each % 100)) for each in range(entries)
    ]
    return MAGIC + b"".join(encode_frame(each) for each in [*events, EndEntry(entries / 10.0)])


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and parsed body of an answer."""

    status: int
    fields: Any


@dataclass(frozen=True, slots=True)
class GatewayClient:
    """Asks a wall on this computer, each request over a connection of its own."""

    port: int
    key: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: bytes | None = None) -> Answer:
        """Send a request."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=WAIT_S)
        authorization = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        try:
            with suppress(BrokenPipeError):  # a refusal may come before all of the body is sent
                connection.request(method, path, body, {**authorization, **self.headers})
            answer = connection.getresponse()
            return Answer(answer.status, json.loads(answer.read()))
        finally:
            connection.close()

    def begin(self, manifest: Manifest = MANIFEST) -> Answer:
        """Send a manifest."""
        return self.ask("POST", "/gateway/runs", manifest.to_json().encode())

    def put(self, offset: int, data: bytes, run: str = RUN) -> Answer:
        """Send a piece of the journal."""
        return self.ask("PUT", f"/gateway/runs/{run}/journal?offset={offset}", data)

    def state(self, run: str = RUN) -> Answer:
        """Ask how far a part has come."""
        return self.ask("GET", f"/gateway/runs/{run}")

    def end(self, run: str = RUN) -> Answer:
        """Tell that nothing more comes."""
        return self.ask("POST", f"/gateway/runs/{run}/end")

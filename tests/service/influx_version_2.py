"""A real InfluxDB 2.x, where there is one: Debian has none, so its program is named by the variable INFLUXD_2."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any

import pytest

from tests.service.servers import START_S, Server

VARIABLE = "INFLUXD_2"
ADMINISTRATOR = "administrators-token"


class InfluxServer2(Server):
    """InfluxDB 2.x with the organisation and the bucket `surefoot`, mapped as in the compose."""

    @property
    def url(self) -> str:
        """As the settings want it."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        program = os.environ.get(VARIABLE)
        if program is None:
            pytest.skip(f"{VARIABLE} names no InfluxDB 2.x")
        self.folder.mkdir(parents=True, exist_ok=True)
        paths = [f"--{name}-path={self.folder / name}" for name in ("bolt", "sqlite", "engine")]
        listens = f"--http-bind-address=127.0.0.1:{self.port}"
        self._spawn(program, *paths, listens, "--reporting-disabled", port=self.port)
        owner = {"username": "surefoot", "password": "test-password", "token": ADMINISTRATOR}
        made = self.told("/api/v2/setup", {**owner, "org": "surefoot", "bucket": "surefoot"})
        self.organisation, self.bucket = made["org"]["id"], made["bucket"]["id"]
        mapped = {"database": "surefoot", "retention_policy": "autogen", "default": True}
        self.told("/api/v2/dbrps", {**mapped, "bucketID": self.bucket, "orgID": self.organisation})

    def told(self, path: str, body: dict[str, Any]) -> Any:
        """The answer to a request of the administrator."""
        status, answer = self.answer(path, json.dumps(body).encode(), ADMINISTRATOR)
        assert status == 201, answer
        return json.loads(answer)

    def answer(self, path: str, body: bytes | None, token: str) -> tuple[int, bytes]:
        """Status and body of an answer."""
        request = urllib.request.Request(f"{self.url}{path}", body, {"Authorization": f"Token {token}"})
        try:
            with urllib.request.urlopen(request, timeout=START_S) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def token(self, rights: Sequence[str], *buckets: str) -> str:
        """A token for one bucket, as the compose makes them, or for several."""
        rights_told = [
            {"action": right, "resource": {"type": "buckets", "id": bucket, "orgID": self.organisation}}
            for right in rights
            for bucket in buckets or (self.bucket,)
        ]
        made = self.told("/api/v2/authorizations", {"orgID": self.organisation, "permissions": rights_told})
        return str(made["token"])

    def bucket_that_keeps(self, name: str, days: int) -> str:
        """Makes a bucket; its id."""
        rule = {"type": "expire", "everySeconds": 86_400 * days}
        made = self.told("/api/v2/buckets", {"orgID": self.organisation, "name": name, "retentionRules": [rule]})
        return str(made["id"])

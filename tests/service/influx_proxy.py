"""A proxy before a real InfluxDB 1.6 that lies, or answers as 2.9.1 does: an imitation, after its source."""

from __future__ import annotations

import gzip
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Self

Answer = tuple[int, bytes]
HTML = b"<!doctype html><title>Welcome to the guest network</title>"
SWALLOWED = 0
"""Status of an answer that never comes."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the database is to be asked; `lines` are those to write."""

    url: str
    headers: Mapping[str, str]
    body: bytes | None

    @property
    def is_write(self) -> bool:
        return "/write" in self.url

    @property
    def lines(self) -> list[str]:
        return gzip.decompress(self.body or b"").decode().splitlines() if self.is_write else []

    def of(self, lines: list[str]) -> Request:
        """The same with other lines."""
        return replace(self, body=gzip.compress("\n".join(lines).encode()))

    def answer(self) -> Answer:
        """What the database says."""
        names = ("Authorization", "Content-Encoding", "Content-Type")
        kept = {name: self.headers[name] for name in names if name in self.headers}
        request = urllib.request.Request(self.url, self.body, kept, method="GET" if self.body is None else "POST")
        try:
            with urllib.request.urlopen(request, timeout=10.0) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


class InfluxProxy:
    """Answers with `lie` instead of the database; `requests` are those that came."""

    def __init__(self, url: str) -> None:
        self.lie: Callable[[Request], Answer] = Request.answer
        self.requests: list[Request] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler(url))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self, url: str) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(None)

            def do_POST(self) -> None:
                self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

            def _answer(self, body: bytes | None) -> None:
                request = Request(url + self.path, dict(self.headers), body)
                proxy.requests.append(request)
                status, told = proxy.lie(request)
                if status == SWALLOWED:
                    return
                self.send_response(status)
                self.send_header("Content-Length", str(len(told)))
                self.end_headers()
                self.wfile.write(told)

            def log_message(self, *_: object) -> None:
                """Be silent."""

        return Handler


def to_writes(answer: Answer) -> Callable[[Request], Answer]:
    """Answer writes without the database; it gets what else is asked."""
    return lambda request: answer if request.is_write else request.answer()


def keeping_from(oldest_ns: int) -> Callable[[Request], Answer]:
    """A database that keeps nothing older, to the nanosecond."""

    def answer(request: Request) -> Answer:
        kept = [line for line in request.lines if int(line.rpartition(" ")[2]) >= oldest_ns]
        dropped = len(request.lines) - len(kept)
        if dropped == 0:
            return request.answer()
        if kept:
            request.of(kept).answer()
        return 400, json.dumps({"error": f"partial write: points beyond retention policy dropped={dropped}"}).encode()

    return answer


@dataclass(frozen=True, slots=True)
class Version2:
    """The database's answers as 2.9.1 words them, and those of what a 1.6 does not have.

    Parameters
    ----------
    knows_token, may_write, may_read : what the token is good for.
    has_organisation, has_bucket, is_mapped : whether these are there; the bucket by the name of a database.
    is_deleting : whether it is about to delete what it no longer keeps.
    """

    knows_token: bool = True
    may_write: bool = True
    may_read: bool = True
    has_organisation: bool = True
    has_bucket: bool = True
    is_mapped: bool = True
    is_deleting: bool = False

    def __call__(self, request: Request) -> Answer:
        """The answer to a request."""
        if not self.knows_token:
            return _refusal(401, "unauthorized", "unauthorized access" if request.is_write else "Unauthorized")
        return self._written(request) if request.is_write else self._asked(request)

    def _written(self, request: Request) -> Answer:
        if not self.has_organisation:
            return _refusal(404, "not found", 'organization name "surefoot" not found')
        if not self.has_bucket:
            return _refusal(404, "not found", 'bucket "surefoot" not found')
        if not self.may_write:
            return _refusal(403, "forbidden", "insufficient permissions for write")
        if self.is_deleting:
            return _unprocessable(f"shard 7 is pending deletion dropped={len(request.lines)}")
        status, body = request.answer()
        if status != 400:
            return status, body
        told = str(json.loads(body)["error"]).removeprefix("partial write: ")
        if not told.startswith("points beyond retention policy"):
            return _unprocessable(told)
        dropped = told.rpartition("=")[2]
        bound = f"outside retention policy of duration 720h0m0s - {OLDEST}, {NEWEST}"
        where = "for database: 0f0e0d for retention policy: autogen"
        return _unprocessable(f"dropped {dropped} points {bound} dropped={dropped} {where}")

    def _asked(self, request: Request) -> Answer:
        if self.may_read and self.has_bucket and self.is_mapped:
            status, told = request.answer()
            return status, told if request.body is None else b"{}\n"  # of what was deleted it says nothing
        is_alone = ";" not in urllib.parse.unquote_plus(request.url)
        error = "database not found: surefoot" if is_alone else "not executed"
        return 200, json.dumps({"results": [{"statement_id": 0, "error": error}]}).encode()


_BOUND = "dropped because it violates a Retention Policy Lower Bound at 2026-10-31T00:00:00Z"
OLDEST = f"oldest point strides,foot=left,run=x at 2026-01-02T03:04:05Z {_BOUND}"
NEWEST = f"newest point strides,foot=left,run=x at 2026-01-02T03:05:05Z {_BOUND}"


def _unprocessable(told: str) -> Answer:
    message = f"failure writing points to database: partial write: {told}"
    return _refusal(422, "unprocessable entity", message)


def _refusal(status: int, code: str, message: str) -> Answer:
    return status, json.dumps({"code": code, "message": message}).encode()

"""A proxy before a real InfluxDB that lies, or speaks like 2.x."""

from __future__ import annotations

import gzip
import json
import urllib.error
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


def like_version_2(request: Request) -> Answer:
    """The database's answer as 2.x words it."""
    status, body = request.answer()
    if not request.is_write or status != 400:
        return status, body
    message = f"failure writing points to database: {json.loads(body)['error']}"
    return 422, json.dumps({"code": "unprocessable entity", "message": message}).encode()


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

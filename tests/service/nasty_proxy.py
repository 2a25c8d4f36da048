"""A network between a gateway and its service at its worst: requests twice, late, out of order, without an answer."""

from __future__ import annotations

import random
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

TWICE, UNANSWERED, LATE = 0.10, 0.05, 0.05
"""Shares of the requests that are sent again later, that are not answered, and that come after later ones."""
TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Sent:
    """A request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class NastyProxy:
    """Passes on requests to a port of this computer while entered; with TLS where the client comes from."""

    def __init__(self, to_port: int, tls: ssl.SSLContext, seed: int = 1) -> None:
        self._to_port = to_port
        self._rng = random.Random(seed)
        self._lock = threading.Lock()
        self._later: list[Sent] = []
        self.requests = self.repeated = 0
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                answer = proxy.take(Sent(self.command, self.path, dict(self.headers), body))
                if answer is None:
                    self.close_connection = True
                    return
                self.send_response(answer[0])
                self.send_header("Content-Length", str(len(answer[1])))
                self.end_headers()
                self.wfile.write(answer[1])

            do_GET = do_POST = do_PUT = _pass_on  # noqa: N815  # the names that the base class calls

            def log_message(self, *_: object) -> None:
                """Stay quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._server.daemon_threads = True
        self.port = self._server.server_port

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, request: Sent) -> tuple[int, bytes] | None:
        """What comes back for a request; None where nothing does."""
        with self._lock:
            self.requests += 1
            fate = self._rng.random()
            if fate < TWICE + LATE:
                self._later.append(request)
            if fate < TWICE:
                self.repeated += 1
            answer = None if TWICE <= fate < TWICE + LATE else self._ask(request)
            if self._later and self._rng.random() < TWICE + LATE:
                self._ask(self._later.pop(self._rng.randrange(len(self._later))))
            return None if TWICE + LATE <= fate < TWICE + LATE + UNANSWERED else answer

    def deliver_late(self) -> None:
        """Deliver what is still on the way."""
        with self._lock:
            self._rng.shuffle(self._later)
            for request in self._later:
                self._ask(request)
            self._later.clear()

    def _ask(self, request: Sent) -> tuple[int, bytes] | None:
        connection = HTTPConnection("127.0.0.1", self._to_port, timeout=TIMEOUT_S)
        with suppress(OSError, HTTPException):
            connection.request(request.method, request.path, request.body, request.headers)
            answer = connection.getresponse()
            found = answer.status, answer.read()
            connection.close()
            return found
        connection.close()
        return None

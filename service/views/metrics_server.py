"""Serves the metrics on a loopback port of their own, without a password: they name nobody."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from surefoot.service.errors.store import StoreError
from surefoot.service.serialization.prometheus import CONTENT_TYPE

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
PATH = "/metrics"
REQUEST_TIMEOUT_S = 5.0
HOST_NAMES = frozenset({LOOPBACK, "localhost"})
"""A page elsewhere that gives its own name this address must not read what is served here."""

ReadMetrics = Callable[[], str]


@contextmanager
def metrics_server(read_metrics: ReadMetrics, port: int) -> Iterator[str | None]:
    """Serve while entered; yields the address, None where the port cannot be used, which is logged.

    Parameters
    ----------
    port : 0 for any that is free.
    """
    try:
        server = _Server((LOOPBACK, port), read_metrics)
    except OSError as error:
        log.warning("No metrics are served: port %d cannot be used (%s); set metrics.port.", port, error.strerror)
        yield None
        return
    thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.server_port}{PATH}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], read_metrics: ReadMetrics) -> None:
        super().__init__(address, _Handler)
        self.read_metrics = read_metrics

    def handle_error(self, *_: object) -> None:
        """Log instead of printing a traceback: a client that hangs up is no event."""
        log.debug("A request for metrics failed.", exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    timeout = REQUEST_TIMEOUT_S
    server: _Server

    def do_GET(self) -> None:
        """Answer with the metrics."""
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        if host not in HOST_NAMES:
            self._answer(HTTPStatus.BAD_REQUEST, "ask by the name localhost\n")
        elif self.path.partition("?")[0] != PATH:
            self._answer(HTTPStatus.NOT_FOUND, f"metrics are at {PATH}\n")
        else:
            self._answer_metrics()

    def _answer_metrics(self) -> None:
        try:
            self._answer(HTTPStatus.OK, self.server.read_metrics())
        except StoreError as error:
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, f"{error}\n")

    def _answer(self, status: HTTPStatus, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", CONTENT_TYPE)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 – the name of the base class
        """Scrapes are no events."""

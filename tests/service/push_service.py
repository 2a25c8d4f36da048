"""A push service of a browser's maker, which keeps what it is sent; it cannot read it."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

from tests.service.certificate import self_signed, server_tls


class PushService:
    """Takes messages over HTTPS; `answers` has the status of the next ones, 201 is said after."""

    def __init__(self, folder: Path) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.cert, key = self_signed(folder)
        server = self

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = server.answers.pop(0) if server.answers else 201
                if status == 201:
                    server.got.append((dict(self.headers.items()), body))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self._http.socket = server_tls(self.cert, key).wrap_socket(self._http.socket, server_side=True)
        self.endpoint = f"https://127.0.0.1:{self._http.server_port}/push/1"
        self._thread = threading.Thread(target=self._http.serve_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

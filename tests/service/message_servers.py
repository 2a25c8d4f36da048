"""Servers of messages on this computer: SMTP by aiosmtpd, and one that answers as ntfy does."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.service.servers import START_S, free_port

SENDER = "surefoot@club.example"
USER, PASSWORD = "surefoot", "correct horse"


class MailServer:
    """A mail server that keeps what it takes; `refused` is address → what it answers for it.

    Parameters
    ----------
    tls : with it, mail is taken after STARTTLS alone, from somebody who has signed in.
    """

    def __init__(self, port: int | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.port = port or free_port()
        self.got: list[EmailMessage] = []
        self.refused: dict[str, str] = {}
        self._tls = tls

    def __enter__(self) -> Self:
        secured: dict[str, Any] = {}
        if self._tls is not None:
            secured = {"tls_context": self._tls, "require_starttls": True, "auth_required": True}
        self._controller = Controller(
            self,
            hostname="127.0.0.1",
            port=self.port,
            authenticator=self._authenticated,
            ready_timeout=START_S,
            **secured,
        )
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @property
    def settings(self) -> Mapping[str, Any]:
        """Of somebody who sends by it."""
        return {"smtp_host": "127.0.0.1", "smtp_port": self.port, "smtp_security": "none", "sender": SENDER}

    def _authenticated(self, _s: SMTP, _n: Session, _e: Envelope, _m: str, given: Any) -> AuthResult:
        right = isinstance(given, LoginPassword) and given == LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False)

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        found = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(found, EmailMessage)
        self.got.append(found)
        return "250 OK"


class NtfyServer:
    """Takes messages as ntfy does; `answers` has the status of the next ones."""

    def __init__(self) -> None:
        self.got: list[tuple[str, dict[str, Any]]] = []
        self.answers: list[int] = []
        server = self

        class Answering(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                known = self.headers.get("Authorization") == "Bearer tk_right"
                self._answer(401 if self.path == "/v1/account" and not known else 200)

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status = server.answers.pop(0) if server.answers else 200
                if status == 200:
                    server.got.append((self.headers.get("Authorization", ""), body))
                self._answer(status)

            def _answer(self, status: int) -> None:
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

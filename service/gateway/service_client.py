"""The service as a gateway sees it, over HTTP or HTTPS."""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from surefoot.service.errors import strip_errno
from surefoot.service.errors.gateways import GatewayCertificateError, ServiceRefusedError, ServiceUnreachableError
from surefoot.service.gateway.http_connection import HttpConnection, NoHttpError

TIMEOUT_S = 15.0
"""For each answer; the service itself waits 10 s for a request."""
MAKE_KEY = "make one with surefoot gateway key NAME on its computer, and set gateway.key here"


@dataclass(frozen=True, slots=True)
class Received:
    """What the service has of a run: bytes of its journal, safe on disk, and whether it takes it for complete."""

    received: int
    ended: bool
    forgotten: bool = False
    """Whether it is of runners who are forgotten there, so that it is to be deleted here."""


class ServiceClient:
    """Hands runs to a service; one connection is kept open. Every request may be sent again.

    Parameters
    ----------
    url : of the service's wall.
    ca_file : authority of its certificate; None for those of the system.

    Raises
    ------
    GatewayCertificateError
        if the authority cannot be read.
    """

    def __init__(self, url: str, key: str, ca_file: Path | None = None) -> None:
        self.url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {quote(key)}"}
        tls = _tls(ca_file) if url.startswith("https:") else None
        self._connection = HttpConnection(self.url, tls, TIMEOUT_S)

    def begin(self, manifest: str) -> Received:
        """Tell of a run, or of its new date."""
        return _received(self._ask("POST", "/gateway/runs", manifest.encode()))

    def is_forgotten(self, manifest: str) -> bool:
        """Whether all runners of a run are forgotten; an older service does not know."""
        try:
            return bool(self._ask("POST", "/gateway/forgotten", manifest.encode()).get("forgotten"))
        except ServiceRefusedError as refusal:
            if refusal.status not in (404, 405):
                raise
            return False

    def append(self, run: str, offset: int, data: bytes) -> Received:
        """Hand over bytes of a run's journal."""
        return _received(self._ask("PUT", f"/gateway/runs/{run}/journal?offset={offset}", data))

    def end(self, run: str) -> Received:
        """Tell that nothing more comes."""
        return _received(self._ask("POST", f"/gateway/runs/{run}/end"))

    def check(self) -> None:
        """Ask for a run that nobody has; ServiceRefusedError or ServiceUnreachableError if that does not work."""
        try:
            self._ask("GET", "/gateway/runs/probe")
        except ServiceRefusedError as refusal:
            if refusal.status != 404:
                raise

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        self._connection.close()

    def _ask(self, method: str, path: str, body: bytes = b"") -> dict[str, Any]:
        """Send a request, over a new connection where the kept one was closed meanwhile."""
        was_open = self._connection.is_open
        try:
            return self._answer(method, path, body)
        except (OSError, NoHttpError) as error:
            if was_open and not isinstance(error, TimeoutError):
                return self._ask(method, path, body)
            raise self._unreachable(error) from error

    def _answer(self, method: str, path: str, body: bytes) -> dict[str, Any]:
        answer = self._connection.ask(method, path, self._headers, body)
        fields = _fields(answer.body)
        if answer.status == 200 and fields is not None:
            return fields
        received = None if fields is None else fields.get("received")
        raise ServiceRefusedError(answer.status, self._sentence(answer.status, fields), received)

    def _sentence(self, status: int, fields: dict[str, Any] | None) -> str:
        if status == 401 and fields is not None:
            return f"{self.url} refuses the key; {MAKE_KEY}."
        if fields is None or "error" not in fields:
            return f"what answers at {self.url} is no surefoot service (HTTP {status}); correct gateway.url."
        return f"{self.url}: {fields['error']}"

    def _unreachable(self, error: OSError | NoHttpError) -> ServiceUnreachableError:
        if isinstance(error, ssl.SSLCertVerificationError):
            advice = "name its authority with gateway.ca_file, and the name in the certificate in gateway.url"
            return ServiceUnreachableError(self.url, f"its certificate is not trusted: {error.verify_message}", advice)
        reason = strip_errno(str(error)) or type(error).__name__
        return ServiceUnreachableError(self.url, reason, "see whether surefoot serve runs there, and for the network")


def _tls(ca_file: Path | None) -> ssl.SSLContext:
    """TLS that trusts one authority, or those of the system: each is read when needed, as all of them take 2 MB."""
    folder = ssl.get_default_verify_paths().capath
    try:
        if ca_file is None and folder is not None and any(Path(folder).glob("*.0")):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.load_verify_locations(capath=folder)
            return context
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise GatewayCertificateError(ca_file, error.strerror or str(error)) from error


def _fields(text: bytes) -> dict[str, Any] | None:
    """The answer's JSON; None if it is none."""
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return fields if isinstance(fields, dict) else None


def _received(fields: dict[str, Any]) -> Received:
    return Received(int(fields["received"]), bool(fields["ended"]), bool(fields.get("forgotten")))

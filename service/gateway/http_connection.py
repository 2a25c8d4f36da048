"""One kept connection that speaks HTTP/1.1, as much of it as a gateway needs.

`http.client` does the same, but loads what reads mail with it: a megabyte of the 45 that a gateway may take.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from ssl import SSLContext
from typing import BinaryIO
from urllib.parse import urlsplit

MAX_LINE_BYTES, MAX_HEADERS, MAX_BODY_BYTES = 8192, 100, 65_536
"""Of an answer; one with more is of somebody else."""
_STATUS = re.compile(rb"HTTP/1\.([01]) (\d{3})\b")


class NoHttpError(Exception):
    """What came back is no answer in HTTP/1.1, or not whole."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status and body of an answer."""

    status: int
    body: bytes


class HttpConnection:
    """Asks a server; opened by the first request, kept while the server keeps it.

    Parameters
    ----------
    url : of the server, with a path that comes before that of every request.
    tls : for HTTPS; None for HTTP.
    timeout_s : for connecting, and for each piece that is sent or received.
    """

    def __init__(self, url: str, tls: SSLContext | None, timeout_s: float) -> None:
        parts = urlsplit(url)
        self._name, self._port = parts.hostname or "", parts.port or (80 if tls is None else 443)
        self._host = parts.netloc.rpartition("@")[2]
        self._path = parts.path
        self._tls = tls
        self._timeout_s = timeout_s
        self._socket: socket.socket | None = None

    @property
    def is_open(self) -> bool:
        """Whether the last request left the connection open."""
        return self._socket is not None

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> HttpAnswer:
        """Send a request and wait for its answer; OSError or NoHttpError, and a closed connection, where none comes."""
        all_headers = {"Host": self._host, "Content-Length": str(len(body)), **headers}
        lines = [f"{method} {self._path}{path} HTTP/1.1", *(f"{name}: {value}" for name, value in all_headers.items())]
        try:
            self._socket = self._socket or self._connect()
            self._socket.sendall("\r\n".join([*lines, "", ""]).encode() + body)
            with self._socket.makefile("rb") as stream:
                answer, is_kept = _read_answer(stream)
        except (OSError, NoHttpError):
            self.close()
            raise
        if not is_kept:
            self.close()
        return answer

    def _connect(self) -> socket.socket:
        connected = socket.create_connection((self._name, self._port), self._timeout_s)
        try:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connected if self._tls is None else self._tls.wrap_socket(connected, server_hostname=self._name)
        except OSError:
            connected.close()
            raise


def _read_answer(stream: BinaryIO) -> tuple[HttpAnswer, bool]:
    """An answer, and whether the connection is kept."""
    status = _STATUS.match(_line(stream))
    if status is None:
        raise NoHttpError("no HTTP")
    headers = _read_headers(stream)
    if b"chunked" in headers.get(b"transfer-encoding", b""):
        body, is_whole = _read_chunks(stream), True
    else:
        length = headers.get(b"content-length", b"")
        body = stream.read(min(int(length), MAX_BODY_BYTES) if length.isdigit() else MAX_BODY_BYTES)
        is_whole = length.isdigit() and len(body) == int(length)
        if length.isdigit() and len(body) < min(int(length), MAX_BODY_BYTES):
            raise NoHttpError("the answer was cut off")
    is_kept = is_whole and status[1] == b"1" and headers.get(b"connection", b"") != b"close"
    return HttpAnswer(int(status[2]), body), is_kept


def _read_headers(stream: BinaryIO) -> dict[bytes, bytes]:
    headers: dict[bytes, bytes] = {}
    for _ in range(MAX_HEADERS):
        line = _line(stream).strip()
        if not line:
            return headers
        name, _, value = line.partition(b":")
        headers[name.strip().lower()] = value.strip().lower()
    raise NoHttpError("too many headers")


def _read_chunks(stream: BinaryIO) -> bytes:
    """A body in chunks, each behind a line with its length; a proxy may make them."""
    body = b""
    while True:
        length = _line(stream).partition(b";")[0].strip()
        if not re.fullmatch(rb"[0-9a-fA-F]{1,8}", length) or len(body) + int(length, 16) > MAX_BODY_BYTES:
            raise NoHttpError("impossible chunk")
        body += stream.read(int(length, 16))
        _line(stream)
        if not int(length, 16):
            return body


def _line(stream: BinaryIO) -> bytes:
    line = stream.readline(MAX_LINE_BYTES)
    if not line.endswith(b"\n"):
        raise NoHttpError("the answer was cut off")
    return line

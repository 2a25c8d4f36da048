"""What strangers without the password can do to the wall: its memory, its sockets and who is kept waiting."""

from __future__ import annotations

import math
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import IO

from surefoot.dashboards.wall.connections import MAX_WAIT_S
from tests.accuracy.report import Finding
from tests.wall.guarded import PASSWORD

MAX_GROWTH_MIB = 20.0
BODY_MIB = 600
WRONG_TRIES, HALF_OPEN, SILENT = 40, 300, 150
MAX_LOGIN_S, MAX_PAGE_S = 2.0, 2.0
SLACK_S = 3.0
"""Until a connection that is overdue must be gone."""
TIMEOUT_S = 120.0
HALVES = {
    "requests": b"GET /login HTTP/1.1\r\nHost: wall\r\nX-Slow: ",
    "handshakes": b"\x16\x03\x01\x02\x00\x01",
}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Target:
    """A wall in a process of its own."""

    port: int
    asks: IO[str]
    answers: IO[str]

    def highest_mib(self) -> float:
        """Resident memory at its highest since the last call."""
        print(file=self.asks, flush=True)
        return int(self.answers.readline()) / 1024.0

    def open(self) -> socket.socket:
        """A new connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT_S)

    def status(
        self, method: str = "GET", path: str = "/login", body: str | None = None, client: str | None = None
    ) -> int:
        """Status of the answer to one request; a proxy on this computer may ask for a client elsewhere."""
        headers = {**(FORM if body else {}), **({"X-Forwarded-For": client} if client else {})}
        return _status(HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S), method, path, body, headers)

    def secure_status(self) -> int:
        """The same over TLS, whoever answers."""
        anybody = ssl.create_default_context()
        anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
        link = HTTPSConnection("127.0.0.1", self.port, timeout=TIMEOUT_S, context=anybody)
        return _status(link, "GET", "/login", None, {})


def _status(link: HTTPConnection, method: str, path: str, body: str | None, headers: dict[str, str]) -> int:
    try:
        link.request(method, path, body, headers)
        return link.getresponse().status
    finally:
        link.close()


@contextmanager
def target(wait_s: float = MAX_WAIT_S, *certificate: str) -> Iterator[Target]:
    """A wall with a password while the context is open."""
    command = [sys.executable, "-m", "tests.wall.guarded", str(wait_s), *certificate]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        wall = Target(int(process.stdout.readline()), process.stdin, process.stdout)
        wall.highest_mib()
        yield wall
        process.stdin.close()


def findings(body_mib: int = BODY_MIB, wait_s: float = MAX_WAIT_S) -> Iterator[Finding]:
    """The attacks, one after the other, on one wall, and unfinished handshakes on one with TLS."""
    with target(wait_s) as wall:
        before_mib = wall.highest_mib()
        yield _held_up(wall)
        yield _half_open(wall, wait_s + SLACK_S, "requests", wall.status)
        for name, attack in ATTACKS.items():
            _at_once(partial(attack, wall, body_mib))
            page_s = _seconds_until(wall.status)
            yield Finding("wall", name, f"then a page in {page_s:.2f} s", f"≤ {MAX_PAGE_S:g} s", page_s <= MAX_PAGE_S)
        yield _growth(wall, before_mib)
    with TemporaryDirectory() as folder, target(wait_s, str(_certificate(Path(folder)))) as wall:
        before_mib = wall.highest_mib()
        yield _half_open(wall, wait_s + SLACK_S, "handshakes", wall.secure_status)
        yield _growth(wall, before_mib)


def _growth(wall: Target, before_mib: float) -> Finding:
    growth_mib = wall.highest_mib() - before_mib
    target_told = f"≤ +{MAX_GROWTH_MIB:g} MiB"
    return Finding("wall", "memory", f"+{growth_mib:.1f} MiB", target_told, growth_mib <= MAX_GROWTH_MIB)


def _certificate(folder: Path) -> Path:
    """A certificate with its key in one file."""
    file = folder / "wall.pem"
    made = "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost"
    subprocess.run([*made.split(), "-keyout", file, "-out", folder / "crt"], check=True, capture_output=True)
    file.write_text(file.read_text() + (folder / "crt").read_text())
    return file


def _held_up(wall: Target) -> Finding:
    """The right password behind many wrong ones from the same address."""
    wrong = [Thread(target=wall.status, args=("POST", "/login", f"password=wrong-{n}")) for n in range(WRONG_TRIES)]
    for each in wrong:
        each.start()
    time.sleep(0.1)
    right_s = _seconds(partial(wall.status, "POST", "/login", f"password={PASSWORD.replace(' ', '+')}"))
    for each in wrong:
        each.join()
    told = f"signed in after {right_s:.2f} s"
    return Finding("wall", f"{WRONG_TRIES} wrong passwords", told, f"≤ {MAX_LOGIN_S:g} s", right_s <= MAX_LOGIN_S)


def _half_open(wall: Target, patience_s: float, what: str, ask: Callable[[], object]) -> Finding:
    """Connections that begin to speak and do not go on; a page meanwhile."""
    with ExitStack() as stack:
        begun = [stack.enter_context(wall.open()) for _ in range(HALF_OPEN)]
        for each in begun:
            with suppress(OSError):
                each.sendall(HALVES[what])
        page_s = _seconds(ask)
        time.sleep(patience_s)
        standing = sum(_stands(each) for each in begun)
    told = f"{standing} stand after {patience_s:g} s, a page in {page_s:.2f} s"
    passed = standing == 0 and page_s <= MAX_PAGE_S
    return Finding("wall", f"{HALF_OPEN} half-open {what}", told, f"0, ≤ {MAX_PAGE_S:g} s", passed)


def _stands(link: socket.socket) -> bool:
    link.setblocking(False)
    try:
        return link.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def _endless_body(wall: Target, body_mib: int, *, head: bytes) -> None:
    """A login form that goes on for as long as it is taken."""
    piece = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    with wall.open() as link, suppress(OSError):
        link.sendall(b"POST /login HTTP/1.1\r\nHost: wall\r\nTransfer-Encoding: chunked\r\n" + head + b"\r\n")
        for _ in range(body_mib):
            link.sendall(piece)


def _long_head(wall: Target, body_mib: int, *, start: bytes) -> None:
    """A request line or a header without an end."""
    with wall.open() as link, suppress(OSError):
        link.sendall(start)
        for _ in range(body_mib):
            link.sendall(b"y" * 0x10000)


def _pipelined(wall: Target, body_mib: int) -> None:
    """Requests whose answers nobody reads."""
    with wall.open() as link, suppress(OSError):
        link.settimeout(2.0)
        for _ in range(body_mib):
            link.sendall(b"GET /assets/wall.js HTTP/1.1\r\nHost: wall\r\n\r\n" * 500)


def _many_sockets(wall: Target, _: int) -> None:
    """Connections that say nothing, more than there may be."""
    with ExitStack() as stack:
        for _ in range(SILENT):
            with suppress(OSError):
                stack.enter_context(wall.open())
        with suppress(OSError, HTTPException):
            wall.status()


def _wrong_passwords(wall: Target, _: int) -> None:
    for number in range(50):
        with suppress(OSError, HTTPException):
            wall.status("POST", "/login", f"password={number}")


ATTACKS: dict[str, Callable[[Target, int], None]] = {
    "forms without an end": partial(_endless_body, head=b""),
    "forms that wait to be asked": partial(_endless_body, head=b"Expect: 100-continue\r\n"),
    "a request line without an end": partial(_long_head, start=b"GET /"),
    "a header without an end": partial(_long_head, start=b"GET / HTTP/1.1\r\nX-Long: "),
    "pipelined requests": _pipelined,
    "silent connections": _many_sockets,
    "wrong passwords": _wrong_passwords,
}
AT_ONCE = 4


def _at_once(attack: Callable[[], None]) -> None:
    threads = [Thread(target=attack) for _ in range(AT_ONCE)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(TIMEOUT_S)


def _seconds_until(action: Callable[[], object]) -> float:
    """Until it succeeds: a wall that has just been full may turn somebody away before it has seen who left."""
    began_s = time.monotonic()
    while math.isinf(_seconds(action)) and time.monotonic() < began_s + TIMEOUT_S:
        time.sleep(0.05)
    return time.monotonic() - began_s


def _seconds(action: Callable[[], object]) -> float:
    began_s = time.monotonic()
    with suppress(OSError, HTTPException):
        action()
        return time.monotonic() - began_s
    return math.inf

"""Mangled requests to the wall, half of them signed in."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote_from_bytes

from surefoot.dashboards.wall.access import COOKIE_NAME, Password
from surefoot.dashboards.wall.hosting import WallServer
from surefoot.service.people.accounts import StoredAccounts
from tests.accuracy.report import Finding
from tests.dashboards.fake_source import FakeViewDataSource, eventful_runner
from tests.dashboards.runs import RUN

RUNNER = "anna"
PASSWORD = "correct horse"
COOKIE = b"@COOKIE@"
AT_ONCE = 32
WAIT_S, PAUSE_S = 2.0, 0.1
"""For the answer to what may be half a request, and for more of an answer, which is a stream that never ends."""
PATHS = (
    "/", f"/runner/{RUNNER}", "/events", f"/events?runner={RUNNER}", "/runs", f"/runs/{RUN.run_id}",
    f"/runs/{RUN.run_id}/runner/{RUNNER}", f"/runs/{RUN.run_id}/events?at=60&speed=10&runner={RUNNER}",
    f"/runs/{RUN.run_id}/report/{RUNNER}", f"/runs/{RUN.run_id}/export/{RUNNER}/fit",
    "/login", "/metrics", "/assets/wall.js", "/health", "/nothing",
)  # fmt: skip
FORM = "password=correct+house"
ANSWER = f"/runs/{RUN.run_id}/runner/{RUNNER}/pods/exchanged"

Mangled = Callable[[random.Random, bytes], bytes]


class Errors(logging.Handler):
    """Keeps what is logged as an error: nothing a stranger sends is one."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        self.told.append(f"{record.getMessage()} {record.exc_info[1]!r}" if record.exc_info else record.getMessage())


def requests(count: int, mangled: Mangled) -> Iterator[Finding]:
    """Send them, and look for what went wrong, for what a stranger saw, and whether the wall still answers."""
    password, source, errors = Password(PASSWORD), FakeViewDataSource(eventful_runner(RUNNER, 100.0)), Errors()
    logging.getLogger().addHandler(errors)
    try:
        with WallServer(source, accounts=StoredAccounts(Path("nowhere"), password)) as server:
            sender = Sender(server.port, password)
            asyncio.run(sender.send_all(count, mangled))
            alive = asyncio.run(sender.answer_to(b"GET /health HTTP/1.1\r\nHost: wall\r\n\r\n")).endswith(b"ok")
    finally:
        logging.getLogger().removeHandler(errors)
    failed = sender.statuses["5"] + len(errors.told)
    told = f"{failed} crashes, {_told(sender.statuses)}" + "".join(f"; {each}" for each in errors.told[:2])
    yield Finding("requests", f"{count} mangled", told, "0 crashes, it answers", not failed and alive)
    yield Finding("requests", "seen by strangers", f"{sender.seen} runners", "0", not sender.seen)


def _told(statuses: Counter[str]) -> str:
    words = {"2": "answered", "3": "sent elsewhere", "4": "refused", "": "without an answer"}
    return ", ".join(f"{statuses[status]} {word}" for status, word in words.items())


class Sender:
    """Sends requests and counts the answers by their status' first digit."""

    def __init__(self, port: int, password: Password) -> None:
        self.statuses: Counter[str] = Counter()
        self.seen = 0
        self._port = port
        self._password = password

    async def send_all(self, count: int, mangled: Mangled) -> None:
        """Send so many, a few at once."""
        rng, busy = random.Random(1), asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for place in range(count):
                await busy.acquire()
                task = group.create_task(self._send(_request(rng, mangled), signed_in=place % 2 == 0))
                task.add_done_callback(lambda _: busy.release())

    async def _send(self, request: bytes, *, signed_in: bool) -> None:
        cookie = f"{COOKIE_NAME}={self._password.new_cookie()}".encode() if signed_in else b""
        answer = await self.answer_to(request.replace(COOKIE, cookie))
        self.statuses[answer[9:10].decode("latin-1")] += 1
        self.seen += not signed_in and RUNNER.encode() in answer

    async def answer_to(self, request: bytes) -> bytes:
        """What comes of the answer until the wall pauses; empty where there is none."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(request)
        answer, wait_s = b"", WAIT_S
        with suppress(TimeoutError, OSError):
            while piece := await asyncio.wait_for(reader.read(1 << 16), wait_s):
                answer, wait_s = answer + piece, PAUSE_S
        writer.transport.abort()
        return answer


def _request(rng: random.Random, mangled: Mangled) -> bytes:
    """A request as a browser sends it, mangled: all of it, or one part, so that the rest is reached."""
    asked = [("GET", path, "") for path in PATHS]
    method, path, form = rng.choice([*asked, ("POST", "/login", FORM), ("POST", "/logout", ""), ("POST", ANSWER, "")])
    part, target, body = rng.choice(("all", "path", "path", "form")), path.encode(), form.encode()
    if part == "path":
        target = b"/" + quote_from_bytes(mangled(rng, target[1:]), safe="/?&=%.").encode()
    if part == "form":
        body = mangled(rng, body)
    head = f"Host: wall\r\nCookie: @COOKIE@\r\nAccept: */*\r\nContent-Length: {len(body)}\r\n\r\n"
    request = b"%s %s HTTP/1.1\r\n%s%s" % (method.encode(), target, head.encode(), body)
    return mangled(rng, request) if part == "all" else request

"""What was shown when a stream began ends with the right to see it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path

import pytest

from surefoot.dashboards.viewers import Role, Scope, Viewer
from surefoot.dashboards.wall.access import COOKIE_NAME, Password
from surefoot.dashboards.wall.hosting import WallServer
from surefoot.dashboards.wall.replay import runner_at
from surefoot.service.people.accounts import StoredAccounts
from tests.dashboards.fake_source import FakeViewDataSource
from tests.dashboards.runs import RUN, eventful
from tests.service.servers import wait

WORD = "correct horse"
WAYS = ("the share is taken back", "signed out", "the account is taken away")


@pytest.fixture
def accounts(tmp_path: Path) -> StoredAccounts:
    found = StoredAccounts(tmp_path, Password("open sesame"))
    found.add("carl", Role.COACH, WORD)
    for name in FakeViewDataSource().analysed_runs(RUN.run_id):
        found.add(f"{name}@home", Role.RUNNER, WORD, name)
        found.share(speaker(name), "carl", frozenset({Scope.RUNS, Scope.FINDINGS}))
    return found


def speaker(name: str) -> Viewer:
    return Viewer(f"{name}@home", name, Role.RUNNER, name)


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("path", ["/events", f"/runs/{RUN.run_id}/events?at=60&speed=1"], ids=["live", "replay"])
def test_an_open_stream_shows_no_more_than_may_be_seen(accounts: StoredAccounts, path: str, how: str) -> None:
    cookie = accounts.sign_in("carl", WORD, "laptop") or ""
    runners = list(FakeViewDataSource().analysed_runs(RUN.run_id))
    with (
        WallServer(FakeViewDataSource(runner_at(eventful(), 60.0)), accounts=accounts) as wall,
        closing(HTTPConnection("127.0.0.1", wall.port, timeout=60.0)) as link,
    ):
        link.request("GET", path, headers={"Cookie": f"{COOKIE_NAME}={cookie}"})
        heard: list[str] = []
        reading = threading.Thread(target=read, args=(link.getresponse(), heard))
        reading.start()
        wait(lambda: heard)
        if how == WAYS[0]:
            for name in runners:
                accounts.share(speaker(name), "carl", frozenset())
        elif how == WAYS[1]:
            accounts.end(cookie)
        else:
            accounts.remove("carl")
        if path == "/events" and how == WAYS[0]:
            wait(lambda: not shown(runners, heard[-1:]))  # what was on its way may still come
            count = len(heard)
            wait(lambda: len(heard) > count)
            assert not shown(runners, heard[count:])
        else:
            reading.join(60.0)
            assert not reading.is_alive()


def shown(runners: Sequence[str], heard: Sequence[str]) -> list[str]:
    """Runners that something heard names."""
    return [name for name in runners for each in heard if name in json.dumps(each)]


def read(answer: HTTPResponse, heard: list[str]) -> None:
    with suppress(OSError, HTTPException, ValueError, AttributeError):  # when the wall is closed
        for line in lines(answer):
            heard.append(line)  # as it comes


def lines(answer: HTTPResponse) -> Iterator[str]:
    while line := answer.readline():
        if line.strip():
            yield line.decode()

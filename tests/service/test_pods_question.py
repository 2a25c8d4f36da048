"""A button on the wall corrects a run whose pods were exchanged, for the wall's own pages alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.client import HTTPConnection
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from surefoot.dashboards.wall.hosting import WallServer
from surefoot.sensor_ingest.recording.run_folder import RunFolder, open_run
from surefoot.service.pipeline.reanalysis import analyze_run
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.runtime.exchange import exchange_pods
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader
from surefoot.service.store.tail import StoreTail
from surefoot.service.views.squad_state import StoredRuns
from surefoot.service.views.wall import Archive, WallDataSource
from tests.dashboards.accounts import owner
from tests.dashboards.browser import chromium, violations
from tests.service.stored_runs import exchanged, stored

RUNNER = "runner-1"
ASKED = "The pods may be exchanged"
PASSWORD = "open sesame"
HOST = "wall.example"
"""This computer as others see it: over plain HTTP from there, browsers say less about where a request is from."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(f"--host-resolver-rules=MAP {HOST} 127.0.0.1") as launched:
        yield launched


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


@pytest.fixture
def wrong(settings: Settings, rolled: DemoRun) -> RunFolder:
    """A run with the pods on each other's feet."""
    return open_run(stored(settings, rolled.run, pods=exchanged(rolled.run.manifest.pods)).path)


@pytest.fixture
def source(settings: Settings, wrong: RunFolder) -> Iterator[WallDataSource]:  # noqa: ARG001
    with StoreTail(settings.store_path) as tail:
        yield WallDataSource(StoredRuns(tail), Archive(settings.runs_folder, settings))


@pytest.fixture
def wall(source: WallDataSource) -> Iterator[WallServer]:
    with WallServer(source) as server:
        yield server


def report(run: RunFolder) -> str:
    return f"/runs/{run.manifest.run_id}/report/{RUNNER}"


def answer(run: RunFolder, worn: str = "exchanged") -> str:
    return f"/runs/{run.manifest.run_id}/runner/{RUNNER}/pods/{worn}"


def status(server: WallServer, path: str, **headers: str) -> int:
    """Status of an answer given with these headers."""
    link = HTTPConnection("127.0.0.1", server.port)
    link.request("POST", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    found = link.getresponse().status
    link.close()
    return found


def test_a_button_exchanges_the_feet_and_shows_the_corrected_report(
    wall: WallServer, page: Page, settings: Settings, wrong: RunFolder, rolled: DemoRun
) -> None:
    page.goto(f"http://127.0.0.1:{wall.port}{report(wrong)}")
    expect(page.locator("main")).to_contain_text(ASKED)
    assert violations(page) == []
    page.get_by_role("button", name="Exchange feet").click()
    expect(page.locator("main")).not_to_contain_text(ASKED)
    assert page.url.endswith(report(wrong))
    assert page.locator(".question").count() == 0
    planted = [(event, foot) for foot, truth in rolled.truth[RUNNER].items() for event in truth.inversion_events]
    assert page.locator("h3", has_text="Ankle roll").all_inner_texts() == [f"Ankle roll, {foot}" for _, foot in planted]
    corrected = open_run(wrong.path)
    assert corrected.manifest.pods == rolled.run.manifest.pods
    with StoreReader(settings.store_path) as reader:
        kept = reader.results(corrected.manifest.run_id, RUNNER)
    assert kept.windows == analyze_run(corrected, lambda *_: None).runners[RUNNER].results.windows


def test_only_who_is_signed_in_answers_and_is_not_asked_again(
    source: WallDataSource, page: Page, wrong: RunFolder
) -> None:
    with WallServer(source, accounts=owner(PASSWORD)) as server:
        own = f"http://{HOST}:{server.port}"
        assert status(server, answer(wrong, "as-named"), Host=f"{HOST}:{server.port}", Origin=own) == 303
        assert open_run(wrong.path) == wrong
        page.goto(f"{own}/login")
        page.fill("#password", PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.goto(f"{own}/runs/{wrong.manifest.run_id}/runner/{RUNNER}")
        assert violations(page) == []
        with page.expect_request("**/pods/as-named") as sent:
            page.get_by_role("button", name="They are as worn").click()
        assert "sec-fetch-site" not in sent.value.all_headers()
        expect(page.locator(".verdict")).not_to_contain_text(ASKED)
        assert page.url == own + report(wrong)
    kept = open_run(wrong.path).manifest
    assert (kept.pods, kept.sides_confirmed) == (wrong.manifest.pods, (RUNNER,))


def test_a_page_elsewhere_answers_nothing(wall: WallServer, page: Page, wrong: RunFolder) -> None:
    host = f"127.0.0.1:{wall.port}"
    page.route("http://elsewhere.example/", lambda route: route.fulfill(
        content_type="text/html", body=f'<form method="post" action="http://{host}{answer(wrong)}"><button>Win</button>'
    ))  # fmt: skip
    page.goto("http://elsewhere.example/")
    with page.expect_response(f"http://{host}{answer(wrong)}") as refused:
        page.get_by_role("button", name="Win").click()
    assert refused.value.status == 403
    sent = partial(status, wall, answer(wrong))
    assert sent() == 403
    assert sent(Origin="null") == 403
    assert sent(Origin="http://127.0.0.1:1") == 403
    assert sent(Origin=f"http://{host}", Sec_Fetch_Site="same-site") == 403
    assert sent(Host="elsewhere.example", Origin="http://elsewhere.example") == 400
    assert open_run(wrong.path) == wrong


def test_two_answers_are_one(wall: WallServer, settings: Settings, wrong: RunFolder, source: WallDataSource) -> None:
    own = f"http://127.0.0.1:{wall.port}"
    assert source.analysed_runs(wrong.manifest.run_id)[RUNNER].asks_whether_exchanged
    corrected = exchange_pods(wrong, RUNNER, settings)  # by a command, while a page with the buttons is open
    assert status(wall, answer(wrong), Origin=own) == 303
    assert open_run(wrong.path) == corrected


def test_a_run_in_progress_is_not_corrected(wall: WallServer, page: Page, wrong: RunFolder) -> None:
    going_on = RunFolder(wrong.path, replace(wrong.manifest, ended=False)).reassign(wrong.manifest.pods)
    page.goto(f"http://127.0.0.1:{wall.port}{report(wrong)}")
    expect(page.locator("main")).to_contain_text(ASKED)
    assert page.locator(".question").count() == 0
    assert status(wall, answer(wrong), Origin=f"http://127.0.0.1:{wall.port}") == 409
    assert open_run(wrong.path) == going_on


def test_what_is_not_asked_is_not_there(wall: WallServer, wrong: RunFolder) -> None:
    own = f"http://127.0.0.1:{wall.port}"
    assert status(wall, answer(wrong, "upside-down"), Origin=own) == 404
    assert status(wall, f"/runs/{wrong.manifest.run_id}/runner/nobody/pods/exchanged", Origin=own) == 404
    assert status(wall, f"/runs/nothing/runner/{RUNNER}/pods/exchanged", Origin=own) == 404

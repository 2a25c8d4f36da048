"""Links of messages and of runners, opened in a real browser from somebody else's page."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from surefoot.analysis.model import Foot
from surefoot.analysis.weeks.feeling import CheckIn, Pain, Place, When
from surefoot.dashboards.viewers import Role, Scope
from surefoot.dashboards.wall.access import Password
from surefoot.sensor_ingest.recording.run_folder import adopt_run
from surefoot.service.people.accounts import StoredAccounts
from surefoot.service.people.people import People
from surefoot.service.runtime.demo import DemoRun
from tests.dashboards.browser import SIZES, chromium, violations
from tests.service.people.test_diary import RUNNER, address
from tests.service.real_command import RealCommand

WORD = "correct horse"
WIDTH, HEIGHT = SIZES["phone"]


@pytest.fixture(scope="module")
def browser(demo: DemoRun) -> Iterator[Browser]:
    """A browser, started after what runs an event loop of its own."""
    assert demo is not None
    with chromium() as found:
        yield found


@contextmanager
def mailbox(link: str) -> Iterator[str]:
    """Address of a mailbox in the browser, which shows a message with a link; its site is not that of the wall."""

    class Shown(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f"<!doctype html><a href='{link}'>How do feet and legs feel?</a>".encode())

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Shown) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("javascript", [True, False])
def test_the_link_of_a_message_opens_the_diary_signed_in(
    tmp_path: Path, demo: DemoRun, browser: Browser, javascript: bool
) -> None:
    shutil.copytree(demo.run.path, tmp_path / "runs" / demo.run.path.name)
    accounts = StoredAccounts(tmp_path, Password("open sesame"))
    accounts.add("anna", Role.RUNNER, WORD, RUNNER)
    token = accounts.new_personal_link(RUNNER)
    settings = {"WALL_PASSWORD": "open sesame"}
    with RealCommand(tmp_path, "serve", "--port", "0", settings=settings) as serve:
        run = demo.run.manifest.run_id
        with mailbox(f"{address(serve)}link/{token}?run={run}") as mail:
            context = browser.new_context(
                viewport={"width": WIDTH, "height": HEIGHT}, java_script_enabled=javascript, service_workers="block"
            )
            page = context.new_page()
            page.goto(mail)
            page.get_by_role("link", name="How do feet and legs feel?").click()
            page.wait_for_url(f"**/diary/?runner={RUNNER}&run={run}")
            if javascript:
                expect(page.get_by_role("heading", name="Feet and legs?")).to_be_visible()
                page.get_by_role("button", name="Nothing", exact=True).click()
                expect(page.locator("#said")).to_contain_text("Nothing")
            context.close()


@pytest.mark.parametrize(("scope", "opened"), [(Scope.RUNS, f"runner/{RUNNER}/physio"), (Scope.FINDINGS, "")])
def test_the_link_for_a_physio_opens_their_page_signed_in_and_says_so_when_it_is_over(
    tmp_path: Path, demo: DemoRun, browser: Browser, scope: Scope, opened: str
) -> None:
    shutil.copytree(demo.run.path, tmp_path / "runs" / demo.run.path.name)
    accounts = StoredAccounts(tmp_path, Password("open sesame"))
    accounts.add("anna", Role.RUNNER, WORD, RUNNER)
    anna = accounts.viewer(accounts.sign_in("anna", WORD, "") or "")
    assert anna is not None
    token = accounts.new_link(anna, frozenset({scope}), 14)
    with RealCommand(tmp_path, "serve", "--port", "0", settings={"WALL_PASSWORD": "open sesame"}) as serve:
        wall = address(serve)
        with mailbox(f"{wall}link/{token}") as mail, mailbox(f"{wall}link/over") as old_mail:
            page = browser.new_page()
            page.goto(old_mail)
            page.get_by_role("link").click()
            expect(page.get_by_text("This link is over.")).to_be_visible()
            page.get_by_role("link", name="Go on").click()
            page.wait_for_url("**/login")
            page.goto(mail)
            page.get_by_role("link").click()
            page.wait_for_url(f"{wall}{opened}")
            expect(page.locator("h1")).to_be_visible()
            page.close()


def test_a_coach_reads_the_diary_of_who_said_something_and_changes_nothing_in_it(
    tmp_path: Path, demo: DemoRun, browser: Browser
) -> None:
    began, run = datetime.now(UTC), demo.run.manifest.run_id
    adopt_run(tmp_path / "runs", replace(demo.run.manifest, created_utc=began))
    pain = Pain(Foot.LEFT, Place.SHIN, 4)
    People(tmp_path).keep(RUNNER, CheckIn("c1", began, began.astimezone().date(), When.AFTER, (pain,), run=run))
    accounts = StoredAccounts(tmp_path, Password("open sesame"))
    accounts.add("anna", Role.RUNNER, WORD, RUNNER)
    accounts.add("carl", Role.COACH, WORD)
    anna = accounts.viewer(accounts.sign_in("anna", WORD, "") or "")
    assert anna is not None
    accounts.share(anna, "carl", frozenset({Scope.RUNS, Scope.PAIN_AND_PLAN}))
    with RealCommand(tmp_path, "serve", "--port", "0", settings={"WALL_PASSWORD": "open sesame"}) as serve:
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(f"{address(serve)}login")
        page.get_by_label("Name").fill("carl")
        page.get_by_label("Password").fill(WORD)
        page.keyboard.press("Enter")
        page.get_by_role("link", name="After training").click()
        expect(page.get_by_role("heading", name="After training")).to_be_visible()
        assert violations(page) == []
        page.get_by_role("listitem").get_by_role("link").click()
        expect(page.locator("#said")).to_contain_text("left shin 4 of 10")
        expect(page.get_by_role("button")).to_have_count(0)
        assert violations(page) == []
        page.close()

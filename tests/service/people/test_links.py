"""Links of messages and of runners, opened in a real browser from somebody else's page."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from surefoot.dashboards.viewers import Role, Scope
from surefoot.dashboards.wall.access import Password
from surefoot.service.people.accounts import StoredAccounts
from surefoot.service.runtime.demo import DemoRun
from tests.dashboards.browser import SIZES, chromium
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


def test_the_link_for_a_physio_opens_the_wall_signed_in_and_says_so_when_it_is_over(
    tmp_path: Path, browser: Browser
) -> None:
    accounts = StoredAccounts(tmp_path, Password("open sesame"))
    accounts.add("anna", Role.RUNNER, WORD, RUNNER)
    anna = accounts.viewer(accounts.sign_in("anna", WORD, "") or "")
    assert anna is not None
    token = accounts.new_link(anna, frozenset({Scope.RUNS}), 14)
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
            page.wait_for_url(wall)
            page.close()

"""The page of one's own account, in a real browser."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from surefoot.dashboards.viewers import Role, Scope, Viewer
from surefoot.dashboards.wall.access import Password
from surefoot.dashboards.wall.hosting import WallServer
from surefoot.service.people.accounts import StoredAccounts
from surefoot.service.settings import Settings
from surefoot.service.views.diary import Diary
from surefoot.service.views.history import RunnerHistory
from tests.dashboards.browser import SIZES, chromium, overflow_px, violations
from tests.dashboards.fake_source import FakeViewDataSource, eventful_runner

WORD, NEW = "correct horse", "battery staple"


def signed_in(page: Page, port: int, name: str, word: str = WORD) -> None:
    page.goto(f"http://127.0.0.1:{port}/login")
    page.fill("#name", name)
    page.fill("#password", word)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#pieces")).to_be_visible()


def test_a_runner_gives_takes_back_makes_a_link_and_changes_the_password(tmp_path: Path) -> None:
    accounts = StoredAccounts(tmp_path, Password("open sesame"))
    accounts.add("anna", Role.RUNNER, WORD, "anna")
    accounts.add("carl", Role.COACH, WORD)
    source = FakeViewDataSource(eventful_runner("anna", 100.0))
    width, height = SIZES["phone"]
    with WallServer(source, accounts=accounts) as server, chromium() as browser:
        anna, carl, somebody = (
            browser.new_context(viewport={"width": width, "height": height}).new_page() for _ in range(3)
        )
        signed_in(anna, server.port, "anna")
        signed_in(carl, server.port, "carl")
        expect(carl.locator("main")).not_to_contain_text("anna")
        anna.goto(f"http://127.0.0.1:{server.port}/account")
        given = anna.locator("form", has_text="carl, coach")
        given.get_by_label("runs").check()
        given.get_by_role("button", name="Save").click()
        expect(given).to_contain_text("since ")
        expect(carl.locator("main")).to_contain_text("anna")
        made = anna.locator("form", has_text="A link for somebody")
        made.get_by_label("runs").check()
        made.get_by_role("button", name="Make a link").click()
        told = anna.get_by_role("alert").inner_text()
        assert overflow_px(anna) == 0
        assert violations(anna) == []
        somebody.goto(told.split()[-1])
        expect(somebody.locator("main")).to_contain_text("anna")
        anna.get_by_label("Old").fill(WORD)
        anna.get_by_label("New").fill(NEW)
        anna.get_by_role("button", name="Change it").click()
        expect(anna.get_by_role("alert")).to_contain_text("The new password holds")
        given.get_by_label("runs").uncheck()
        given.get_by_role("button", name="Save").click()
        expect(carl.locator("main")).not_to_contain_text("anna")
    assert accounts.sign_in("anna", WORD, "") is None
    assert accounts.sign_in("anna", NEW, "") is not None


def test_who_speaks_for_a_runner_finds_the_pages_of_their_own_below_the_cards(tmp_path: Path) -> None:
    accounts = StoredAccounts(tmp_path, Password("open sesame"))
    accounts.add("anna", Role.RUNNER, WORD, "anna")
    accounts.add("carl", Role.COACH, WORD)
    accounts.add("olga", Role.PHYSIO, WORD)
    accounts.share(Viewer("anna", "anna", Role.RUNNER, "anna"), "olga", frozenset({Scope.PAIN_AND_PLAN}))
    settings = Settings(data=tmp_path)
    diary, history = Diary(settings, settings.runs_folder), RunnerHistory(settings, settings.runs_folder)
    source = FakeViewDataSource(eventful_runner("anna", 100.0))
    with (
        WallServer(source, accounts=accounts, diary=diary, history=history) as server,
        chromium() as browser,
    ):
        anna, carl, olga = (browser.new_context().new_page() for _ in range(3))
        for page, name in ((anna, "anna"), (carl, "carl"), (olga, "olga")):
            signed_in(page, server.port, name)
        expect(anna.get_by_role("link", name="Over weeks")).to_have_attribute("href", "/runner/anna/history")
        expect(carl.get_by_role("link", name="After training")).to_be_visible()
        for page, links in ((olga, 1), (carl, 0)):
            page.get_by_role("link", name="Runs", exact=True).click()
            expect(page.get_by_role("heading", name="Runs")).to_be_visible()
            expect(page.locator('a[href="/runner/anna/history"]')).to_have_count(links)
        anna.get_by_role("link", name="How do feet and legs feel?").click()
        anna.wait_for_url("**/diary/?runner=anna*")

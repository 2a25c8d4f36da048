"""A phone of a runner who was forgotten comes back: it is emptied at first contact, and nothing of them reappears."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from surefoot.analysis.weeks.feeling import CheckIn
from surefoot.dashboards.viewers import Role
from surefoot.dashboards.wall.access import Password
from surefoot.service.people.accounts import StoredAccounts
from surefoot.service.people.people import People
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.settings import Settings
from tests.dashboards.browser import chromium
from tests.people.installation import ANNA, BERT, OLD, holding, recorded, worn
from tests.service.real_command import RealCommand
from tests.service.servers import free_port, wait

WORD = "correct horse"
OUTBOX = "JSON.parse(localStorage.getItem('surefoot diary outbox') ?? '[]').map((each) => each.runner)"
KEPT = "Object.entries(localStorage).flat().join(' ')"
PUT_RUN = """async ([id, runner, createdMs]) => {
    const { Journals } = await import("/phone/journal.js");
    const journals = await Journals.open();
    const pods = [{ serial: "SIM1", foot: "left", device: "", boot: null, first: 0, ranges: [], mayRelease: false }];
    const run = { id, createdMs, gateway: "phone-0123abcd", runner, software: "test", pods, bytes: 0, received: 0,
                  ended: true, closed: true, cue: 0 };
    await journals.append(run, new Uint8Array(5000).fill(7));
}"""
PUSHED = """PushManager.prototype.getSubscription = async () => ({
    toJSON: () => ({ endpoint: "https://push.example/1", keys: {} }),
    unsubscribe: async () => { localStorage.unsubscribed = "yes"; return true; },
});"""
HELD = """async () => {
    const { Journals } = await import("/phone/journal.js");
    return (await (await Journals.open()).runs()).map((run) => run.runner);
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


class Service:
    """A wall on a port that stays, with a run of each runner."""

    def __init__(self, data: Path, demo: DemoRun) -> None:
        self.settings = Settings(data=data)
        self.port = free_port()
        for number, name in enumerate((ANNA, BERT)):
            recorded(self.settings.runs_folder, worn(demo.run, [name]), f"20260102T030405Z-0000000{number}")

    def add_accounts(self) -> None:
        accounts = StoredAccounts(self.settings.data, Password("open sesame"))
        accounts.add("boss", Role.OWNER, WORD)
        for name in (ANNA, BERT):
            accounts.add(name, Role.RUNNER, WORD, name)

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def __enter__(self) -> Service:
        self._command = RealCommand(self.settings.data, "serve", "--port", str(self.port))
        self._command.__enter__()
        wait(lambda: "The wall is at" in self._command.out)
        return self

    def __exit__(self, *error: object) -> None:
        self._command.__exit__(*error)

    def forget(self, runner: str) -> None:
        with RealCommand(self.settings.data, "forget", runner, "--yes") as command:
            assert command.finish() == 0, command.err


@pytest.fixture
def service(tmp_path: Path, demo: DemoRun) -> Service:
    return Service(tmp_path / "data", demo)


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True)
    yield context
    context.close()


def sign_in(page: Page, service: Service, name: str) -> None:
    page.goto(f"{service.address}/login")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(WORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login" not in url)


def diary(page: Page, service: Service, runner: str) -> None:
    page.goto(f"{service.address}/diary/?runner={runner}")


def say_nothing_hurts(page: Page) -> None:
    page.get_by_role("button", name="Nothing", exact=True).click()


def kept_by(page: Page) -> str:
    return str(page.evaluate(KEPT))


def hold_run(page: Page, runner: str, began: datetime = OLD) -> None:
    """Have the phone's page keep a run that it could not send."""
    page.evaluate(PUT_RUN, [f"20260105T030405Z-{runner[:1].encode().hex():0>8}", runner, 1000 * began.timestamp()])


@pytest.mark.parametrize("with_accounts", [False, True], ids=["where nobody signs in", "with accounts"])
def test_recordings_kept_by_a_phone_go_and_become_no_run(
    service: Service, phone: BrowserContext, *, with_accounts: bool
) -> None:
    if with_accounts:
        service.add_accounts()
    page = phone.new_page()
    with service:
        if with_accounts:
            sign_in(page, service, ANNA)
        page.goto(f"{service.address}/phone/")
        page.wait_for_function("navigator.serviceWorker.ready.then(() => true)")
        page.evaluate(f"localStorage.setItem('runner', '{ANNA}')")
    phone.set_offline(True)
    page.reload()
    hold_run(page, ANNA)
    assert page.evaluate(HELD) == [ANNA]
    service.forget(ANNA)
    with service:
        phone.set_offline(False)
        expect(page.locator("#upload")).to_contain_text("The service has forgotten who ran here")
        assert page.evaluate(HELD) == []
        assert ANNA not in kept_by(page)
    assert holding(service.settings.data, ANNA) == []
    assert not list(service.settings.parts_folder.glob("*/*"))


def test_of_two_runners_on_one_phone_the_other_keeps_what_waits(service: Service, phone: BrowserContext) -> None:
    page = phone.new_page()
    with service:
        page.goto(f"{service.address}/phone/")
        page.wait_for_function("navigator.serviceWorker.ready.then(() => true)")
    phone.set_offline(True)
    page.reload()
    for name in (ANNA, BERT):
        hold_run(page, name)
    service.forget(ANNA)
    with service:
        phone.set_offline(False)
        wait(lambda: list(service.settings.parts_folder.glob("*/*")))
        wait(lambda: page.evaluate(HELD) != [ANNA, BERT])
        assert ANNA not in page.evaluate(HELD)
    manifests = [path.read_text() for path in service.settings.parts_folder.glob("*/*/manifest.json")]
    assert [json.loads(each)["pods"][0]["runner"] for each in manifests] == [BERT]


@pytest.mark.parametrize("with_accounts", [False, True], ids=["where nobody signs in", "with accounts"])
def test_what_a_diary_page_kept_goes_and_is_never_kept_by_the_service(
    service: Service, phone: BrowserContext, *, with_accounts: bool
) -> None:
    if with_accounts:
        service.add_accounts()
    page = phone.new_page()
    with service:
        if with_accounts:
            sign_in(page, service, ANNA)
        diary(page, service, ANNA)
        page.wait_for_function("navigator.serviceWorker.ready.then(() => true)")
        expect(page.locator("#when")).not_to_be_empty()
    phone.set_offline(True)
    page.reload()
    say_nothing_hurts(page)
    assert page.evaluate(OUTBOX) == [ANNA]
    assert f"surefoot diary of {ANNA}" in kept_by(page)
    service.forget(ANNA)
    with service:
        phone.set_offline(False)
        wait(lambda: not page.evaluate(OUTBOX))
        wait(lambda: ANNA not in kept_by(page))
        page.reload()
        assert ANNA not in kept_by(page).replace("surefoot diary runner", "")
        expect(page.locator("main")).not_to_contain_text("Nothing")
    assert People(service.settings.data).all_of(ANNA, CheckIn) == []
    assert holding(service.settings.data, ANNA) == []


def test_after_signing_out_a_shared_phone_shows_nobody_the_diary_that_was_open(
    service: Service, phone: BrowserContext
) -> None:
    service.add_accounts()
    phone.add_init_script(PUSHED)
    page = phone.new_page()
    with service:
        sign_in(page, service, ANNA)
        diary(page, service, ANNA)
        page.wait_for_function("navigator.serviceWorker.ready.then(() => true)")
        say_nothing_hurts(page)
        expect(page.locator("#said")).to_contain_text("Nothing")
        wait(lambda: People(service.settings.data).all_of(ANNA, CheckIn))
        page.goto(service.address)
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/login")
        wait(lambda: f"surefoot diary of {ANNA}" not in kept_by(page))
        wait(lambda: page.evaluate("localStorage.unsubscribed"))
        diary(page, service, ANNA)
        expect(page.get_by_label("Password")).to_be_visible()
        sign_in(page, service, BERT)
        diary(page, service, ANNA)
        expect(page.locator("#sending")).to_contain_text(f"the diary of {ANNA} is not shown to you")
        expect(page.locator("main")).not_to_contain_text("Nothing")
    phone.set_offline(True)
    diary(page, service, ANNA)
    expect(page.locator("main")).not_to_contain_text("Nothing hurts")
    assert "check_ins" not in kept_by(page)


def test_what_somebody_else_said_on_the_same_phone_waits_for_them_and_holds_up_nobody(
    service: Service, phone: BrowserContext
) -> None:
    service.add_accounts()
    page = phone.new_page()
    with service:
        sign_in(page, service, ANNA)
        diary(page, service, ANNA)
        page.wait_for_function("navigator.serviceWorker.ready.then(() => true)")
        expect(page.get_by_role("heading", name="Feet and legs?")).to_be_visible()
    phone.set_offline(True)
    say_nothing_hurts(page)
    phone.clear_cookies()
    with service:
        phone.set_offline(False)
        sign_in(page, service, BERT)
        diary(page, service, BERT)
        say_nothing_hurts(page)
        wait(lambda: People(service.settings.data).all_of(BERT, CheckIn))
        wait(lambda: page.evaluate(OUTBOX) == [ANNA])
        sign_in(page, service, ANNA)
        diary(page, service, ANNA)
        wait(lambda: People(service.settings.data).all_of(ANNA, CheckIn))
        wait(lambda: not page.evaluate(OUTBOX))

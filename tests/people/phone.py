"""The way on a phone, step by step in a real browser: its taps are counted, and each step is a picture."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, expect

from surefoot.analysis.weeks.feeling import CheckIn, Sign, When
from surefoot.analysis.weeks.labels import RunLabels
from tests.accuracy.report import Finding
from tests.dashboards.browser import SIZES, chromium, overflow_px, violations
from tests.people.house import COACH, NAME, RUNNER, WORD, YESTERDAY, House
from tests.service.message_servers import MailServer, NtfyServer
from tests.service.people.test_links import mailbox
from tests.service.servers import wait

MAX_NOTHING, MAX_PAIN = 2, 5
PAIN = ("Something", "left Achilles tendon", "Not on the bone", "4", "Eased")
WORSE = ("Worse", "left calf", "Not on the bone", "5")


class Phone:
    """A page at 360 px, with its taps counted and its pictures taken."""

    def __init__(self, browser: Browser, pictures: Path) -> None:
        width, height = SIZES["phone"]
        self.page: Page = browser.new_context(
            viewport={"width": width, "height": height}, has_touch=True, device_scale_factor=2
        ).new_page()
        self._pictures = pictures
        self.taken = 0
        self.faults: list[str] = []

    def tap(self, *names: str) -> int:
        """Tap buttons, one after the other; how many taps it took."""
        for name in names:
            self.page.get_by_role("button", name=name, exact=True).first.tap()
        return len(names)

    def undo(self) -> int:
        """Take back what was said last; how many taps it took."""
        self.page.get_by_role("button", name="Undo", exact=True).last.tap()
        return 1

    def shows(self, heading: str) -> bool:
        """Whether a heading comes."""
        expect(self.page.get_by_role("heading", name=heading)).to_be_visible()
        return True

    def picture(self, name: str) -> None:
        """Take a picture of the whole page; what does not fit, or cannot be read aloud, is noted."""
        self.taken += 1
        self.page.screenshot(path=self._pictures / f"{self.taken:02d}-{name}.png", full_page=True)
        self.faults += [f"{name}: {each}" for each in violations(self.page)]
        self.faults += [f"{name}: wider by {px} px"] if (px := overflow_px(self.page)) > 0 else []

    def sent(self) -> None:
        """Wait until the service has everything."""
        waiting = "JSON.parse(localStorage.getItem('surefoot diary outbox') ?? '[]').length"
        wait(lambda: not self.page.evaluate(waiting))  # from outside, as the page's policy lets nothing be evaluated
        expect(self.page.locator("#sending")).to_be_empty()

    def open(self, link: str) -> None:
        """Tap a link in a mailbox in the browser."""
        with mailbox(link) as mail:
            self.page.goto(mail)
            self.page.get_by_role("link").tap()
            self.page.wait_for_url("**/diary/**")


def rows(pictures: Path) -> Iterator[Finding]:
    """Figures of the whole way."""
    pictures.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="surefoot-phone-") as folder, MailServer() as mail, NtfyServer() as ntfy:
        house = House(Path(folder), mail, ntfy)
        with chromium() as browser:
            phone = Phone(browser, pictures)
            with house.served():
                yield from _morning(house, phone)
                yield from _message(house, phone)
                yield from _nothing(house, phone)
                yield from _pain(house, phone)
                yield from _labels(house, phone)
                yield from _coach(house, browser, pictures)
            yield from _offline(house, phone)
            what = f"of {phone.taken} pictures, too wide or cannot be read aloud"
            yield Finding(f"pictures in {pictures}", what, "; ".join(phone.faults) or "0", "0", not phone.faults)


def _morning(house: House, phone: Phone) -> Iterator[Finding]:
    """The morning after yesterday's run: one of the two messages is opened."""
    wait(lambda: house.mail.got and house.ntfy.got)
    got = f"{len(house.mail.got)}, {len(house.ntfy.got)}"
    yield Finding("the next morning", "messages by e-mail, by ntfy", got, "1, 1", got == "1, 1")
    phone.open(house.mailed()[0])
    phone.shows("This morning?")
    phone.picture("next-morning")
    taps = phone.tap("As usual")
    phone.sent()
    said = house.people.all_of(RUNNER, CheckIn)[-1]
    yield _taps("the next morning", "as usual", taps, 1, said.as_usual is True)
    phone.undo()
    phone.shows("This morning?")
    taps = phone.tap(*WORSE)
    phone.sent()
    phone.picture("worse")
    *_, worse, pain = house.people.all_of(RUNNER, CheckIn)
    yield _taps("the next morning", "worse, and where", taps, MAX_PAIN, worse.as_usual is False and pain.worst == 5)


def _message(house: House, phone: Phone) -> Iterator[Finding]:
    """A run is synced, and its message leads to its page."""
    house.say("sync", "--simulated", "--minutes", "6")
    wait(lambda: len(house.mail.got) > 1 and len(house.ntfy.got) > 1)
    got = f"{len(house.mail.got) - 1}, {len(house.ntfy.got) - 1}"
    yield Finding("a run is synced", "messages by e-mail, by ntfy", got, "1, 1", got == "1, 1")
    told = house.told()
    found = [word for word in ("roll", "ankle", "pain", "Achilles") if word in told]
    yield Finding("a run is synced", "of what was found or said, in messages", f"{len(found)}", "0", not found)
    phone.open(house.posted()[-1])
    signed_in = phone.shows("Feet and legs?") and phone.page.locator("#name").inner_text() == NAME
    phone.picture("asked")
    yield Finding("its link is tapped", "this runner's page, signed in", _yes(signed_in), "yes", signed_in)


def _nothing(house: House, phone: Phone) -> Iterator[Finding]:
    """Nothing hurts; as an ankle rolled in this run, each sign is asked for once."""
    taps = phone.tap("Nothing")
    asks = phone.shows("An ankle may have rolled in this run. Is any of this so?")
    phone.picture("signs")
    taps += phone.tap("None of these")
    phone.sent()
    phone.picture("nothing")
    said = house.people.all_of(RUNNER, CheckIn)[-1]
    yield _taps("after a run with a roll", "nothing, and no sign", taps, MAX_NOTHING, said.is_nothing and asks)
    taps = phone.undo()
    asked = phone.shows("Feet and legs?")
    phone.sent()
    left = [each for each in house.people.all_of(RUNNER, CheckIn) if each.id == said.id]
    yield _taps("after a run with a roll", "undo: asked again, nothing kept", taps, 1, asked and not left)


def _pain(house: House, phone: Phone) -> Iterator[Finding]:
    taps = 0
    for number, name in enumerate(PAIN):
        taps += phone.tap(name)
        phone.picture(("where", "exactly", "how-much", "how-it-went", "signs-again")[number])
    phone.tap("I cannot stand and walk four steps", "Keep")
    phone.sent()
    phone.picture("flag")
    said = house.people.all_of(RUNNER, CheckIn)[-1]
    yield _taps("after a run with a roll", "a pain", taps, MAX_PAIN, said.worst == 4 and said.when is When.AFTER)
    told = phone.page.locator("#flags").inner_text()
    urgent = told.startswith("Do not run on it; have it seen today: standing and walking four steps is not possible")
    yield Finding(
        "a sign was chosen", "have it seen today", _yes(urgent), "yes", urgent and said.signs == {Sign.CANNOT_WALK}
    )
    phone.page.reload()
    phone.tap("More")
    phone.page.get_by_label("Stiff in the morning").select_option("15 min")
    phone.sent()
    phone.picture("corrected")
    [corrected] = [each for each in house.people.all_of(RUNNER, CheckIn) if each.id == said.id]
    held = corrected.pains[0].stiffness_min == 15 and corrected.signs == said.signs
    yield Finding("after a reload", "corrected in place", _yes(held), "yes", held)


def _labels(house: House, phone: Phone) -> Iterator[Finding]:
    """Filled in from yesterday's run, and kept with one tap."""
    filled = [phone.page.locator("#labels").get_by_label(label, exact=True).input_value() for label in ("On", "Shoes")]
    taps = phone.tap("That is right")
    phone.sent()
    *_, kept = house.people.all_of(RUNNER, RunLabels)
    same = filled == ["trail", "s1"] and (kept.surface, kept.shoe) == ("trail", "s1") and kept.run != YESTERDAY
    yield _taps("labels of the last run", "filled in, and kept", taps, 1, same)
    following = phone.page.locator("#next").inner_text()
    comes = "tomorrow morning" in following
    yield Finding("what comes next", "is told", _yes(comes), "yes", comes)


def _coach(house: House, browser: Browser, pictures: Path) -> Iterator[Finding]:
    """The list after training of a coach, before and after the runner lets them see it."""
    coach, anna = Phone(browser, pictures), Phone(browser, pictures)
    for phone, name in ((coach, COACH), (anna, RUNNER)):
        phone.page.goto(f"{house.wall}login")
        phone.page.get_by_label("Name").fill(name)
        phone.page.get_by_label("Password").fill(WORD)
        phone.tap("Sign in")
        phone.page.wait_for_url(house.wall)
    coach.page.goto(f"{house.wall}after")
    before = coach.page.locator("main").inner_text()
    anna.page.goto(f"{house.wall}account")
    given = anna.page.locator("form", has_text=COACH)
    given.get_by_label("pain and plan").check()
    given.get_by_role("button", name="Save").tap()
    expect(given).to_contain_text("since ")
    coach.page.reload()
    coach.taken = 90  # after those of the runner
    coach.picture("coach-after-training")
    told = coach.page.get_by_role("listitem").all_inner_texts()
    right = NAME not in before and len(told) == 1 and NAME in told[0]
    yield Finding("a coach's list", "before it is given, after", f"{int(NAME in before)}, {len(told)}", "0, 1", right)
    coach.page.get_by_role("listitem").get_by_role("link").tap()
    expect(coach.page.locator("#flags")).to_contain_text("have it seen today")
    coach.picture("coach-reads")
    buttons = coach.page.get_by_role("button", disabled=False).count()
    yield Finding("a coach opens it", "buttons that change something", f"{buttons}", "0", not buttons)
    yield Finding("a coach's pages", "faults", "; ".join(coach.faults) or "0", "0", not coach.faults)


def _offline(house: House, phone: Phone) -> Iterator[Finding]:
    """A second pain while the service is away; the page is reloaded, and the service comes back twice."""
    before = len(house.people.file.path.read_bytes().splitlines())
    phone.tap("Add a pain", "right heel", "Not on the bone", "2", "Stayed the same")
    expect(phone.page.locator("#sending")).to_contain_text("Kept on this phone")
    phone.page.reload()
    expect(phone.page.locator("#said")).to_contain_text("right heel 2")
    phone.picture("offline")
    for _ in range(2):
        with house.served():
            phone.sent()
            phone.page.reload()
            phone.sent()
    added = len(house.people.file.path.read_bytes().splitlines()) - before
    said = [each for each in house.people.all_of(RUNNER, CheckIn) if each.day == datetime.now().astimezone().date()]
    there = sum(pain.score == 2 for each in said for pain in each.pains)
    kept = f"{added}, {there}"
    yield Finding("entered offline, page reloaded", "lines written, pains kept", kept, "1, 1", kept == "1, 1")


def _taps(data: str, what: str, taps: int, target: int, is_kept: bool) -> Finding:
    value = f"{taps} tap{'' if taps == 1 else 's'}{'' if is_kept else ', but not kept'}"
    return Finding(data, what, value, f"≤ {target}", is_kept and taps <= target)


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"

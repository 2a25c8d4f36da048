"""Every address of the wall for everybody: nobody is shown what a runner has not given them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from http.client import HTTPConnection, HTTPResponse

import numpy as np
import pytest
from starlette.applications import Starlette

from surefoot.analysis.model import Foot
from surefoot.analysis.track import JoinedTrack, Track
from surefoot.analysis.weeks.exercises import Exercise
from surefoot.analysis.weeks.feeling import CheckIn, Pain, Place, When
from surefoot.analysis.weeks.followed import FollowedPlan
from surefoot.analysis.weeks.injuries import Injury, InjuryKind
from surefoot.analysis.weeks.labels import Shoe
from surefoot.analysis.weeks.plan import Row, clinician_plan
from surefoot.dashboards.data_source import AnalysedRun, RunnerState
from surefoot.dashboards.viewers import Role, Scope, Viewer
from surefoot.dashboards.wall.access import COOKIE_NAME, Password
from surefoot.dashboards.wall.account_page import NOT_YOURS
from surefoot.dashboards.wall.application import WallApplication
from surefoot.dashboards.wall.hosting import WallServer
from surefoot.dashboards.wall.page_content import PageDelta, squad_content
from surefoot.dashboards.wall.shown import ShownSource
from surefoot.service.people.accounts import StoredAccounts
from surefoot.service.people.people import People
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.runtime.recovery import store_recorded_run
from surefoot.service.settings import Settings
from surefoot.service.store.tail import StoreTail
from surefoot.service.views.diary import Diary
from surefoot.service.views.history import RunnerHistory
from surefoot.service.views.plan import RunnerPlan
from surefoot.service.views.received_parts import ReceivedParts
from surefoot.service.views.squad_state import StoredRuns
from surefoot.service.views.timers import TimedSquad, Timers
from surefoot.service.views.wall import Archive, WallDataSource
from tests.dashboards.fake_source import FakeViewDataSource, eventful_runner
from tests.dashboards.runs import RUN
from tests.service.demo_runs import record_demo_run
from tests.service.past_balances import store_past

RUNNER, WORD = "runner-1", "correct horse"
RUNS, FINDINGS, PAIN = Scope.RUNS, Scope.FINDINGS, Scope.PAIN_AND_PLAN
VIEWERS: Mapping[str, frozenset[Scope] | None] = {
    "owner": None,
    "self": None,
    "other": None,
    "coach": frozenset(),
    "coach of runs": frozenset({RUNS}),
    "coach of findings": frozenset({RUNS, FINDINGS}),
    "physio": frozenset({RUNS, FINDINGS, PAIN}),
}
SIGNED_IN = set(VIEWERS)
SEE_RUNS = {"owner", "self", "coach of runs", "coach of findings", "physio"}
SEE_PAIN = {"self", "physio"}
TELL, CORRECT = {"self"}, {"self", "owner"}
EVERYBODY, NOBODY = {*SIGNED_IN, "nobody"}, set[str]()

ADDRESSES: Mapping[str, tuple[str, set[str]]] = {
    "/": ("/", SIGNED_IN),
    "/runner/{runner}": ("/runner/RUNNER", SIGNED_IN),
    "/events": ("/events", SIGNED_IN),
    "/runs": ("/runs", SIGNED_IN),
    "/runs/{run}": ("/runs/RUN", SEE_RUNS),
    "/runs/{run}/runner/{runner}": ("/runs/RUN/runner/RUNNER", SEE_RUNS),
    "/runs/{run}/events": ("/runs/RUN/events?runner=RUNNER", SEE_RUNS),
    "/runs/{run}/report/{runner}": ("/runs/RUN/report/RUNNER", SEE_RUNS),
    "/runs/{run}/export/{runner}/{form}": ("/runs/RUN/export/RUNNER/csv", TELL),
    "/after": ("/after", SIGNED_IN),
    "/diary/of/{runner}": ("/diary/of/RUNNER", SEE_PAIN),
    "/runner/{runner}/history": ("/runner/RUNNER/history", SEE_RUNS),
    "/runner/{runner}/history/pair": ("/runner/RUNNER/history/pair?first=RUN&second=RUN", SEE_RUNS),
    "/runner/{runner}/plan": ("/runner/RUNNER/plan", SEE_PAIN),
    "/runner/{runner}/physio": ("/runner/RUNNER/physio", SEE_RUNS),
    "/calendar/{token}": ("/calendar/guess.ics", NOBODY),
    "/diary": ("/diary", SIGNED_IN),
    "/diary/": ("/diary/", SIGNED_IN),
    "/diary/{name}": ("/diary/diary.js", SIGNED_IN),
    "/timer": ("/timer", SIGNED_IN),
    "/timer/": ("/timer/", SIGNED_IN),
    "/timer/workout.fit": ("/timer/workout.fit?runs=6&run_s=60&walk_s=240", SIGNED_IN),
    "/timer/{name}": ("/timer/timer.js", SIGNED_IN),
    "/timer/of/{runner}": ("/timer/of/RUNNER", SEE_PAIN),
    "/phone": ("/phone", SIGNED_IN),
    "/phone/": ("/phone/", SIGNED_IN),
    "/phone/{name}": ("/phone/page.js", SIGNED_IN),
    "/account": ("/account", SIGNED_IN),
    "/login": ("/login", EVERYBODY),
    "/link/{token}": ("/link/guess", NOBODY),
    "/assets/{name}": ("/assets/theme.css", EVERYBODY),
    "/metrics": ("/metrics", NOBODY),
    "/health": ("/health", EVERYBODY),
    "/gateway/runs/{run}": ("/gateway/runs/RUN", NOBODY),
    "/gateway/runs/{run}/cues": ("/gateway/runs/RUN/cues?after=0", NOBODY),
}
"""Route → an address of it, and who is answered; some of them with less than others."""
SENT: Mapping[str, tuple[str, str, set[str]]] = {
    "/runs/{run}/runner/{runner}/pods/{worn}": ("POST", "/runs/RUN/runner/RUNNER/pods/as-named", CORRECT),
    "/diary/of/{runner}/{kind}": ("POST", "/diary/of/RUNNER/check_in", TELL),
    "/diary/of/{runner}/{kind}/{entry}": ("DELETE", "/diary/of/RUNNER/check_in/c1", TELL),
    "/timer/of/{runner}": ("POST", "/timer/of/RUNNER", TELL),
    "/runner/{runner}/history/shoe": ("POST", "/runner/RUNNER/history/shoe", TELL),
    "/runner/{runner}/history/retire": ("POST", "/runner/RUNNER/history/retire", TELL),
    "/runner/{runner}/history/injury": ("POST", "/runner/RUNNER/history/injury", TELL),
    "/runner/{runner}/history/over": ("POST", "/runner/RUNNER/history/over", TELL),
    "/runner/{runner}/history/remove": ("POST", "/runner/RUNNER/history/remove", TELL),
    "/runner/{runner}/history/usual": ("POST", "/runner/RUNNER/history/usual", TELL),
    "/runner/{runner}/history/feed": ("POST", "/runner/RUNNER/history/feed", TELL),
    "/runner/{runner}/history/end-feed": ("POST", "/runner/RUNNER/history/end-feed", TELL),
    "/runner/{runner}/plan/sprain": ("POST", "/runner/RUNNER/plan/sprain", TELL),
    "/runner/{runner}/plan/tendon": ("POST", "/runner/RUNNER/plan/tendon", TELL),
    "/runner/{runner}/plan/tests": ("POST", "/runner/RUNNER/plan/tests", TELL),
    "/runner/{runner}/plan/rows": ("POST", "/runner/RUNNER/plan/rows", {"physio"}),
    "/runner/{runner}/plan/exercise": ("POST", "/runner/RUNNER/plan/exercise", SEE_PAIN),
    "/runner/{runner}/plan/exercise/did": ("POST", "/runner/RUNNER/plan/exercise/did", TELL),
    "/runner/{runner}/plan/exercise/end": ("POST", "/runner/RUNNER/plan/exercise/end", SEE_PAIN),
    "/runner/{runner}/plan/end": ("POST", "/runner/RUNNER/plan/end", SEE_PAIN),
    "/logout": ("POST", "/logout", NOBODY),
    "/account/password": ("POST", "/account/password", SIGNED_IN),
    "/account/end": ("POST", "/account/end", SIGNED_IN),
    "/account/share": ("POST", "/account/share", SIGNED_IN),
    "/account/link": ("POST", "/account/link", SIGNED_IN),
    "/account/consent": ("POST", "/account/consent", SIGNED_IN),
    "/gateway/runs": ("POST", "/gateway/runs", NOBODY),
    "/gateway/forgotten": ("POST", "/gateway/forgotten", NOBODY),
    "/gateway/runs/{run}/journal": ("PUT", "/gateway/runs/RUN/journal?offset=0", NOBODY),
    "/gateway/runs/{run}/end": ("POST", "/gateway/runs/RUN/end", NOBODY),
}
MINOR = {"minor": "self", "guardian": "guardian"}
"""Who speaks for the runner where they are a minor, and the account."""
DECIDED = {
    "/runner/{runner}/history/feed",
    "/runner/{runner}/history/end-feed",
    "/account/share",
    "/account/link",
    "/account/consent",
}
"""What a guardian does alone."""
TYPED = (
    "id=s1&name=Blue+ones&km=12&foot=left&kind=sprain&day=2026-01-02&over=2026-02-03&rows=20&by=Roth&made=2026-01-02"
    "&text=Slowly&times_a_week=3&begun=2026-01-02&did=done"
)
"""Fields of every form of a runner's page over weeks, and of their plan."""


@pytest.fixture(scope="module")
def rolled(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    """Two minutes with an ankle that rolls."""
    return record_demo_run(tmp_path_factory.mktemp("rolled"), 2.0, name="ankle-roll")


@pytest.fixture(scope="module")
def settings(rolled: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    found = Settings(data=tmp_path_factory.mktemp("data"))
    shutil.copytree(rolled.run.path, found.runs_folder / rolled.run.path.name)
    store_recorded_run(rolled.run, found)
    return found


@pytest.fixture(scope="module")
def accounts(settings: Settings) -> StoredAccounts:
    """One account of each kind, with what the runner gives them."""
    found = StoredAccounts(settings.data, Password(WORD))
    found.add("self", Role.RUNNER, WORD, RUNNER)
    found.add("other", Role.RUNNER, WORD, "runner-2")
    own = found.viewer(found.sign_in("self", WORD, "") or "")
    assert own is not None
    for name, scopes in VIEWERS.items():
        if scopes is not None:
            found.add(name.replace(" ", "-"), Role.PHYSIO if name == "physio" else Role.COACH, WORD)
            found.share(own, name.replace(" ", "-"), scopes)
    return found


@pytest.fixture(scope="module")
def wall(settings: Settings, accounts: StoredAccounts) -> Iterator[WallServer]:
    with StoreTail(settings.store_path) as tail:
        source = WallDataSource(StoredRuns(tail), Archive(settings.runs_folder, settings))
        diary, parts = Diary(settings, settings.runs_folder), ReceivedParts(settings)
        history = RunnerHistory(settings, settings.runs_folder)
        kept = {"diary": diary, "history": history, "timers": Timers(), "plans": RunnerPlan(settings)}
        with WallServer(source, accounts=accounts, parts=parts, **kept) as server:  # type: ignore[arg-type]
            yield server


@pytest.fixture(scope="module")
def cookies(accounts: StoredAccounts) -> Mapping[str, str]:
    return {"nobody": ""} | {name: accounts.sign_in(name.replace(" ", "-"), WORD, "") or "" for name in VIEWERS}


def asked(
    wall: WallServer, cookie: str, run: DemoRun, address: str, method: str = "GET", body: str = ""
) -> tuple[int, str]:
    """Status of an answer, and what it says; of a stream, what it says first."""
    path = address.replace("RUNNER", RUNNER).replace("RUN", run.run.manifest.run_id)
    headers = {"Cookie": f"{COOKIE_NAME}={cookie}", "Sec-Fetch-Site": "same-origin"}
    with closing(HTTPConnection("127.0.0.1", wall.port, timeout=60)) as link:
        link.request(method, path, body or None, headers)
        answer = link.getresponse()
        is_stream = answer.getheader("Content-Type", "").startswith("text/event-stream")
        return answer.status, (first_message(answer) if is_stream else answer.read()).decode(errors="replace")


def first_message(stream: HTTPResponse) -> bytes:
    """What a stream of events says first."""
    said = b""
    while not said.endswith(b"\n\n"):
        said += stream.read1()
    return said


def answered(status: int) -> bool:
    return status in (200, 204, 308, 303)


def routes(settings: Settings, accounts: StoredAccounts) -> set[str]:
    """Every route that the wall has."""
    with StoreTail(settings.store_path) as tail:
        source = WallDataSource(StoredRuns(tail), Archive(settings.runs_folder, settings))
        diary, parts = Diary(settings, settings.runs_folder), ReceivedParts(settings)
        history = RunnerHistory(settings, settings.runs_folder)
        kept = diary, history, Timers(), RunnerPlan(settings)
        application = WallApplication(source, accounts, None, parts, *kept).application()
    inner = application.args[0]  # type: ignore[attr-defined]
    assert isinstance(inner, Starlette)
    return {route.path for route in inner.routes}  # type: ignore[attr-defined]


def test_every_address_is_in_the_tables(settings: Settings, accounts: StoredAccounts) -> None:
    assert routes(settings, accounts) == {*ADDRESSES, *SENT}


@pytest.mark.parametrize("route", ADDRESSES)
def test_each_page_answers_those_who_may_see_it(
    wall: WallServer, cookies: Mapping[str, str], rolled: DemoRun, route: str
) -> None:
    address, allowed = ADDRESSES[route]
    found = {name: asked(wall, cookie, rolled, address) for name, cookie in cookies.items()}
    shown = {name for name, (status, _) in found.items() if answered(status) and (name != "nobody" or status == 200)}
    assert shown == allowed


def fill(settings: Settings, route: str) -> None:
    """What the forms change is there."""
    if route.endswith("/usual"):
        store_past(settings, RUNNER, 0.0, 0.0, 0.0)
    people, at_utc = People(settings.data), datetime(2026, 5, 20, 18, tzinfo=UTC)
    people.keep(RUNNER, Exercise("s1", "Slowly", 3, datetime.now().astimezone().date()))
    people.keep(RUNNER, Shoe("s1", "Blue ones"))
    people.keep(RUNNER, Injury("s1", Foot.LEFT, InjuryKind.SPRAIN, date(2026, 1, 2)))
    people.keep(RUNNER, CheckIn("c1", at_utc, at_utc.date(), When.AFTER))
    rows = clinician_plan([Row(1, 600.0)], "M. Roth", date(2026, 1, 2)).plan
    assert rows is not None
    for each in people.all_of(RUNNER, FollowedPlan):
        people.withdraw(RUNNER, FollowedPlan, each.id)
    if route.endswith("/plan/end"):
        people.keep(RUNNER, FollowedPlan("p1", rows, date(2026, 1, 2)))


def typed(route: str, method: str) -> str:
    """What is sent with a form."""
    said = {"id": "c1", "at_utc": "2026-05-20T18:00:00Z", "day": "2026-05-20", "when": "after"}
    if "timer" in route:
        return json.dumps({"row": {"runs": 2, "run_s": 60.0}, "passed_s": 5.0})
    if method == "POST" and "diary" in route:
        return json.dumps(said)
    if route.endswith("/exercise/did"):
        return TYPED.replace("day=2026-01-02", f"day={datetime.now().astimezone().date()}")
    return TYPED if "history" in route or "plan" in route else ""


@pytest.mark.parametrize("route", SENT)
def test_each_form_is_taken_from_those_who_may_send_it(
    wall: WallServer, cookies: Mapping[str, str], rolled: DemoRun, settings: Settings, route: str
) -> None:
    method, address, allowed = SENT[route]
    if route == "/logout":
        return  # whoever leaves is answered, and signed out: below
    for name, cookie in cookies.items():
        fill(settings, route)
        status, _ = asked(wall, cookie, rolled, address, method, typed(route, method))
        refused = status == 303 and name == "nobody"  # led to the form
        assert (answered(status) and not refused) == (name in allowed), name


@pytest.fixture
def of_minor(accounts: StoredAccounts) -> Iterator[Mapping[str, str]]:
    """Cookies of the runner, who is a minor, and of their guardian."""
    accounts.add("guardian", Role.GUARDIAN, WORD, RUNNER)
    yield {name: accounts.sign_in(account, WORD, "") or "" for name, account in MINOR.items()}
    accounts.remove("guardian")


@pytest.mark.parametrize("route", ADDRESSES)
def test_a_minor_and_a_guardian_see_what_a_runner_sees(
    wall: WallServer, of_minor: Mapping[str, str], rolled: DemoRun, route: str
) -> None:
    address, allowed = ADDRESSES[route]
    shown = {name: answered(asked(wall, cookie, rolled, address)[0]) for name, cookie in of_minor.items()}
    assert shown == dict.fromkeys(MINOR, "self" in allowed)


@pytest.mark.parametrize("route", sorted(set(SENT) - {"/logout"}))
def test_a_minor_does_what_a_runner_does_and_only_a_guardian_decides_what_others_see(
    wall: WallServer, of_minor: Mapping[str, str], rolled: DemoRun, settings: Settings, route: str
) -> None:
    method, address, allowed = SENT[route]
    for name, cookie in of_minor.items():
        fill(settings, route)
        status, text = asked(wall, cookie, rolled, address, method, typed(route, method))
        may = "self" in allowed and not (name == "minor" and route in DECIDED)
        assert (answered(status) and NOT_YOURS not in text) == may, name


def test_what_a_guardian_gives_a_minor_reads_and_cannot_change(
    wall: WallServer, accounts: StoredAccounts, of_minor: Mapping[str, str], rolled: DemoRun
) -> None:
    page = {name: asked(wall, cookie, rolled, "/account")[1] for name, cookie in of_minor.items()}
    assert "Your guardian gives and takes this back." in page["minor"]
    assert "physio, physio: runs, findings, pain and plan" in page["minor"]
    assert "/account/share" not in page["minor"]
    assert f"Who sees what of {RUNNER}" in page["guardian"]
    assert "/account/share" in page["guardian"]
    coach = "account=coach&scope=runs"
    given = {}
    for name, cookie in of_minor.items():
        asked(wall, cookie, rolled, "/account/share", "POST", coach)
        viewer = accounts.viewer(accounts.sign_in("coach", WORD, "") or "")
        given[name] = viewer is not None and viewer.may_see(RUNNER, RUNS)
    asked(wall, of_minor["guardian"], rolled, "/account/share", "POST", "account=coach")
    assert given == {"minor": False, "guardian": True}


def test_a_runner_who_has_not_run_yet_notes_an_injury_on_a_page_of_their_own(
    wall: WallServer, cookies: Mapping[str, str], rolled: DemoRun
) -> None:
    page = "/runner/runner-2/history"
    status, text = asked(wall, cookies["other"], rolled, page)
    assert (status, "Add an injury" in text) == (200, True)
    assert asked(wall, cookies["self"], rolled, page)[0] == 404
    assert asked(wall, cookies["other"], rolled, f"{page}/injury", "POST", TYPED)[0] == 303
    assert "left sprain" in asked(wall, cookies["other"], rolled, page)[1]


def test_a_coach_who_is_shown_runs_alone_reads_of_no_roll(
    wall: WallServer, cookies: Mapping[str, str], rolled: DemoRun
) -> None:
    def text(name: str, address: str) -> str:
        return asked(wall, cookies[name], rolled, address)[1]

    for address in ("/runs/RUN/report/RUNNER", "/runs/RUN/events?runner=RUNNER&at=110&speed=0"):
        assert "Ankle roll, " in text("coach of findings", address)
        assert "Ankle roll, " not in text("coach of runs", address)
    assert "export" in text("self", "/runs/RUN/runner/RUNNER")
    assert "export" not in text("physio", "/runs/RUN/runner/RUNNER")
    assert RUNNER in text("coach of runs", "/runs")
    assert RUNNER not in text("coach", "/runs")
    assert RUNNER not in text("other", "/runs")
    assert RUNNER not in text("coach", "/events")


def test_where_somebody_runs_is_shown_to_themselves_alone() -> None:
    joined = JoinedTrack(Track(*[np.arange(3.0)] * 8), "fit", "cadence", 0.0, 2.0, 0.9)

    class WithTrack(FakeViewDataSource):
        def analysed_runs(self, run: str) -> Mapping[str, AnalysedRun]:
            return {RUNNER: replace(super().analysed_runs(run)["anna"], runner=RUNNER, track=joined)}

    source = WithTrack()
    viewers = {
        "self": Viewer("self", "self", Role.RUNNER, RUNNER),
        "owner": Viewer("owner", "owner", Role.OWNER),
        "physio": Viewer("physio", "physio", Role.PHYSIO, shared={RUNNER: frozenset({RUNS, FINDINGS, PAIN})}),
    }
    tracks = {name: ShownSource(source, each).analysed_runs(RUN.run_id)[RUNNER].track for name, each in viewers.items()}
    placed = {name: bool(np.isfinite(each.track.latitude_deg).any()) for name, each in tracks.items() if each}
    assert placed == {"self": True, "owner": False, "physio": False}


def test_pain_and_injuries_on_the_page_over_weeks_are_for_those_who_are_shown_pain_alone(
    wall: WallServer, cookies: Mapping[str, str], rolled: DemoRun, settings: Settings
) -> None:
    people, said_utc = People(settings.data), datetime(2026, 5, 20, 18, tzinfo=UTC)
    people.keep(RUNNER, CheckIn("p1", said_utc, said_utc.date(), When.AFTER, (Pain(Foot.LEFT, Place.SHIN, 7),)))
    people.keep(RUNNER, Injury("i1", Foot.RIGHT, InjuryKind.TENDON, date(2026, 1, 2)))
    for name in SEE_RUNS:
        text = asked(wall, cookies[name], rolled, "/runner/RUNNER/history?month=2026-05")[1]
        told = {word for word in ("pain 7", "left shin 7", "right tendon", "worst pain") if word in text.lower()}
        assert len(told) == (4 if name in SEE_PAIN else 0), name
        assert ("Make an" in text) == (name in TELL)


def test_a_physio_types_in_rows_and_the_runner_begins_a_table(
    wall: WallServer, cookies: Mapping[str, str], rolled: DemoRun, settings: Settings
) -> None:
    fill(settings, "")
    shown = {name: asked(wall, cookies[name], rolled, "/runner/RUNNER/plan")[1] for name in SEE_PAIN}
    assert {name for name, text in shown.items() if "Begin these rows" in text} == {"physio"}
    assert {name for name, text in shown.items() if "Begin the walk–run table" in text} == {"self"}


def test_a_calendars_address_opens_without_an_account_and_opens_nothing_else(
    wall: WallServer, rolled: DemoRun, settings: Settings
) -> None:
    token = RunnerHistory(settings, settings.runs_folder).new_feed(RUNNER)
    told = asked(wall, "", rolled, f"/calendar/{token}.ics")[1]
    assert told.count(f"UID:{rolled.run.manifest.run_id}@surefoot") == 1  # beside runs that other tests store
    assert asked(wall, "", rolled, f"/link/{token}")[0] == 404
    assert asked(wall, token, rolled, "/runs")[0] == 303


def test_after_training_those_who_said_something_are_listed_for_those_who_may_read_it(
    settings: Settings, accounts: StoredAccounts, rolled: DemoRun
) -> None:
    began = rolled.run.manifest.created_utc
    diary = Diary(settings, settings.runs_folder, now=lambda: began)

    def listed(wall: WallServer, name: str) -> str:
        cookie = accounts.sign_in(name.replace(" ", "-"), WORD, "") or ""
        return asked(wall, cookie, rolled, "/after")[1]

    with StoreTail(settings.store_path) as tail:
        source = WallDataSource(StoredRuns(tail), Archive(settings.runs_folder, settings))
        with WallServer(source, accounts=accounts, diary=diary) as wall:
            run = rolled.run.manifest.run_id
            seen = [listed(wall, "physio")]
            for said in (
                CheckIn("a", began, began.date(), When.AFTER, run=run),
                CheckIn("a", began, began.date(), When.AFTER, (Pain(Foot.LEFT, Place.SHIN, 4),), run=run),
            ):
                People(settings.data).keep(RUNNER, said)
                seen.append(listed(wall, "physio"))
            People(settings.data).withdraw(RUNNER, CheckIn, "a")
            assert "No entry yet: 1. An entry that nothing hurts: 0." in seen[0]
            assert "No entry yet: 0. An entry that nothing hurts: 1." in seen[1]
            assert f'<a href="/diary/?runner={RUNNER}&amp;run={run}">' in seen[2]
            for name in set(VIEWERS) - SEE_PAIN:
                assert "Nobody who shows you their diary ran today." in listed(wall, name)
                assert RUNNER not in listed(wall, name)


def test_a_session_that_a_phone_times_is_shown_to_those_who_are_shown_the_plan() -> None:
    with_pods, without = _cards_of_a_timed_session(eventful_runner(RUNNER, 100.0)), _cards_of_a_timed_session()
    assert {name for name, card in with_pods.items() if "then run" in card} == {"self", "physio"}
    assert {name for name, card in with_pods.items() if RUNNER in card} == {
        "self",
        "owner",
        "coach of findings",
        "physio",
    }
    assert {name for name, card in without.items() if "then run" in card} == {"self", "physio"}
    assert {name for name, card in without.items() if RUNNER in card} == {"self", "physio"}


def _cards_of_a_timed_session(*followed: RunnerState) -> dict[str, str]:
    """Viewer → all that the wall sends them."""
    timers = Timers()
    timers.keep(RUNNER, {"row": {"runs": 6, "run_s": 60.0, "walk_s": 240.0}, "passed_s": 130.0})
    source = FakeViewDataSource()
    source.set(*TimedSquad(FakeViewDataSource(*followed), timers).squad_state().runners)
    viewers = {
        "self": Viewer("self", "self", Role.RUNNER, RUNNER),
        "another": Viewer("another", "another", Role.RUNNER, "runner-2"),
        "owner": Viewer("owner", "owner", Role.OWNER),
        "coach of findings": Viewer("coach", "coach", Role.COACH, shared={RUNNER: frozenset({RUNS, FINDINGS})}),
        "physio": Viewer("physio", "physio", Role.PHYSIO, shared={RUNNER: frozenset({RUNS, FINDINGS, PAIN})}),
        "physio of plans alone": Viewer("alone", "alone", Role.PHYSIO, shared={RUNNER: frozenset({PAIN})}),
    }
    return {
        name: PageDelta().message(squad_content(ShownSource(source, each).squad_state(), ""))
        for name, each in viewers.items()
    }

"""A plan that a runner follows: begun, judged session by session from the store, and ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from surefoot.analysis.model import Foot, Gait
from surefoot.analysis.weeks.build_up import LegTests, Waits
from surefoot.analysis.weeks.feeling import OnBone, Pain, Place, Seen, When
from surefoot.analysis.weeks.followed import FollowedPlan
from surefoot.analysis.weeks.injuries import Injury, InjuryKind
from surefoot.analysis.weeks.labels import RunLabels, Shoe, Surface
from surefoot.analysis.weeks.plan import Entry, Row
from surefoot.service.configuration import load_configuration
from surefoot.service.people.people import People
from surefoot.service.settings import Settings
from surefoot.service.store.watch_runs import WatchRun, WatchRuns
from surefoot.service.weeks.beginning import Plans
from surefoot.service.weeks.next_session import NextSession, next_session
from tests.service.command import surefoot
from tests.service.made_sessions import RUNNER, all_well, bouts_of, know_usual, say, store_session
from tests.service.past_balances import SPEED_MPS
from tests.service.stored_runs import finding

HERE = timezone(timedelta(hours=2))
MONDAY = datetime(2026, 6, 1, 18, tzinfo=HERE)
ROWS = (Row(6, 60.0, 240.0), Row(6, 120.0, 180.0))
FIRST = (60.0, 240.0) * 6
DAY = timedelta(days=1)


@pytest.fixture
def settings() -> Settings:
    return load_configuration().settings


@pytest.fixture
def people(settings: Settings) -> People:
    """Somebody follows a clinician's rows from Monday on."""
    found = People(settings.data)
    Plans(found, RUNNER, "roth").begin_clinician(ROWS, "M. Roth", MONDAY.date(), MONDAY.date())
    return found


def at(settings: Settings, now: datetime) -> NextSession:
    found = next_session(settings, RUNNER, lambda: now, HERE)
    assert found is not None
    return found


@pytest.mark.usefixtures("people")
def test_before_the_first_session_its_row_is_named(settings: Settings) -> None:
    found = at(settings, MONDAY)
    assert (found.row, found.number, found.from_day) == (ROWS[0], 1, MONDAY.date())
    assert found.sentence == "Today or later: 6 × (1 min running, 4 min walking)."


def session(settings: Settings, people: People, began: datetime, *lengths_s: float, balance_pct: float = 0.0) -> str:
    """A session in the store of which everything is told, and nothing hurt."""
    run = store_session(settings, began, bouts_of(*(lengths_s or FIRST)), balance_pct=balance_pct)
    all_well(people, run, began + timedelta(hours=1))
    return run


def test_a_session_as_planned_leads_to_the_next_row_after_a_rest_day(
    capsys: pytest.CaptureFixture[str], settings: Settings, people: People
) -> None:
    know_usual(settings, MONDAY)
    session(settings, people, MONDAY)
    tuesday, wednesday = (at(settings, MONDAY + days * DAY) for days in (1, 2))
    assert tuesday.came_of_last == "As planned; next row from Wednesday on."
    assert tuesday.sentence == "Today is the rest day; the next is from Wednesday on."
    assert (tuesday.row, tuesday.number, tuesday.from_day) == (ROWS[1], 2, (MONDAY + 2 * DAY).date())
    assert wednesday.sentence == "Today or later: 6 × (2 min running, 3 min walking)."
    assert at(settings, MONDAY + timedelta(hours=2)).sentence.startswith("Today's session is done; ")
    assert "1 Jun, row 1: 6 of 6 runs as planned." in surefoot(capsys, "plan", RUNNER).out


def test_without_runs_confirmed_as_usual_it_cannot_be_told(settings: Settings, people: People) -> None:
    session(settings, people, MONDAY)
    found = at(settings, MONDAY + DAY)
    assert found.row is None
    assert found.judged[0].matched.sentence == "6 of 6 runs as planned."
    assert "left against right is not known" in found.sentence


def pain(score: int, on_bone: OnBone = OnBone.NO, *, swollen: bool | None = False) -> Pain:
    return Pain(Foot.LEFT, Place.OUTER_ANKLE, score, on_bone, swollen=swollen)


AGAIN, LATER = "; the same row again from Wednesday on.", "; the same row again from Thursday on."
"""Before the first row there is none."""
UNKNOWN = "Cannot tell what comes next: "


@pytest.mark.parametrize(
    ("scores", "worse", "sentence"),
    [
        ((1, 2), False, "As planned; next row from Wednesday on."),
        ((1, 4), False, "4 of 10 at the left outer ankle" + AGAIN),
        ((6, 2), False, "6 of 10 at the left outer ankle" + LATER),
        ((1, 2), True, "The left outer ankle was worse than usual the morning after" + AGAIN),
        ((1, 2), None, UNKNOWN + "how the morning after was at the left outer ankle is not told."),
        ((None, 2), False, UNKNOWN + "how much it hurt while running at the left outer ankle is not told."),
    ],
)
def test_what_is_told_of_pain_decides(
    settings: Settings, people: People, scores: tuple[int | None, int], worse: bool | None, sentence: str
) -> None:
    know_usual(settings, MONDAY)
    run = store_session(settings, MONDAY, bouts_of(*FIRST))
    people.keep(RUNNER, RunLabels(run, Surface.ROAD, hills=False, painkiller=False))
    for when, score in zip((When.DURING, When.AFTER), scores, strict=True):
        if score is not None:
            say(people, run, MONDAY + timedelta(hours=1), pain(score), when=when)
    if worse is not None:
        say(people, run, MONDAY + timedelta(hours=13), when=When.NEXT_MORNING, as_usual=not worse)
    assert at(settings, MONDAY + DAY).came_of_last == sentence


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"painkiller": True}, UNKNOWN + "a painkiller hides what a session did."),
        ({"painkiller": None}, UNKNOWN + "whether a painkiller was taken is not told."),
        ({"surface": None}, UNKNOWN + "what was under the shoes is not told."),
        ({"surface": Surface.TRAIL}, "The ground was not the flat one of the plan" + AGAIN),
    ],
)
def test_labels_of_the_run_decide(settings: Settings, people: People, changes: dict[str, Any], sentence: str) -> None:
    know_usual(settings, MONDAY)
    Plans(people, RUNNER).end(MONDAY.date())
    Plans(people, RUNNER).begin_clinician(ROWS, "M. Roth", MONDAY.date(), MONDAY.date(), is_flat=True)
    run = session(settings, people, MONDAY)
    people.keep(RUNNER, replace(RunLabels(run, Surface.ROAD, hills=False, painkiller=False), **changes))
    assert at(settings, MONDAY + DAY).came_of_last == sentence


def test_pain_on_the_bone_ends_the_rows_for_good(settings: Settings, people: People) -> None:
    know_usual(settings, MONDAY)
    run = session(settings, people, MONDAY)
    say(people, run, MONDAY + timedelta(hours=2), pain(1, OnBone.YES))
    found = at(settings, MONDAY + DAY)
    assert found.row is None
    assert found.sentence == "Do not run on it; have it seen this week: pain on the bone at the left outer ankle."
    people.keep(RUNNER, Seen("s1", (MONDAY + DAY).date()))
    later = at(settings, MONDAY + 2 * DAY)
    assert later.row is None
    assert later.sentence == (
        "Pain on the bone at the left outer ankle was told on 1 Jun: from here on only new rows that a clinician makes."
    )
    Plans(people, RUNNER).end((MONDAY + 3 * DAY).date())
    Plans(people, RUNNER).begin_clinician(ROWS, "M. Roth", *2 * [(MONDAY + 3 * DAY).date()])
    assert at(settings, MONDAY + 3 * DAY).row == ROWS[0]


def test_after_a_roll_nothing_is_named_until_what_is_asked_is_answered(settings: Settings, people: People) -> None:
    know_usual(settings, MONDAY)
    run = store_session(settings, MONDAY, bouts_of(*FIRST), [finding()])
    all_well(people, run, MONDAY + timedelta(hours=1))
    assert "an ankle rolled, and what is asked after it is not answered" in at(settings, MONDAY + DAY).sentence
    say(people, run, MONDAY + timedelta(hours=2), signs_asked=True)
    assert at(settings, MONDAY + DAY).came_of_last == "An ankle rolled" + LATER


def test_an_uneven_session_repeats_its_row(settings: Settings, people: People) -> None:
    know_usual(settings, MONDAY)
    session(settings, people, MONDAY, balance_pct=8.0)
    assert at(settings, MONDAY + DAY).came_of_last == "Uneven: different from usual" + AGAIN


def test_a_longer_run_is_named_and_repeats_its_row(settings: Settings, people: People) -> None:
    know_usual(settings, MONDAY)
    session(settings, people, MONDAY, *(60.0, 240.0) * 3, 190.0, 240.0, *(60.0, 240.0) * 2)
    found = at(settings, MONDAY + DAY)
    assert found.judged[0].matched.sentence == "5 of 6 runs as planned; run 4 was 3:10 instead of 1:00."
    assert found.came_of_last == "It was more than planned" + AGAIN


def test_a_second_run_on_the_same_date_and_one_on_a_rest_day_are_more_than_planned(
    settings: Settings, people: People
) -> None:
    know_usual(settings, MONDAY)
    session(settings, people, MONDAY)
    session(settings, people, MONDAY + timedelta(hours=3), 180.0)
    assert at(settings, MONDAY + DAY).came_of_last == "It was more than planned" + AGAIN
    session(settings, people, MONDAY + 2 * DAY)
    session(settings, people, MONDAY + 3 * DAY, *(120.0, 180.0) * 6)
    found = at(settings, MONDAY + 4 * DAY)
    assert found.judged[-1].matched.sentence == "6 of 6 runs as planned; it was before Friday, 5 Jun."
    assert (found.row, found.from_day) == (ROWS[1], (MONDAY + 5 * DAY).date())


def test_a_run_of_a_watch_alone_counts_as_the_worst_that_it_may_have_been(settings: Settings, people: People) -> None:
    know_usual(settings, MONDAY)
    session(settings, people, MONDAY)
    began_ns = round((MONDAY + 2 * DAY).timestamp() * 1e9)
    watched = WatchRun(RUNNER, began_ns, RUNNER, 7200.0, 1800.0, None, None, None, None, "running", "fit")
    WatchRuns(settings.store_path).add(watched)
    found = at(settings, MONDAY + 3 * DAY)
    assert (found.row, found.unanswered_run) == (None, "")
    assert found.sentence.startswith(UNKNOWN + "the pods did not see all of the session; ")
    then = " Another run is compared with 6 × (1 min running, 4 min walking), from Saturday, 6 Jun on."
    assert found.sentence.endswith(then)
    session(settings, people, MONDAY + 5 * DAY)
    assert at(settings, MONDAY + 6 * DAY).number == 2


def test_what_the_runner_can_still_tell_holds_up_all_that_comes_after(settings: Settings, people: People) -> None:
    know_usual(settings, MONDAY)
    run = store_session(settings, MONDAY, bouts_of(*FIRST))
    session(settings, people, MONDAY + 2 * DAY)
    found = at(settings, MONDAY + 3 * DAY)
    assert (found.row, len(found.judged), found.unanswered_run) == (None, 1, run)
    all_well(people, run, MONDAY + timedelta(hours=1))
    assert len(at(settings, MONDAY + 3 * DAY).judged) == 2


def test_after_a_painkiller_the_next_session_is_judged_by_the_row_before(settings: Settings, people: People) -> None:
    know_usual(settings, MONDAY)
    session(settings, people, MONDAY)
    run = session(settings, people, MONDAY + 2 * DAY, *(120.0, 180.0) * 6)
    people.keep(RUNNER, RunLabels(run, Surface.ROAD, painkiller=True))
    session(settings, people, MONDAY + 5 * DAY)
    found = at(settings, MONDAY + 6 * DAY)
    assert [each.number for each in found.judged] == [0, 1, 0]
    assert found.number == 2


def test_after_the_rows_a_session_is_at_most_a_tenth_longer(settings: Settings, people: People) -> None:
    know_usual(settings, MONDAY)
    Plans(people, RUNNER).end(MONDAY.date())
    Plans(people, RUNNER).begin_clinician([Row(1, 1200.0)], "M. Roth", MONDAY.date(), MONDAY.date())
    session(settings, people, MONDAY, 1200.0)
    found = at(settings, MONDAY + 2 * DAY)
    assert found.is_build
    assert found.row is not None
    assert found.row.words == "at most 22 min running"
    assert found.waits == frozenset(Waits)
    people.keep(RUNNER, LegTests("t1", MONDAY.date(), calf_raises_hurt=False, balance_is_steady=True))
    assert at(settings, MONDAY + 2 * DAY).waits == frozenset()
    session(settings, people, MONDAY + 2 * DAY, 1320.0)
    found = at(settings, MONDAY + 3 * DAY)
    assert found.came_of_last == "As planned; at most a tenth more than the longest from Friday on."
    assert found.row is not None
    assert found.row.run_s == pytest.approx(1452.0)
    assert "Begin a plan anew" in at(settings, MONDAY + 40 * DAY).sentence


def test_a_sprain_table_begins_with_weight_and_movement_told_and_a_walk_as_even_as_before(
    capsys: pytest.CaptureFixture[str], settings: Settings
) -> None:
    today = datetime.now().astimezone()
    told = ("plan", RUNNER, "--begin", "sprain", "--stands")
    People(settings.data).keep(RUNNER, Injury("i1", Foot.LEFT, InjuryKind.SPRAIN, (today - 12 * DAY).date(), grade=1))
    usual = "A sprain of grade 1 usually takes 1 to 2 weeks; today is day 12."
    missing = f"{usual} Cannot tell whether the table can begin: "
    assert surefoot(capsys, *told).out == (
        f"{missing}whether the ankle moves freely is not told, no healthy walk is known.\n"
    )
    know_usual(settings, today - 12 * DAY)
    store_session(settings, today - DAY, bouts_of(0.0, 400.0), balance_pct=8.0)
    differs = f"{usual} The table does not begin yet: walking differs from usual.\n"
    assert surefoot(capsys, *told, "--moves").out == differs
    store_session(settings, today - timedelta(hours=3), bouts_of(0.0, 400.0))
    first = f"{usual} First session: 6 × (1 min running, 4 min walking).\n"
    assert surefoot(capsys, *told, "--moves").out == first


def test_a_grade_that_is_told_later_counts_from_then_on(settings: Settings) -> None:
    people, sprained = People(settings.data), MONDAY - 30 * DAY
    injury = Injury("i1", Foot.LEFT, InjuryKind.SPRAIN, sprained.date(), grade=1)
    people.keep(RUNNER, injury)
    Plans(people, RUNNER).begin_sprain(Entry(True, True, True), MONDAY.date())
    know_usual(settings, MONDAY)
    session(settings, people, MONDAY)
    assert at(settings, MONDAY + DAY).number == 2
    people.keep(RUNNER, replace(injury, grade=2))
    second = at(settings, MONDAY + DAY)
    assert second.number == 1
    assert second.came_of_last == "Stage 1 of 5, day 1 of 7; the same row again from Wednesday on."
    people.keep(RUNNER, replace(injury, grade=3))
    third = at(settings, MONDAY + DAY)
    assert (third.row, third.sentence) == (None, "After a sprain of grade 3 only rows that a clinician has made.")


def test_a_tendon_goes_on_under_caps_without_hills_and_no_faster_than_before(
    capsys: pytest.CaptureFixture[str], settings: Settings
) -> None:
    people, today = People(settings.data), datetime.now().astimezone()
    people.keep(RUNNER, Injury("i1", Foot.LEFT, InjuryKind.TENDON, (today - 9 * DAY).date()))
    know_usual(settings, today - 10 * DAY, Gait.RUN)
    asked = surefoot(capsys, "plan", RUNNER, "--begin", "tendon").out
    assert asked == "How long you run now is not known: no run since the injury is kept. Say how many minutes.\n"
    begun = surefoot(capsys, "plan", RUNNER, "--begin", "tendon", "--minutes", "20").out
    assert begun == "First session: at most 20 min running.\n"
    [followed] = people.all_of(RUNNER, FollowedPlan)
    assert followed.easy_mps == pytest.approx(SPEED_MPS)
    people.keep(RUNNER, replace(followed, begun=(today - 3 * DAY).date()))
    run = store_session(settings, today - 3 * DAY, bouts_of(1200.0), gait=Gait.RUN)
    all_well(people, run, today - 3 * DAY + timedelta(hours=1))
    found = next_session(settings, RUNNER, lambda: today)
    assert found is not None
    assert found.row is not None
    assert (found.number, found.row.words) == (2, "at most 22 min running")
    people.keep(RUNNER, RunLabels(run, Surface.ROAD, hills=True, painkiller=False))
    found = next_session(settings, RUNNER, lambda: today)
    assert found is not None
    assert found.number == 1
    assert found.came_of_last.startswith("There were hills, which the plan leaves out; the same row again")


def test_a_clinicians_rows_are_typed_in_shown_and_ended(capsys: pytest.CaptureFixture[str], settings: Settings) -> None:
    People(settings.data).keep(RUNNER, Shoe("s1", "Blue ones"))
    typed = ("--begin", "clinician", "--row", "6x1/4", "--row", "max 20", "--by", "M. Roth")
    assert surefoot(capsys, "plan", RUNNER).out == "anna follows no plan; surefoot plan anna --begin KIND begins one.\n"
    assert surefoot(capsys, "plan", RUNNER, *typed).out == "First session: 6 × (1 min running, 4 min walking).\n"
    shown = surefoot(capsys, "plan", RUNNER).out.splitlines()
    assert shown[0].startswith("A clinician's own rows, made by M. Roth on ")
    assert shown[1:] == [
        "> 1. 6 × (1 min running, 4 min walking)", "  2. at most 20 min running",
        "Today or later: 6 × (1 min running, 4 min walking).",
    ]  # fmt: skip
    assert "a plan is followed since" in surefoot(capsys, "plan", RUNNER, *typed).err
    assert surefoot(capsys, "plan", RUNNER, "--end").out == "The plan is ended.\n"
    assert surefoot(capsys, "plan", RUNNER, "--end").err == "error: no plan is followed.\n"

"""A plan that a runner follows: begun, judged session by session from the store, and ended."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from surefoot.analysis.weeks.labels import Shoe
from surefoot.analysis.weeks.plan import Row
from surefoot.service.configuration import load_configuration
from surefoot.service.people.people import People
from surefoot.service.settings import Settings
from surefoot.service.weeks.beginning import Plans
from surefoot.service.weeks.next_session import NextSession, next_session
from tests.service.command import surefoot
from tests.service.made_sessions import RUNNER, all_well, bouts_of, store_session

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


def test_a_session_as_planned_whose_evenness_is_not_known_cannot_be_told(settings: Settings, people: People) -> None:
    run = store_session(settings, MONDAY, bouts_of(*FIRST))
    all_well(people, run, MONDAY + timedelta(minutes=31))
    found = at(settings, MONDAY + DAY)
    assert found.row is None
    assert found.judged[0].matched.sentence == "6 of 6 runs as planned."
    assert "left against right is not known" in found.sentence


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

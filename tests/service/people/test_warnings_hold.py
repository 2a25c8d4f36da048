"""Whatever sensors find, what the runner said asks for the same: no path leads from data to a weaker warning."""

from __future__ import annotations

import html
import json
import re
import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surefoot.analysis.findings import Finding, Kind, Severity, State
from surefoot.analysis.model import Foot
from surefoot.analysis.session import Results
from surefoot.analysis.weeks.feeling import CheckIn, OnBone, Pain, Place, Sign, Trend, When
from surefoot.analysis.weeks.red_flags import SIGN_REASONS, red_flags
from surefoot.dashboards.data_source import SquadState
from surefoot.dashboards.report.headline import RED_FLAGS
from surefoot.dashboards.report.page import report_html
from surefoot.dashboards.wall.page_content import runner_content
from surefoot.dashboards.wall.replay import runner_at
from surefoot.dashboards.wall.told_sections import diary as diary_section
from surefoot.service.exporters.message_contents import MessageContents
from surefoot.service.people.people import People
from surefoot.service.serialization.alert_messages import post_run_alert
from surefoot.service.serialization.findings import finding_to_dict
from surefoot.service.serialization.mqtt_messages import summary
from surefoot.service.serialization.run_summary import spikes
from surefoot.service.settings import Settings
from surefoot.service.store.writing import RunClock, StoreWriter
from surefoot.service.views.diary import Diary
from surefoot.service.views.history import RunnerHistory
from tests.dashboards.runs import uneventful
from tests.service.stored_runs import finding
from tests.test_wording import FORBIDDEN

RUNNER = "anna"
NOW = datetime(2026, 5, 20, 18, tzinfo=UTC)
TODAY = NOW.astimezone().date()
REASSURES = re.compile(r"nothing in this run asks|no need to|nothing to worry|all is well|looks fine|is fine\b", re.I)
RUNS = count()
NUMBERS = {"run_time_s": 1800.0, "walk_time_s": None, "duration_s": 1800.0}

ROLLS = (Severity.NEAR_MISS, Severity.ROLL, Severity.SEVERE)
others = [kind for kind in Kind if kind is not Kind.INVERSION_EVENT]
kinds = st.one_of(
    st.tuples(st.just(Kind.INVERSION_EVENT), st.sampled_from(ROLLS)),
    st.tuples(st.sampled_from(others), st.sampled_from([each for each in Severity if each not in ROLLS])),
)
findings = st.lists(
    st.builds(
        lambda kind, at_s, state: finding(kind[0], at_s, kind[1], state),
        kinds,
        st.floats(10.0, 140.0),
        st.sampled_from(State),
    ),
    max_size=12,
)
pains = st.builds(
    Pain,
    st.sampled_from(Foot),
    st.sampled_from(Place),
    st.integers(0, 10),
    st.sampled_from([*OnBone, None]),
    st.sampled_from([*Trend, None]),
    swollen=st.sampled_from([True, False, None]),
    at_rest=st.sampled_from([True, False, None]),
)
check_ins = st.builds(
    lambda told, signs: CheckIn("c1", NOW, TODAY, When.AFTER, tuple(told), frozenset(signs)),
    st.lists(pains, max_size=3),
    st.sets(st.sampled_from(Sign)),
)
drawn = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def place(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


def keep(place: Settings, found: Sequence[Finding]) -> str:
    """A run of today with these findings in the store."""
    run = f"20260520T170000Z-{next(RUNS):08x}"
    body: dict[str, Any] = {"started": (NOW - timedelta(hours=1)).isoformat(), "numbers": NUMBERS}
    body |= {"findings": [finding_to_dict(each) for each in found], "spikes": spikes(found)}
    time_ns = int(NOW.timestamp() * 1e9)
    with StoreWriter(place.store_path) as writer, writer.transaction():
        writer.add_run(run, RUNNER, RUNNER, time_ns, "test", tuple(Foot))
        writer.add_results(run, RUNNER, RunClock(NOW - timedelta(hours=1)), Results({}, (), findings=tuple(found)))
        writer.add_summary(run, RUNNER, time_ns, body)
    return run


@drawn
@given(findings, check_ins)
def test_the_diary_and_the_page_over_weeks_tell_what_the_runner_said_asks_for(
    place: Settings, found: list[Finding], said: CheckIn
) -> None:
    keep(place, found)
    People(place.data).keep(RUNNER, said)
    expected = [flag.sentence for flag in red_flags([said], TODAY)]
    shown = Diary(place, place.runs_folder, now=lambda: NOW).state(RUNNER, "")
    history = RunnerHistory(place, place.runs_folder, now=lambda: NOW)
    assert list(shown.flags) == expected
    assert list(history.history(RUNNER).flags) == expected


@drawn
@given(check_ins)
def test_each_sentence_stands_on_the_page_over_weeks(place: Settings, said: CheckIn) -> None:
    People(place.data).keep(RUNNER, said)
    history = RunnerHistory(place, place.runs_folder, now=lambda: NOW).history(RUNNER)
    page = html.unescape(str(diary_section(history, TODAY, "/diary/")))
    assert [flag.sentence for flag in red_flags([said], TODAY) if flag.sentence not in page] == []


@drawn
@given(findings)
def test_the_report_names_every_sign_and_takes_none_back(found: list[Finding]) -> None:
    run = uneventful(*Foot)
    shown = report_html(replace(run, results=replace(run.results, findings=tuple(found))))
    section = html.unescape(shown.split('class="looked-at"')[1].split("</section>")[0])
    assert "How it feels counts more than any number here." in section
    assert [each for each in RED_FLAGS if each not in section] == []
    assert not REASSURES.search(shown)


def test_the_report_names_the_signs_that_are_asked() -> None:
    told = " ".join(RED_FLAGS)
    keys = {Sign.CANNOT_WALK: "four steps", Sign.POP_AT_HEEL: "kick at the heel", Sign.DEFORMED_OR_NUMB: "out of shape",
            Sign.HOT_WITH_FEVER: "fever", Sign.SWOLLEN_CALF: "swollen and tender", Sign.SNAPPING: "snaps"}  # fmt: skip
    assert set(keys) == set(Sign) == set(SIGN_REASONS)
    assert [words for sign, words in keys.items() if words not in told or words not in SIGN_REASONS[sign][1]] == []


@drawn
@given(findings)
def test_the_message_is_the_same_whatever_was_found(place: Settings, found: list[Finding]) -> None:
    texts = set()
    for each in ((), found):
        apart = place.model_copy(update={"data": place.data / secrets.token_hex(8)})  # how much was run is in it too
        run = keep(apart, each)
        with sqlite3.connect(apart.store_path) as store:
            store.row_factory = sqlite3.Row
            row = store.execute("SELECT * FROM summaries WHERE run = ?", [run]).fetchone()
        message = MessageContents(apart, lambda: NOW).after_run(row)
        texts.add((message.subject, message.text))
    assert len(texts) == 1


@drawn
@given(findings, check_ins)
def test_brokers_get_what_sensors_found_and_nothing_that_reassures(
    place: Settings, found: list[Finding], said: CheckIn
) -> None:
    People(place.data).keep(RUNNER, said)
    run = keep(place, found)
    with sqlite3.connect(place.store_path) as store:
        store.row_factory = sqlite3.Row
        row = store.execute("SELECT * FROM summaries WHERE run = ?", [run]).fetchone()
    told = post_run_alert(run, RUNNER, RUNNER, json.loads(row["body"]), row["time_ns"])
    text = f"{summary(row).payload} {json.dumps(told)}"
    assert not REASSURES.search(text)
    assert not FORBIDDEN.search(text)
    assert [flag.reason for flag in red_flags([said], TODAY) if flag.reason in text] == []


@drawn
@given(findings)
def test_nothing_on_the_wall_reassures_whatever_was_found(found: list[Finding]) -> None:
    squad = SquadState("Everybody now", 1, [replace(runner_at(uneventful(*Foot), 100.0), findings=tuple(found))])
    shown = " ".join(html.unescape(str(each)) for each in runner_content(squad, RUNNER).pieces.values())
    assert not REASSURES.search(shown)
    assert not FORBIDDEN.search(shown)

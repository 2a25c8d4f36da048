"""Order of the cards, state of a replay, and access to the wall."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from surefoot.analysis.findings import Finding, Kind, Severity, State
from surefoot.analysis.model import Flag, Foot
from surefoot.dashboards.charts.evidence import evidence_charts
from surefoot.dashboards.data_source import PodStatus, RunnerState
from surefoot.dashboards.formatting import asymmetry_text, signed
from surefoot.dashboards.html import Markup, element
from surefoot.dashboards.live_snapshot import COMPARED_METRIC, MAX_COMPARISON_AGE_S, LiveSnapshot
from surefoot.dashboards.wall.access import SESSION_LIFETIME_S, Password
from surefoot.dashboards.wall.attention import INVERSION_ATTENTION_S, attention, sorted_by_attention
from surefoot.dashboards.wall.cards import runner_card
from surefoot.dashboards.wall.freshness import MAX_BEHIND_S, activity, freshness
from surefoot.dashboards.wall.page_content import Alert, PageContent, PageDelta
from surefoot.dashboards.wall.replay import runner_at
from surefoot.firmware_sim.body.motion import PlannedBout
from surefoot.service.views.reporting import recorded
from tests.dashboards.runs import ROLL_S, RUN, analysed, eventful

PODS = [PodStatus(foot, "connected", True, 80.0, -60.0, 0.0) for foot in Foot]


def finding(kind: Kind, severity: Severity, at_s: float, state: State = State.OPEN) -> Finding:
    return Finding(
        f"{kind}-{at_s}", kind, Foot.LEFT, at_s, at_s + 0.2, severity, 1.0, 0.0, "%", 0.9, "It is so.", {}, state
    )


def runner(name: str, *findings: Finding, pods: list[PodStatus] = PODS, now_s: float = 1000.0) -> RunnerState:
    return RunnerState(name, name.capitalize(), now_s, 0.0, {}, (), (), findings, 0, pods)


@pytest.mark.parametrize(
    ("findings", "rank"),
    [
        ([], 0),
        ([finding(Kind.STANDING_ASYMMETRY, Severity.INFO, 900.0)], 0),
        ([finding(Kind.INVERSION_EVENT, Severity.SEVERE, 900.0, State.RESOLVED)], 3),
        ([finding(Kind.INVERSION_EVENT, Severity.SEVERE, 1000.0 - INVERSION_ATTENTION_S - 1.0)], 0),
        ([finding(Kind.OFFLOADING, Severity.WARNING, 100.0)], 2),
        ([finding(Kind.OFFLOADING, Severity.WARNING, 100.0, State.RESOLVED)], 0),
    ],
)
def test_attention_is_for_what_goes_on_or_has_just_happened(findings: list[Finding], rank: int) -> None:
    assert attention(runner("anna", *findings)).rank == rank


def test_those_who_need_a_look_come_first_and_equals_by_name() -> None:
    silent = [replace(PODS[0], heard=False, state="out of reach"), PODS[1]]
    squad = [
        runner("dora"),
        runner("carl"),
        runner("ben", pods=silent),
        runner("anna", finding(Kind.ASYMMETRY_DRIFT, Severity.NOTICE, 500.0)),
        runner("eve", finding(Kind.INVERSION_EVENT, Severity.ROLL, 900.0)),
    ]
    ranked = sorted_by_attention([(each, attention(each)) for each in squad])
    assert [each.name for each, _ in ranked] == ["Eve", "Anna", "Ben", "Carl", "Dora"]
    assert ranked[2][1].pod_trouble == "left pod out of reach"
    assert attention(
        runner("ben", pods=[replace(pod, heard=False, state="searching") for pod in PODS])
    ).pod_trouble == ("both pods searching")


def test_a_revised_finding_does_not_move_a_card() -> None:
    drifts = [finding(Kind.ASYMMETRY_DRIFT, Severity.WARNING, at_s) for at_s in (300.0, 500.0)]
    for known_s in (600.0, 700.0):
        squad = [runner("anna", replace(drifts[0], known_s=known_s)), runner("ben", replace(drifts[1], known_s=650.0))]
        ranked = sorted_by_attention([(each, attention(each)) for each in squad])
        assert [each.name for each, _ in ranked] == ["Ben", "Anna"]


def test_somebody_who_stands_a_lost_pod_and_a_slow_service_are_told_apart() -> None:
    silent = [replace(PODS[0], heard=False, state="out of reach"), PODS[1]]
    stands = replace(runner("anna"), stride_count=100)
    lost, slow = replace(stands, pods=silent), replace(stands, behind_s=MAX_BEHIND_S + 16.0)
    assert [freshness(each) for each in (stands, lost, slow)] == ["heard", "lost", "behind"]
    assert [activity(each) for each in (stands, lost, slow)] == [
        "Stopped", "Waiting for the left pod", "surefoot is 31 s behind",
    ]  # fmt: skip


def test_a_replay_knows_nothing_of_what_comes_later() -> None:
    run = eventful()
    known_s = min(each.known_s for each in run.results.findings if each.kind is Kind.INVERSION_EVENT)
    before, after = runner_at(run, known_s - 0.01), runner_at(run, known_s)
    assert not before.findings
    assert [each.kind for each in after.findings] == [Kind.INVERSION_EVENT]
    assert all(window.end_s <= known_s for window in after.windows)
    assert after.newest_stride_end_s is not None
    assert after.newest_stride_end_s <= known_s
    assert runner_at(run, run.end_s + 1.0).stride_count == sum(map(len, run.results.strides.values()))


def test_a_roll_of_the_replay_stands_on_the_card() -> None:
    now = runner_at(eventful(), ROLL_S + 30.0)
    assert "Ankle roll, left at 2:30" in runner_card(now, attention(now), "/")


def test_a_foot_that_was_not_watched_in_the_last_minute_is_on_the_card() -> None:
    now = runner_at(eventful(), 400.0)
    assert "not watched" not in runner_card(now, attention(now), "/")
    left = now.strides[Foot.LEFT]
    blind = replace(left, flags=left.flags | int(Flag.UNWATCHED_GAP))
    now = replace(now, strides={**now.strides, Foot.LEFT: blind})
    drawn = runner_card(now, attention(now), "/")
    assert "left not watched: ankle rolls 59 s of 59 s" in drawn or "ankle rolls 1:00 min of 1:00 min" in drawn
    assert "right not watched" not in drawn


def test_a_card_a_chart_and_the_sentence_tell_the_same_change() -> None:
    run = eventful()
    now = runner_at(run, run.end_s)
    change = next(each for each in now.findings if each.kind is not Kind.INVERSION_EVENT)
    alone = replace(now, findings=(change,))
    told = f"{abs(change.value):.1f} "
    assert f"at 12:10, now {told}%" in runner_card(alone, attention(alone), "/")
    assert f"{told}± " in change.message
    [(_, chart)] = evidence_charts(change, run.origin_s)
    assert f">{signed(change.value, 1, plus=True)} %</text>" in chart


def test_left_and_right_are_those_of_the_last_ten_seconds_with_their_interval() -> None:
    run = eventful()
    now = runner_at(run, 303.0)
    newest = max((window for window in run.results.live if window.end_s <= 303.0), key=lambda each: each.end_s)
    assert newest.end_s - newest.start_s == pytest.approx(10.0)
    assert LiveSnapshot.last_known(now).asymmetry_pct == newest.asymmetry_pct[COMPARED_METRIC]
    drawn = runner_card(now, attention(now), "/")
    assert f"right vs left <b>{asymmetry_text(newest.asymmetry_pct[COMPARED_METRIC])}</b>, last 10 s" in drawn
    assert 'class="interval"' in drawn


def test_the_side_with_the_longer_contact_is_the_one_that_right_vs_left_says() -> None:
    run = eventful()
    moments = [LiveSnapshot.last_known(runner_at(run, at_s)) for at_s in np.arange(20.0, run.end_s, 1.0)]
    compared = [now for now in moments if now.asymmetry_pct is not None]
    assert len(compared) > 0.9 * len(moments)
    for now in compared:
        left_ms, right_ms = (int(now.compared_text(foot, COMPARED_METRIC).removesuffix(" ms")) for foot in Foot)
        assert now.asymmetry_pct is not None
        assert (right_ms - left_ms) * now.asymmetry_pct.value >= 0.0
        assert abs(right_ms - left_ms - 0.01 * now.asymmetry_pct.value * left_ms) < 1.5


def test_somebody_who_walks_after_running_is_shown_walking_on_both_feet() -> None:
    plan = (PlannedBout("run", 30.0, 2.9), PlannedBout("walk", 20.0, 1.5))
    now = runner_at(recorded(analysed(plan), "anna", RUN), 42.0)
    shown = LiveSnapshot.last_known(now)
    assert shown.asymmetry_pct is None
    assert [shown.compared_text(foot, COMPARED_METRIC) for foot in Foot] == [
        shown.median_text(foot, COMPARED_METRIC) for foot in Foot
    ]
    assert int(shown.compared_text(Foot.LEFT, COMPARED_METRIC).removesuffix(" ms")) > 400


def test_a_comparison_of_long_ago_is_not_told_as_of_now() -> None:
    run = eventful()
    alone = replace(
        runner_at(run, 303.0), live_windows=runner_at(run, 303.0 - MAX_COMPARISON_AGE_S - 10.0).live_windows
    )
    assert LiveSnapshot.last_known(alone).asymmetry_pct is None
    assert "available after 10 s" in runner_card(alone, attention(alone), "/")


def test_a_browser_is_told_only_what_has_changed() -> None:
    delta = PageDelta()
    first = json.loads(delta.message(PageContent({"a": Markup("1"), "b": Markup("2")}, {"a": 1.23}, "0:01")))
    second = json.loads(delta.message(PageContent({"b": Markup("2"), "a": Markup("3")}, {"a": None}, "0:02")))
    assert first["pieces"] == {"a": "1", "b": "2"}
    assert (second["pieces"], second["order"], second["ages"]) == ({"a": "3"}, ["b", "a"], {"a": None})


def test_a_screen_reader_is_told_of_a_finding_once_and_again_when_it_is_graver() -> None:
    delta = PageDelta()

    def told(*alerts: Alert) -> str:
        return str(json.loads(delta.message(PageContent({"a": Markup("1")}, {}, "", alerts)))["alert"])

    known, drift = Alert("ben 1", 1, "Ben shifts."), Alert("anna 1", 2, "Anna shifts.")
    assert told(known, drift) == "Anna shifts."
    assert told(known, replace(drift, sentence="Anna shifts by 6.1 %.")) == ""
    assert told(known, replace(drift, rank=3, sentence="Anna shifts a lot.")) == "Anna shifts a lot."
    assert told(Alert("carl 1", 1, "Carl too."), replace(known, rank=2)) == "Carl too. Ben shifts."


def test_text_is_escaped_and_numbers_are_short() -> None:
    assert element("a", "<&", href='"x"', x=1.0, y=-0.001, z=2 / 3) == (
        '<a href="&quot;x&quot;" x="1" y="0" z="0.67">&lt;&amp;</a>'
    )


def test_a_session_opens_until_it_is_old_and_only_with_its_own_password() -> None:
    now_s = 1000.0
    password, other = Password("open sesame", lambda: now_s), Password("open barley", lambda: now_s)
    cookie = password.new_cookie()
    assert password.matches("open sesame")
    assert not password.matches("open sesam")
    assert password.accepts(cookie)
    assert Password("open sesame", lambda: now_s).accepts(cookie)
    assert not other.accepts(cookie)
    assert not password.accepts(
        cookie.replace(str(int(now_s) + SESSION_LIFETIME_S), str(int(now_s) + 2 * SESSION_LIFETIME_S))
    )
    assert not password.accepts("")
    now_s += SESSION_LIFETIME_S
    assert not password.accepts(cookie)


def test_both_feet_are_of_the_same_gait_when_it_has_just_changed() -> None:
    plan = (PlannedBout("run", 30.0, 2.9), PlannedBout("walk", 20.0, 1.5))
    run = recorded(analysed(plan), "anna", RUN)
    moments = [LiveSnapshot.last_known(runner_at(run, 28.0 + 0.25 * step)) for step in range(24)]
    assert {moment.activity for moment in moments} == {"Running", "Walking"}
    for moment in moments:
        assert len({bool(running) for rows in moment.recent_strides.values() for running in rows.running}) == 1

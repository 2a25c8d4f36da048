"""Boards show what was planted: a drift, a roll, every runner and pod, loads and local weeks, for any id."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from surefoot.analysis.findings import Severity
from surefoot.analysis.model import Foot
from surefoot.dashboards.grafana.board_files import BOARDS, BOARDS_FOLDER
from surefoot.dashboards.grafana.trends import ANCHOR_ENDS
from surefoot.dashboards.vocabulary import SEVERITY_WORDS
from surefoot.service.serialization.alert_messages import POST_RUN
from tests.dashboards.grafana_world import (
    DRIFTING,
    DRIFTING_BEGAN,
    PLAYS,
    TIME_ZONE,
    BoardDatabase,
)
from tests.service.drifting_run import ANCHOR_HALF_PCT, ANCHOR_PCT, DRIFT_PCT, OWN_PCT, WINDOW_S, WINDOWS

LOADED: dict[str, dict[str, Any]] = {
    board.uid: json.loads((BOARDS_FOLDER / f"{board.uid}.json").read_text(encoding="utf-8")) for board in BOARDS
}
BEGAN_NS = round(1e9 * DRIFTING_BEGAN.timestamp())
UNSAFE_IDS = ("O'Brien", "back\\slash", "a.c", "abc", "x|y(z)[1]*", "and/or", 'the "2nd"')
RUNS = "SHOW TAG VALUES FROM runs WITH KEY = run WHERE runner = 'runner-1'"
GRID_PX, TITLE_PX, HEADER_PX, LINE_PX, PADDING_PX = 38, 40, 36, 22, 12
"""Grafana's panel grid, and its small table rows."""


def panel_of(board: str, title: str) -> dict[str, Any]:
    (found,) = [panel for panel in LOADED[f"surefoot-{board}"]["panels"] if panel["title"] == title]
    return dict(found)


def variable(name: str) -> str:
    (found,) = [each for each in LOADED["surefoot-run"]["templating"]["list"] if each["name"] == name]
    return str(found["query"]["query"])


def styles_of(panel: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What a panel's overrides set for a name."""
    found = [each for each in panel["fieldConfig"]["overrides"] if each["matcher"]["options"] == name]
    return {each["id"]: each["value"] for override in found for each in override["properties"]}


def test_a_planted_drift_leaves_one_constant_band(world: BoardDatabase) -> None:
    panel = panel_of("run", "Do I drift away from my own balance?")
    asked, written, unwritten = (target["query"] for target in panel["targets"])
    ended_ms = round(1000 * (DRIFTING_BEGAN.timestamp() + WINDOWS * WINDOW_S))
    run = replace(world, run=DRIFTING, now_ms=ended_ms)
    assert [row[-1] for series in run.ask(variable("frozen"), "1h") for row in series.rows] == [DRIFTING]
    for since in ("40m", "5m"):  # the whole run, and a look at its end
        (line,) = run.ask(asked, since)
        assert line.rows[-1][1] == pytest.approx(OWN_PCT + DRIFT_PCT)
        known = replace(run, frozen=DRIFTING)
        assert known.ask(unwritten, since) == []
        for board, query in ((known, written), (run, unwritten)):
            (series,) = board.ask(query, since)
            assert series.columns == ["time", "baseline, low", "baseline, high"]
            (band,) = {tuple(row[1:]) for row in series.rows if row[1] is not None}
            assert band == pytest.approx((OWN_PCT - 2.1, OWN_PCT + 2.1))
            since_ns = 1_000_000 * (run.now_ms - 60_000 * int(since[:-1]))
            assert all(row[1] is not None for row in series.rows if row[0] >= max(since_ns, BEGAN_NS))


def test_where_a_run_is_expected_by_what_was_confirmed_is_beside_that_run_alone(world: BoardDatabase) -> None:
    panel = panel_of("trends", "Is my left/right balance changing?")
    ended_ms = round(1000 * (DRIFTING_BEGAN.timestamp() + WINDOWS * WINDOW_S))
    (series,) = replace(world, now_ms=ended_ms).ask(panel["targets"][2]["query"], "12w")
    assert series.columns == ["time", *ANCHOR_ENDS.values()]
    assert [row[0] for row in series.rows] == [BEGAN_NS, BEGAN_NS + round(1e9 * WINDOWS * WINDOW_S)]
    for _, *ends in series.rows:
        assert ends == pytest.approx([ANCHOR_PCT - ANCHOR_HALF_PCT, ANCHOR_PCT + ANCHOR_HALF_PCT], abs=1e-3)
    assert {styles_of(panel, name)["custom.drawStyle"] for name in ANCHOR_ENDS.values()} == {"points"}


def test_the_rolled_stride_is_among_the_strides(world: BoardDatabase) -> None:
    (planted,) = PLAYS[0].inversion_events
    strides, rolled = panel_of("runner-live", "How far do my ankles tip outward?")["targets"]
    (series,) = world.ask(rolled["query"], "5m")
    assert (series.tags["foot"], rolled["alias"]) == (planted.foot, "rolled, $tag_foot")
    assert series.rows[0][1] == pytest.approx(planted.peak_deg, abs=6.0)
    highest = [row[1] for each in world.ask(strides["query"], "5m") for row in each.rows]
    assert max(highest) < series.rows[0][1] / 2.0
    assert replace(world, runners=("runner-2",)).ask(rolled["query"], "5m") == []


@pytest.mark.parametrize("width_px", [1280, 1920])
def test_the_squads_table_has_room_for_four_runners_with_all_that_was_found(width_px: int) -> None:
    panel = panel_of("coach-live", "Who needs me?")
    shown = [each for each in panel["fieldConfig"]["overrides"] if "custom.hideFrom.viz" not in _ids(each)]
    taken_px = sum(each["value"] for one in shown for each in one["properties"] if each["id"] == "custom.width")
    letters_per_line = (width_px - 100 - taken_px) / 7.0
    message = (
        "The right ankle rolled over: 40° farther outward than its usual stance, at up to 918 °/s. If it hurts, stop."
    )
    lines = 1 + len(message) // letters_per_line
    room_px = panel["gridPos"]["h"] * GRID_PX - TITLE_PX - HEADER_PX
    assert room_px // (lines * LINE_PX + PADDING_PX) >= 4
    assert styles_of(panel, "What was found")["custom.wrapText"] is True


def _ids(override: Mapping[str, Any]) -> set[str]:
    return {each["id"] for each in override["properties"]}


def test_who_has_nothing_has_no_colour_and_severities_have_the_same_words_everywhere() -> None:
    squad = styles_of(panel_of("coach-live", "Who needs me?"), "Severity")["mappings"]
    found = styles_of(panel_of("coach-live", "What was found?"), "Severity")["mappings"]
    assert squad[1]["options"]["match"] == "null"
    assert squad[1]["options"]["result"]["color"] == squad[0]["options"][Severity.INFO]["color"] == "transparent"
    for each in Severity:
        assert squad[0]["options"][each]["text"] == found[0]["options"][each]["text"] == SEVERITY_WORDS[each]


def test_the_worst_finding_of_each_runner_is_told_with_its_own_severity(world: BoardDatabase) -> None:
    worst = panel_of("coach-live", "Who needs me?")["targets"][2]["query"]
    told = {series.tags["runner"]: next(series.dicts()) for series in world.ask(worst, "15m")}
    assert (told["runner-1"]["Severity"], told["runner-1"]["Rank"]) == ("roll", 2)
    assert "ankle rolled" in told["runner-1"]["What was found"]


def test_the_roll_and_the_alert_after_the_run_are_annotations_and_in_the_list(world: BoardDatabase) -> None:
    (annotation,) = LOADED["surefoot-coach-live"]["annotations"]["list"]
    (listed,) = panel_of("coach-live", "Which alerts were sent?")["targets"]
    for query, kind, words in (
        (annotation["target"]["query"], "kind", "message"),
        (listed["query"], "Kind", "Description"),
    ):
        told = {row[kind]: row for series in world.ask(query, "15m") for row in series.dicts()}
        assert set(told) == {"inversion_event", "post_run"}
        assert told["post_run"][words].startswith("The run is over; inversion stood out.")
        after_s = (1_000_000 * world.now_ms - told["post_run"]["time"]) / 1e9
        assert 0.0 <= after_s <= 10.0, "it is told as the run ends"


def test_both_pods_of_a_runner_have_the_runners_colour_and_the_right_one_is_dashed(world: BoardDatabase) -> None:
    squad = replace(world, runners=("runner-1", "runner-2"))
    for title in ("How long will the batteries last?", "How well is each pod heard?", "Do the clocks agree?"):
        panel = panel_of("pods", title)
        assert panel["fieldConfig"]["defaults"]["color"] == {"mode": "palette-classic-by-name"}
        assert [target["alias"] for target in panel["targets"]] == ["$tag_runner"] * 2
        for target in panel["targets"]:
            runners = [series.tags["runner"] for series in squad.ask(target["query"], "6h")]
            assert runners == ["runner-1", "runner-2"], title
        (dashed,) = panel["fieldConfig"]["overrides"]
        assert dashed["matcher"] == {"id": "byFrameRefID", "options": "B"}
        assert "\"foot\" = 'right'" in panel["targets"][1]["query"]


def test_the_axes_of_shares_hold_what_is_possible() -> None:
    for title, least, most in (
        ("How long will the batteries last?", 0, 100),
        ("How often was a pod lost?", 0, 5),
        ("Were samples lost?", 0, 5),
    ):
        custom = panel_of("pods", title)["fieldConfig"]["defaults"]["custom"]
        assert (custom["axisSoftMin"], custom["axisSoftMax"]) == (least, most), title


def test_loads_are_bars_from_zero_beside_each_other(world: BoardDatabase) -> None:
    panel = panel_of("trends", "How much load does each foot take?")
    assert panel["fieldConfig"]["defaults"]["custom"]["axisSoftMin"] == 0
    sides = [styles_of(panel, f"/{foot}$/")["custom.barAlignment"] for foot in Foot]
    assert sides == [-1, 1]
    (series,) = world.ask(panel["targets"][0]["query"], "12w")
    doses = {tuple(row[1:]) for row in series.rows if row[1] is not None}
    assert len(doses) == 1, "every week has the same run"
    summary = "SELECT impact_dose_g_left, impact_dose_g_right FROM summaries WHERE runner = 'runner-1'"
    assert next(iter(doses)) in {tuple(row[1:]) for row in world.influx.query(summary)[0].rows}


def test_weeks_begin_at_the_viewers_midnight_also_when_the_clocks_change(world: BoardDatabase) -> None:
    zone = ZoneInfo(TIME_ZONE)
    minutes = {
        datetime(2026, 3, 22, 23, 50, tzinfo=zone): 10,
        datetime(2026, 3, 23, 0, 10, tzinfo=zone): 20,  # the week in which the clocks go forward
        datetime(2026, 3, 29, 23, 50, tzinfo=zone): 30,
        datetime(2026, 3, 30, 0, 10, tzinfo=zone): 40,
        datetime(2026, 4, 6, 0, 10, tzinfo=zone): 50,
        datetime(2026, 10, 19, 0, 10, tzinfo=zone): 60,  # the week in which they go back
        datetime(2026, 10, 25, 23, 50, tzinfo=zone): 70,
        datetime(2026, 10, 26, 0, 10, tzinfo=zone): 80,
    }
    world.influx.write(
        [
            f"summaries,runner=weekly,run=r{each},foot=both run_time_s={60 * each} {round(1e9 * at.timestamp())}"
            for at, each in minutes.items()
        ]
    )
    viewer = replace(world, runners=("weekly",), now_ms=round(1000 * datetime(2026, 11, 9, tzinfo=zone).timestamp()))
    (series,) = viewer.ask(panel_of("trends", "How much do I run?")["targets"][0]["query"], "40w")
    mondays = [datetime(2026, *day, tzinfo=zone) for day in ((3, 16), (3, 23), (3, 30), (4, 6), (10, 19), (10, 26))]
    found = {datetime.fromtimestamp(at / 1e9, zone): ran for at, ran in series.rows}
    assert found == pytest.approx(dict(zip(mondays, (10, 50, 40, 50, 130, 80), strict=True)))


@pytest.mark.parametrize("runner", UNSAFE_IDS)
def test_a_runners_id_is_matched_as_it_is(world: BoardDatabase, runner: str) -> None:
    tags = {each: each.replace(" ", "\\ ") for each in UNSAFE_IDS}
    world.influx.write(
        [
            f'runs,runner={tags[each]},run=run-{number},foot=both label="run-{number} label" 1000'
            for number, each in enumerate(UNSAFE_IDS)
        ]
    )
    found = replace(world, runners=(runner,)).ask(variable("run"), "1h")
    assert [row[-1] for series in found for row in series.rows] == [f"run-{UNSAFE_IDS.index(runner)} label"]
    both = replace(world, runners=(runner, "abc")).ask(variable("run"), "1h")
    assert len({row[-1] for series in both for row in series.rows}) == len({runner, "abc"})


def test_a_run_is_chosen_by_date_runner_and_minutes_and_its_id_is_the_value(world: BoardDatabase) -> None:
    (choice,) = [each for each in LOADED["surefoot-run"]["templating"]["list"] if each["name"] == "run"]
    regex = re.compile(choice["regex"].strip("/").replace("(?<", "(?P<"))
    labels = [row[-1] for series in world.ask(variable("run"), "1h") for row in series.rows]
    matches = [match for label in labels if (match := regex.match(label)) is not None]
    assert len(matches) == len(labels)
    shown = {match["value"]: match["text"] for match in matches}
    local = DRIFTING_BEGAN.astimezone()
    assert shown[DRIFTING] == f"{local:%Y-%m-%d %H:%M}, runner-1, {round(WINDOWS * WINDOW_S / 60)} min"
    assert sorted(shown) == sorted({row[-1] for series in world.influx.query(RUNS) for row in series.rows})


def test_a_run_that_was_chosen_is_one_click_from_its_start_and_end(world: BoardDatabase) -> None:
    began, ended = (datetime.fromtimestamp(each / 1e9, UTC) for each in (BEGAN_NS, BEGAN_NS + 1e9 * WINDOWS * WINDOW_S))
    values = {}
    for name in ("started", "ended"):
        (series,) = replace(world, run=DRIFTING).ask(variable(name), "1h")
        ((_, values[name]),) = series.rows
    assert [datetime.fromisoformat(values[name]) for name in ("started", "ended")] == [began, ended]
    link, _ = LOADED["surefoot-run"]["links"]
    assert link["type"] == "link"
    assert link["url"].endswith("&var-run=${run}&from=${started}&to=${ended}")
    for panel in LOADED["surefoot-run"]["panels"]:
        if panel["type"] == "timeseries":
            assert link["title"] in panel["fieldConfig"]["defaults"]["noValue"]


def test_alerts_are_in_a_list_and_beside_the_lines_and_so_is_the_one_after_the_run(world: BoardDatabase) -> None:
    panel = panel_of("coach-live", "Which alerts were sent?")
    (series,) = world.ask(panel["targets"][0]["query"], "15m")
    told = list(series.dicts())
    assert [row["time"] for row in told] == sorted((row["time"] for row in told), reverse=True)
    assert (told[0]["Kind"], told[0]["Event"], told[0]["Runner"]) == (POST_RUN, "raised", "runner-1")
    assert {"inversion_event"} <= {row["Kind"] for row in told if row["Runner"] == "runner-1"}
    words = styles_of(panel, "Kind")["mappings"][0]["options"]
    assert {row["Kind"] for row in told} <= set(words)
    (annotation,) = LOADED["surefoot-coach-live"]["annotations"]["list"]
    (marked,) = world.ask(annotation["target"]["query"], "15m")
    assert [row["message"] for row in marked.dicts()] == [row["Description"] for row in reversed(told)]


def test_the_squad_is_sorted_by_a_number_that_every_runner_has() -> None:
    *_, filled, _, _, last = panel_of("coach-live", "Who needs me?")["transformations"]
    assert last["options"]["sort"] == [{"field": filled["options"]["alias"], "desc": True}]
    assert filled["options"]["reduce"] == {"reducer": "sum", "include": ["Rank"]}


def test_every_pod_is_in_the_table_once_with_whoever_wore_it_last(world: BoardDatabase) -> None:
    worn = [("zoe", "left", "LENT", 1), ("zoe", "right", "KEPT", 2), ("adam", "right", "LENT", 3)]
    world.influx.write(
        [
            f"pod_health,runner={runner},foot={foot},serial={serial},run=r connected=1 {(1000 + at) * 10**9}"
            for runner, foot, serial, at in worn
        ]
    )
    then = replace(world, runners=("zoe", "adam"), now_ms=1_010_000)
    told = then.ask(panel_of("pods", "Is every pod heard?")["targets"][0]["query"], "15m")
    rows = [next(series.dicts()) for series in told]
    assert sorted((row["serial"], row["runner"], row["foot"]) for row in rows) == [
        ("KEPT", "zoe", "right"),
        ("LENT", "adam", "right"),
    ]


def test_a_pod_that_is_not_connected_is_stale_and_was_heard_when_it_last_was(world: BoardDatabase) -> None:
    world.influx.write(
        [
            f"pod_health,runner=yan,foot=left,serial=GONE,run=r connected={connected} {at_s * 10**9}"
            for at_s, connected in ((2000, 1), (2010, 1), (2020, 0), (2030, 0), (2050, 0))
        ]
    )
    asked = [target["query"] for target in panel_of("pods", "Is every pod heard?")["targets"]]
    for now_s, fresh in ((2029, 2), (2055, 0)):
        then = replace(world, runners=("yan",), now_ms=1000 * now_s)
        newest, state, heard = (then.ask(each, "15m")[0] for each in asked)
        assert next(newest.dicts())["Connected"] == 0
        assert next(state.dicts())["State"] == fresh
        assert heard.rows[0][0] == 2010 * 10**9

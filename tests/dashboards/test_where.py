"""A watch's track is drawn to scale, with what was found at its place; without one there is no map."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from playwright.sync_api import Browser

from surefoot.analysis.findings import latest
from surefoot.analysis.model import Floats
from surefoot.analysis.track import JoinedTrack, Track
from surefoot.dashboards.charts.course_map import Spot, course_map
from surefoot.dashboards.data_source import AnalysedRun
from surefoot.dashboards.report.headline import most_severe_first
from surefoot.dashboards.report.page import report_html
from surefoot.dashboards.report.splits import distance_m, run_splits
from surefoot.dashboards.report.watch import where_text
from surefoot.dashboards.wall.hosting import WallServer
from tests.dashboards.browser import SIZES, overflow_px, page_events, violations
from tests.dashboards.fake_source import FakeViewDataSource
from tests.dashboards.runs import ROLL_S, RUN, eventful
from tests.dashboards.test_report import text_of

SPEED_MPS = 3.0
M_PER_DEG = 111_195.0
SIXTY_DEG_NORTH = 60.0


def rectangle(long_m: float, short_m: float, seconds: int) -> tuple[Floats, Floats]:
    """(n,) metres east and north, once around from the south-west corner at a steady pace."""
    corners = np.array([0.0, long_m, long_m + short_m, 2 * long_m + short_m, 2 * (long_m + short_m)])
    along_m = np.linspace(0.0, corners[-1], seconds)
    return (
        np.interp(along_m, corners, [0, long_m, long_m, 0, 0]),
        np.interp(along_m, corners, [0, 0, short_m, short_m, 0]),
    )


def track(east_m: Floats, north_m: Floats, longitude_deg: float = 10.0) -> Track:
    seconds = np.arange(len(east_m), dtype=np.float64)
    latitude_deg = SIXTY_DEG_NORTH + (north_m - north_m.mean()) / M_PER_DEG
    from_here_deg = east_m / M_PER_DEG / np.cos(np.radians(SIXTY_DEG_NORTH))
    return Track(
        seconds,
        latitude_deg,
        (longitude_deg + from_here_deg + 180.0) % 360.0 - 180.0,
        500.0 + 0.02 * north_m,
        np.full(len(seconds), 150.0),
        np.full(len(seconds), 170.0),
        np.full(len(seconds), SPEED_MPS),
        SPEED_MPS * seconds,
    )


@cache
def with_watch() -> AnalysedRun:
    """The eventful run with a watch's track, twice as far east as north."""
    run = eventful()
    seconds = int(run.end_s) + 1
    joined = JoinedTrack(track(*rectangle(1000.0, 500.0, seconds)), "fit", "cadence", 3607.4, 2.1, 0.93)
    return replace(run, track=joined)


class WatchedSource(FakeViewDataSource):
    """The eventful run, now with a watch."""

    def analysed_runs(self, run: str) -> dict[str, AnalysedRun]:
        return {RUN.run_id: {"anna": with_watch()}}[run]


def drawn_points(svg: str) -> Floats:
    """(n, 2) of the course."""
    (path,) = re.findall(r'<path d="([^"]*)" class="line course">', svg)
    return np.array([[float(each) for each in pair.split()] for pair in re.split("[ML]", path)[1:]])


@pytest.mark.parametrize("longitude_deg", [10.0, 179.995])
def test_the_course_is_drawn_to_scale_at_its_latitude(longitude_deg: float) -> None:
    svg = course_map(track(*rectangle(1000.0, 500.0, 1000), longitude_deg), [])
    wide, high = np.ptp(drawn_points(svg), axis=0)
    assert wide / high == pytest.approx(2.0, rel=0.01)
    (begin, end, metres) = re.findall(
        r'<path d="M(\S+) \S+V\S+H([\d.]+)v-5" class="line bar"></path><text[^>]*>(\d+) m', svg
    )[0]
    assert wide / (float(end) - float(begin)) == pytest.approx(1000.0 / float(metres), rel=0.01)
    assert drawn_points(svg)[0] == pytest.approx(
        [drawn_points(svg)[:, 0].min(), drawn_points(svg)[:, 1].max()], abs=0.5
    )


def test_a_hole_is_not_bridged_and_a_short_course_is_not_blown_up() -> None:
    whole = track(*rectangle(1000.0, 500.0, 1000))
    holed = whole.between(0.0, 300.0), whole.between(500.0, 1000.0)
    names = Track.__match_args__
    joined = Track(*(np.concatenate([getattr(each, name) for each in holed]) for name in names))
    assert course_map(joined, []).count('class="line course"') == 1
    assert re.findall(r'd="([^"]*)" class="line course"', course_map(joined, []))[0].count("M") == 2
    jitter = np.random.default_rng(1).normal(0.0, 1.0, (2, 100))
    assert max(np.ptp(drawn_points(course_map(track(*jitter), [])), axis=0)) < 120.0
    nowhere = replace(whole, latitude_deg=np.full(len(whole), np.nan))
    assert course_map(nowhere, []) == ""


def test_start_and_end_at_one_place_have_their_words_apart() -> None:
    svg = course_map(track(*rectangle(1000.0, 500.0, 1000)), [])
    start, end = (float(y) for y in re.findall(r'<text x="\S+" y="(\S+)"[^>]*>(?:start|end)<', svg))
    assert end - start > 20.0


def test_findings_at_one_place_stand_beside_each_other() -> None:
    svg = course_map(track(*rectangle(1000.0, 500.0, 1000)), [Spot(100.0, k, "Ankle roll", 2) for k in (1, 2, 3)])
    centres = {
        float(each)
        for each in re.findall(r'<g class="spot rank-2">|<circle cx="([\d.]+)" cy="[\d.]+" r="9"', svg)
        if each
    }
    assert len(centres) == 3
    assert min(np.diff(sorted(centres))) >= 18.0


def test_report_and_findings_tell_where_it_was() -> None:
    run, text = with_watch(), text_of(report_html(with_watch()))
    roll = next(each for each in latest(run.results.findings) if abs(each.time_s - ROLL_S) < 2.0)
    told = where_text(run, roll)
    assert re.fullmatch(r"at 0\.4\d km, 500 m high, heart rate 150", told)
    assert text.count(told) == 2  # in its card, and below the map
    assert "Where the run went" in text
    assert "its own clock was 1:00:07 h ahead (± 2.1 s)" in text
    number = most_severe_first(latest(run.results.findings)).index(roll) + 1
    assert f'text-anchor="middle">{number}</text><' in report_html(run)


def test_distance_and_splits_are_by_the_watch_where_it_was_there() -> None:
    run = with_watch()
    whole_m = SPEED_MPS * (run.end_s - run.origin_s)
    assert distance_m(run) == pytest.approx(whole_m, abs=3.0 * SPEED_MPS)  # its whole seconds, at both ends
    splits = run_splits(run)
    assert splits[0].end_s - splits[0].start_s == pytest.approx(1000.0 / SPEED_MPS, abs=1.0)
    assert "Distance, from the watch" in text_of(report_html(run))
    assert "5:33 /km" in text_of(report_html(run))
    assert run.track is not None
    short = replace(run, track=replace(run.track, track=run.track.track.between(0.0, 600.0)))
    assert distance_m(short) == distance_m(eventful())


def test_without_a_watch_there_is_nothing_about_places() -> None:
    page = report_html(eventful())
    assert "Where the run went" not in page
    assert "heart rate" not in text_of(page)
    assert 'class="chart map"' not in page


@pytest.mark.parametrize(("size", "scheme"), [("phone", "light"), ("phone", "dark"), ("projector", "dark")])
def test_the_runs_page_draws_it_on_every_screen_without_the_internet(browser: Browser, size: str, scheme: str) -> None:
    with WallServer(WatchedSource()) as server:
        width, height = SIZES[size]
        tab = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
        requests = page_events(tab)
        tab.goto(f"http://127.0.0.1:{server.port}/runs/{RUN.run_id}/runner/anna")
        tab.wait_for_selector(".watch .map")
        assert overflow_px(tab) <= 0
        assert violations(tab) == []
        assert all(each.startswith(f"http://127.0.0.1:{server.port}/") for each in requests)
        tab.close()

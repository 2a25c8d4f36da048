"""Rough ground, from simulated runs on a road, on a road that falls off, and on a trail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from surefoot.analysis.model import Foot
from surefoot.analysis.weeks.ground import said_of_ground, tilt_scatter_deg
from surefoot.analysis.weeks.history import PastRun
from surefoot.analysis.weeks.labels import Surface
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile
from tests.analysis.simulated import analyse, record

NOW = datetime(2026, 5, 31, 18, tzinfo=UTC)


@cache
def scatter_deg(ground_deg: float = 0.0, camber_pct: float = 0.0) -> Mapping[Foot, float]:
    """As measured on ground that tilts by chance from stride to stride, and on a road that falls off."""
    plan = (PlannedBout("still", 5.0), PlannedBout("run", 150.0, 3.0, camber_pct=camber_pct))
    runner = RunnerProfile(uneven_ground_sd_deg=ground_deg)
    return tilt_scatter_deg(analyse(record(runner, plan, seed=4).feet).results.windows)


def ran(days_ago: int, tilt_deg: Mapping[Foot, float], surface: Surface | None = Surface.ROAD) -> PastRun:
    return PastRun(
        str(days_ago),
        NOW - timedelta(days=days_ago),
        1800.0,
        1800.0,
        5000.0,
        surface=surface,
        tilt_scatter_deg=tilt_deg,
    )


def test_a_trail_is_rougher_than_a_road_and_one_that_falls_off_is_not() -> None:
    roads = [ran(days, scatter_deg()) for days in (9, 6, 3)]
    said = said_of_ground(roads, ran(0, scatter_deg(ground_deg=3.0)))
    assert said.startswith("This ground was rougher than the roads: left foot tilt ± ")
    assert said_of_ground(roads, ran(0, scatter_deg(camber_pct=5.0))) == ""
    for foot in Foot:
        assert scatter_deg(camber_pct=5.0)[foot] == pytest.approx(scatter_deg()[foot], abs=0.3)


ROAD, ROUGH = {Foot.LEFT: 1.2, Foot.RIGHT: 1.4}, {Foot.LEFT: 3.1, Foot.RIGHT: 2.4}
ROADS = [ran(days, ROAD) for days in (9, 6, 3)]


@pytest.mark.parametrize(
    ("earlier", "run", "said"),
    [
        (ROADS, ran(0, ROUGH), "This ground was rougher than the roads: left foot tilt ± 3.1° (road ± 1.2°)."),
        (ROADS, ran(0, ROUGH, None), "This ground was rougher than the roads: left foot tilt ± 3.1° (road ± 1.2°)."),
        (ROADS, ran(0, {**ROUGH, Foot.RIGHT: 2.5}),
         "This ground was rougher than the roads: left foot tilt ± 3.1° (road ± 1.2°),"
         " right foot tilt ± 2.5° (road ± 1.4°)."),
        (ROADS, ran(0, ROUGH, Surface.TRAIL), ""),
        (ROADS, ran(0, {Foot.LEFT: 2.2}), ""),
        (ROADS, ran(0, {}), ""),
        (ROADS[:2], ran(0, ROUGH), ""),
        ([replace(each, surface=None) for each in ROADS], ran(0, ROUGH), ""),
        ([], ran(0, ROUGH), ""),
    ],
    ids=[
        "a trail labelled road", "not labelled", "both feet", "a trail labelled trail", "one degree", "not measured",
        "two road runs", "roads that nobody labelled", "the first run",
    ],
)  # fmt: skip
def test_rough_ground_is_told_where_the_label_does_not(earlier: list[PastRun], run: PastRun, said: str) -> None:
    assert said_of_ground(earlier, run) == said

"""What the wall shows of a runner whose pods may be exchanged."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from surefoot.analysis.findings import Kind
from surefoot.analysis.model import Foot, Samples
from surefoot.dashboards.data_source import RunnerState
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.pod.imu import Imu, read_imu
from surefoot.sensor_ingest.recording.assembler import Batch
from surefoot.service.pipeline.analysis import chunks
from surefoot.service.pipeline.runner_analysis import RunAnalysis
from surefoot.service.pipeline.sides import SIDED_KEYS
from surefoot.service.settings import Settings
from surefoot.service.store.boot_time import BootTime
from surefoot.service.store.tail import RunInProgress, StoreTail
from surefoot.service.store.writing import NANOSECONDS
from surefoot.service.views.runner_state import runner_now, stored_runner_now
from surefoot.service.views.squad_state import StoredRuns
from tests.service.stored_runs import RUNNER, manifest, recent, store_samples

RUN_S = 110.0
ENDLESS_S = 1e6


@cache
def worn() -> Mapping[Foot, Samples]:
    """A runner whose feet clearly roll in."""
    motion = simulate(RunnerProfile(eversion_excursion_deg=14.0), (PlannedBout("run", RUN_S, 2.9),), seed=6)
    return {foot: read_imu(motion, foot, Imu(), seed=6) for foot in Foot}


@cache
def exchanged() -> Mapping[Foot, Samples]:
    """The same with the pods on each other's feet."""
    names = ("time_s", "acc_mps2", "gyr_radps", "clipped", "gyr_clipped")
    return {foot: Samples(foot, *(getattr(worn()[foot.other], name) for name in names)) for foot in Foot}


def live(samples: Mapping[Foot, Samples]) -> RunnerState:
    """As the process shows it that records the run."""
    analysis = RunAnalysis(manifest().pods)
    for piece in chunks(samples, 1.0):
        analysis.push(Batch(list(Foot).index(piece.foot), RUNNER, piece))
    return runner_now(RUNNER, analysis, (), RUN_S)


def from_store(samples: Mapping[Foot, Samples], folder: Path) -> RunnerState:
    """As another process shows it, from the store."""
    settings = Settings(data=folder)
    store_samples(settings, samples, run=manifest(created=recent()), until_s=ENDLESS_S)
    with StoreTail(settings.store_path) as tail:
        (state,) = StoredRuns(tail).squad_state().runners
    return state


def told(state: RunnerState) -> set[str]:
    """Metrics with a value in any stride or window."""
    strides = {key for rows in state.strides.values() for key, each in rows.metrics.items() if np.isfinite(each).any()}
    windows = [*state.windows, *state.live_windows]
    return strides.union(*(estimates for window in windows for estimates in (*window.feet.values(), window.difference)))


@pytest.mark.parametrize("stored", [False, True])
def test_angles_are_withheld_live_while_the_pods_are_in_question(tmp_path: Path, *, stored: bool) -> None:
    right, wrong = (
        from_store(each, tmp_path / name) if stored else live(each)
        for name, each in (("right", worn()), ("wrong", exchanged()))
    )
    assert any(finding.kind is Kind.EXCHANGED_PODS for finding in wrong.findings)
    assert told(right) >= SIDED_KEYS
    assert told(wrong) == told(right) - SIDED_KEYS


def test_where_nothing_is_stored_any_more_the_service_is_behind_and_no_pod_is_lost() -> None:
    row = {"time_ns": 100 * NANOSECONDS, "connected": True, "battery_pct": None, "rssi_dbm": None, "loss_pct": 0.0}
    health: dict[Foot, Mapping[str, Any]] = dict.fromkeys(Foot, row)
    known = RunInProgress("Anna", 0, BootTime("", 0.0), {}, health=health)
    fresh, old = (stored_runner_now(RUNNER, known, now_s) for now_s in (109.0, 142.0))
    assert [(pod.heard, pod.state) for pod in fresh.pods] == [(True, "connected")] * 2
    assert [(pod.heard, pod.state) for pod in old.pods] == [(None, "not known")] * 2
    assert (fresh.behind_s, old.behind_s) == (9.0, 42.0)

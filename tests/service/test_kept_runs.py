"""A run that the pods kept by themselves is analysed by how well their clocks are known, live or again."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from surefoot.analysis.model import Flag, Foot
from surefoot.analysis.pairing import STEP_KEYS
from surefoot.firmware_sim.body.motion import Motion, PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.pod.beacon_air import BeaconAir
from surefoot.sensor_ingest.recording.run_folder import RunFolder, open_run
from surefoot.service.pipeline.analysis import Analysis
from surefoot.service.pipeline.reanalysis import analyze_run
from surefoot.service.runtime.recovery import store_recorded_run
from surefoot.service.runtime.replacement import replace_results
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader
from tests.sensor_ingest.kept_runs import RUNNER, keep_run, time_run

SAMPLE_S = 1.0 / 208.0


@cache
def motion() -> Motion:
    plan = [PlannedBout("still", 3.0), PlannedBout("run", 40.0, 3.0), PlannedBout("still", 2.0)]
    return simulate(RunnerProfile(), plan, seed=4)


def analysed(run: RunFolder) -> Analysis:
    return analyze_run(open_run(run.path), lambda *_: None).conclude()[RUNNER]


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A pair that heard each other."""
    return keep_run(tmp_path_factory.mktemp("heard"), motion(), BeaconAir(0.3))


@pytest.fixture(scope="module")
def deaf(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A pair that did not."""
    return keep_run(tmp_path_factory.mktemp("deaf"), motion(), BeaconAir(1.0))


def test_a_pair_that_heard_each_other_is_as_good_as_one_clock(heard: RunFolder, tmp_path: Path) -> None:
    clock = heard.manifest.pair_clocks[RUNNER]
    assert clock.unknown_s == ()
    assert 0.0002 < clock.sd_s < 0.001
    kept, exact = analysed(heard).results, analysed(time_run(tmp_path, motion())).results
    assert kept.clock_sd_s == clock.sd_s
    for foot in Foot:
        mine, true = kept.strides[foot], exact.strides[foot]
        assert len(mine) == len(true) > 40
        for key in ("ground_contact_time_s", "step_time_s", "flight_time_s"):
            assert mine.metrics[key] == pytest.approx(true.metrics[key], abs=SAMPLE_S, nan_ok=True)
            assert abs(np.nanmedian(mine.metrics[key] - true.metrics[key])) < 0.001
        assert np.isfinite(mine.metrics["step_time_s"]).mean() > 0.9


def test_a_pair_that_heard_nothing_has_no_steps_and_says_so(heard: RunFolder, deaf: RunFolder) -> None:
    with_steps, without = analysed(heard), analysed(deaf)
    for foot in Foot:
        mine, other = with_steps.results.strides[foot], without.results.strides[foot]
        assert other.has(Flag.CLOCKS_UNKNOWN).all()
        for key in STEP_KEYS:
            assert np.isnan(other.metrics[key]).all()
        for key, within in (
            ("ground_contact_time_s", SAMPLE_S),
            ("stride_time_s", SAMPLE_S),
            ("foot_strike_angle_deg", 1.0),
        ):
            assert other.metrics[key] == pytest.approx(mine.metrics[key], abs=within, nan_ok=True)
        assert np.isfinite(other.metrics["ground_contact_time_s"]).mean() > 0.9
        (note,) = [each for each in without.quality[foot].notes if "did not hear each other" in each]
        assert note.endswith(f"Step and flight time withheld in {len(other)} of {len(other)} strides.")
        (fetched, note) = with_steps.quality[foot].notes
        assert fetched == "Nothing was heard while it was made: the pod kept it, and it was fetched."
        assert note.startswith(
            "The pods kept this run by themselves: by what they heard of each other, left and right "
        )
        assert note.endswith(f" {1960.0 * heard.manifest.pair_clocks[RUNNER].sd_s:.1f} ms in 95 of 100 cases.")
        assert not any("by themselves" in each for each in without.quality[foot].notes)


def test_fitting_its_clocks_anew_changes_nothing_as_no_packet_arrived_when_it_was_made(heard: RunFolder) -> None:
    once, anew = (analyze_run(heard, lambda *_: None, refit=refit).conclude()[RUNNER] for refit in (False, True))
    for foot in Foot:
        mine, other = once.results.strides[foot], anew.results.strides[foot]
        assert len(mine) > 40
        assert mine.initial_contact_s.tolist() == other.initial_contact_s.tolist()


def test_how_well_clocks_are_known_is_stored_with_the_results(heard: RunFolder, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    store_recorded_run(heard, settings)
    with StoreReader(settings.store_path) as reader:
        first = reader.results(heard.manifest.run_id, RUNNER)
    replace_results(heard, settings)
    with StoreReader(settings.store_path) as reader:
        again = reader.results(heard.manifest.run_id, RUNNER)
    assert first.clock_sd_s == again.clock_sd_s == heard.manifest.pair_clocks[RUNNER].sd_s

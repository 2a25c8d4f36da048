"""Calf raises and balance on one leg in a recording, as the pods saw them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from surefoot.analysis.legs.balance import began_on_one_leg, one_leg_stands
from surefoot.analysis.legs.calf_raises import calf_raises, in_sets
from surefoot.analysis.legs.foot_tilt import foot_tilts, unknown_s
from surefoot.analysis.model import BoutKind, Foot, Samples
from surefoot.analysis.weeks.measured_legs import MeasuredLegs
from surefoot.sensor_ingest.recording.assembler import Batch
from surefoot.sensor_ingest.recording.replay import replay
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.service.pipeline.analysis import ProgressCallback
from surefoot.service.pipeline.reanalysis import analyze_run, replay_with_progress

GAIT = frozenset({BoutKind.RUN, BoutKind.WALK})
NOT_STOOD = "stand still on both feet for two seconds first"


def measured_legs(run: RunFolder, runner: str, progress: ProgressCallback) -> MeasuredLegs:
    """Count a recording's raises and stands on one leg; IngestError where it cannot be read."""
    nothing = MeasuredLegs(run.manifest.run_id, run.manifest.created_utc.astimezone().date(), {}, ())
    samples = _samples(run, runner, progress)
    if set(samples) != set(Foot):
        return replace(nothing, why="both pods are needed")
    if any(np.isnan(each.gyr_radps).all() for each in samples.values()):
        return replace(nothing, why="a pod has no gyroscope")
    tilts = foot_tilts(list(samples.values()))
    if not tilts:
        return replace(nothing, why=NOT_STOOD)
    bouts = analyze_run(run, progress).conclude()[runner].results.bouts
    gait = [(each.start_s, each.end_s) for each in bouts if each.kind in GAIT]
    if lost_s := unknown_s(tilts, gait):
        return replace(nothing, why=f"readings are missing, so {lost_s:.0f} s of it cannot be told")
    feet = dict(zip(samples, tilts, strict=True))
    stands = one_leg_stands(feet)
    if began_on_one_leg(feet, stands):
        return replace(nothing, why=NOT_STOOD)
    sets = {foot: in_sets(raises) for foot, raises in calf_raises(feet, gait).items()}
    return replace(nothing, raises={foot: each for foot, each in sets.items() if each}, stands=stands)


def _samples(run: RunFolder, runner: str, progress: ProgressCallback) -> Mapping[Foot, Samples]:
    """All readings of a runner's pods, in order."""
    parts: dict[Foot, list[Samples]] = {}
    for batch in replay_with_progress(replay(run), progress, "Reading"):
        if isinstance(batch, Batch) and batch.runner == runner:
            parts.setdefault(batch.samples.foot, []).append(batch.samples)
    return {
        foot: Samples(
            foot,
            np.concatenate([each.time_s for each in found]),
            np.concatenate([each.acc_mps2 for each in found]),
            np.concatenate([each.gyr_radps for each in found]),
        )
        for foot, found in sorted(parts.items())
    }

"""A run that was heard in three pieces, by the live link, a gateway and the pods themselves, becomes one run."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from surefoot.analysis.findings import latest
from surefoot.sensor_ingest.recording.run_folder import RunFolder, list_runs
from surefoot.service.pipeline.reanalysis import analyze_run
from surefoot.service.runtime.joining import join_parts
from surefoot.service.runtime.recovery import store_recorded_run
from surefoot.service.settings import Settings
from tests.accuracy.report import Finding
from tests.sensor_ingest.pieces import entries_of, identities, piece
from tests.service.demo_runs import record_demo_run
from tests.sync.kept_run import alert_ids, findings_apart, kinds, strides

RUNNER = "runner-1"


def rows(minutes: float = 6.0) -> Iterator[Finding]:
    """Packets lost and doubled, and what of the run is as if it had been heard whole."""
    data = f"{minutes:g} min heard in three pieces"
    with TemporaryDirectory(prefix="surefoot-sync-") as folder:
        whole = record_demo_run(Path(folder) / "whole", minutes).run
        settings = Settings(data=Path(folder) / "data")
        bring(settings, whole, Path(folder), 60.0 * minutes)
        join_parts(settings)
        runs = list_runs(settings.runs_folder)
        found, true = identities(entries_of(runs[0])), set(identities(entries_of(whole)))
        results, truth = (analyze_run(each, lambda *_: None).runners[RUNNER].results for each in (runs[0], whole))
        told = alert_ids(settings)
    lost, doubled = len(true - set(found)), len(found) - len(set(found))
    counts, findings = (strides(results), strides(truth)), (latest(results.findings), latest(truth.findings))
    same = kinds(findings[0]) == kinds(findings[1])
    times_s, values_pct = findings_apart(*findings) if same else (math.inf, math.inf)
    for what, value, target, passed in (
        ("runs", f"{len(runs)}", "1", len(runs) == 1),
        ("packets lost", f"{lost} of {len(true)}", "0", not lost),
        ("packets doubled", f"{doubled}", "0", not doubled),
        ("strides: joined, whole", "{}, {}".format(*counts), "same", counts[0] == counts[1]),
        ("findings: joined, whole", "{}, {}".format(*map(len, findings)), "same kinds and feet", same),
        ("their times apart, worst", f"{times_s:.3f} s", "≤ 0.1 s", times_s <= 0.1),
        ("their values apart, worst", f"{values_pct:.1f} %", "≤ 2 %", values_pct <= 2.0),
        ("alerts told twice", f"{len(told) - len(set(told))} of {len(told)}", "0", len(told) == len(set(told))),
    ):
        yield Finding(data, what, value, target, passed)


def bring(settings: Settings, whole: RunFolder, folder: Path, lasts_s: float) -> None:
    """The first third heard live and stored, the last by a gateway with a wrong date, shuffled, all by the pods."""
    live = piece(settings.runs_folder, whole, lambda entry: entry.arrival_s < lasts_s / 3)
    store_recorded_run(live, settings)
    late_s = 2 * lasts_s / 3
    parts = {
        "belt": piece(
            folder, whole, lambda entry: entry.arrival_s > late_s, later_s=late_s - 5.0, date_error_s=900.0, shuffled=1
        ),
        "pods": piece(folder, whole, lambda _: True, later_s=1.0, kept_by_pod=True),
    }
    for name, part in parts.items():
        place = settings.parts_folder / name / part.manifest.run_id
        place.parent.mkdir(parents=True)
        shutil.move(part.path, place)

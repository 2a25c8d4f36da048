"""A simulated run in the store, with findings made up for it; and a recorded one."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from surefoot.analysis.findings import Finding, Kind, Severity, State, finding_id
from surefoot.analysis.model import Foot, Samples
from surefoot.analysis.session import Results
from surefoot.sensor_ingest.recording.assembler import Batch
from surefoot.sensor_ingest.recording.manifest import Manifest, PodAssignment
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.service.pipeline.analysis import chunks
from surefoot.service.pipeline.runner_analysis import RunAnalysis
from surefoot.service.runtime.recovery import store_recorded_run
from surefoot.service.runtime.result_recorder import ResultRecorder
from surefoot.service.settings import Settings

RUNNER = "anna"
CREATED = datetime(2026, 1, 2, 3, 4, 5, 600_000, tzinfo=UTC)


def finding(
    kind: Kind = Kind.INVERSION_EVENT,
    at_s: float = 30.0,
    severity: Severity = Severity.ROLL,
    state: State = State.OPEN,
    revision: int = 0,
    known_s: float | None = None,
) -> Finding:
    """Something that a detector might say."""
    return Finding(
        finding_id(kind, Foot.LEFT, at_s),
        kind,
        Foot.LEFT,
        at_s,
        at_s + 0.2 if known_s is None else known_s,
        severity,
        31.5,
        float("nan"),
        "deg",
        0.9,
        "The left ankle rolled outward.",
        {"peak_deg": 31.5, "curve_deg": [1.0, 2.0], "sure": True, "unknown": None},
        state,
        revision,
    )


def manifest(run: str = "20260102T030405Z-00000001", created: datetime = CREATED, name: str = RUNNER) -> Manifest:
    """One runner with two pods."""
    pods = tuple(PodAssignment.worn_by(name, f"POD{foot[0]}", foot) for foot in Foot)
    return Manifest(run, created, "test", pods)


def store_samples(
    settings: Settings,
    samples: Mapping[Foot, Samples],
    findings: Iterable[Finding] = (),
    *,
    run: Manifest | None = None,
    chunk_s: float = 5.0,
    until_s: float = float("inf"),
    now_s: float = 0.0,
) -> Results:
    """Analyse samples into the store, findings as they would come; what was found. A crash comes at `until_s`.

    It is done in a moment, at the session time `now_s`.
    """
    run = run or manifest()
    waiting = sorted(findings, key=lambda each: each.known_s)
    with ResultRecorder(settings.store_path, run, settings, now_s=lambda: now_s) as recorder:

        def keep(runner: str, new: Results, known_s: float) -> None:
            due = [each for each in waiting if each.known_s <= known_s]
            del waiting[: len(due)]
            recorder.record(runner, replace(new, findings=(*new.findings, *due)), known_s)

        analysis = RunAnalysis(run.pods, sink=keep)
        for piece in chunks(samples, chunk_s):
            if piece.time_s[0] < until_s:
                analysis.push(Batch(list(Foot).index(piece.foot), run.runners[0], piece))
        if until_s == float("inf"):
            analysis.flush()
            recorder.finish(max(float(rows.time_s[-1]) for rows in samples.values()))
    return analysis.runners[run.runners[0]].results


def stored(settings: Settings, recorded: RunFolder, **changes: Any) -> RunFolder:
    """A copy of a run, with changes to its manifest, in the data folder and in the store."""
    manifest: Manifest = replace(recorded.manifest, **changes)
    folder = settings.runs_folder / manifest.run_id
    shutil.copytree(recorded.path, folder)
    copy = RunFolder(folder, manifest).reassign(manifest.pods)
    store_recorded_run(copy, settings)
    return copy


def exchanged(pods: Sequence[PodAssignment]) -> tuple[PodAssignment, ...]:
    """What was left now right."""
    return tuple(replace(pod, foot=pod.foot.other) for pod in pods)


def recent() -> datetime:
    """A run that begins now, whose strides will be news for longer than it takes to tell them."""
    return datetime.fromtimestamp(int(time.time()), UTC)

"""Analyse a recorded run again, and replace its results in the store as a whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from surefoot.analysis.findings import latest
from surefoot.analysis.session import Results
from surefoot.sensor_ingest.recording.manifest import Manifest
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.service.errors.runs import RunOpenError
from surefoot.service.pipeline.analysis import ProgressCallback
from surefoot.service.pipeline.kept_usual import kept_usual
from surefoot.service.pipeline.reanalysis import analyze_run
from surefoot.service.pipeline.runner_analysis import RunAnalysis
from surefoot.service.runtime.forgetting import sweep_if_back
from surefoot.service.runtime.known_findings import KnownFindings
from surefoot.service.runtime.late_alerts import tell_late
from surefoot.service.serialization.run_summary import summary_to_dict
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader
from surefoot.service.store.writing import RunClock, StoreWriter


@dataclass(frozen=True, slots=True)
class ResultCounts:
    """Numbers of strides and findings of a runner's run."""

    strides: int
    findings: int

    @classmethod
    def of(cls, results: Results) -> ResultCounts:
        """Count results."""
        return cls(sum(map(len, results.strides.values())), len(latest(results.findings)))


def replace_results(
    run: RunFolder,
    settings: Settings,
    progress: ProgressCallback = lambda *_: None,
    on_stored: Callable[[int], None] = lambda _: None,
    *,
    alert: bool = False,
) -> Mapping[str, tuple[ResultCounts, ResultCounts]]:
    """Analyse a run that has ended, and replace its results in one transaction; runner → what was there and is.

    The run's pods and parameters are those of its manifest. Findings keep the ids under which they were known.

    Parameters
    ----------
    alert : raise the alerts that were not told yet, as of a run of which more became known; without it there are none,
        as those are about what happens now.

    Raises
    ------
    RunOpenError
        if the run has not ended.
    IngestError, StoreError
        if it cannot be read or stored; the store then stays as it was.
    """
    if not run.manifest.ended:
        raise RunOpenError(run.path)
    analysis = analyze_run(run, progress)
    with StoreWriter(settings.store_path) as writer:
        with writer.transaction(), StoreReader(settings.store_path) as reader:  # nobody else writes meanwhile
            tell = settings if alert else None
            replaced = {
                name: _replace(writer, reader, run.manifest, name, analysis, tell) for name in run.manifest.runners
            }
        on_stored(writer.rows_added)
    sweep_if_back(settings, run.manifest)
    return replaced


def _replace(
    writer: StoreWriter,
    reader: StoreReader,
    run: Manifest,
    name: str,
    analysis: RunAnalysis,
    tell: Settings | None,
) -> tuple[ResultCounts, ResultCounts]:
    findings, clock = reader.findings(run.run_id, name), RunClock(run.created_utc)
    before = ResultCounts(reader.stride_count(run.run_id, name), len(latest(findings)))
    known = KnownFindings(findings, reader.told_findings(run.run_id, name))
    found = analysis.runners[name].results
    results = replace(found, findings=tuple(map(known.under_first_id, found.findings)))
    end_ns = max(reader.ended_ns(run.run_id, name) or 0, clock.ns(_end_s(analysis)))
    pods = {pod.serial: pod.foot for pod in run.pods if pod.runner == name}
    writer.begin_generation(run.run_id, name, pods)
    feet, kept = analysis.runners[name].feet, run.pair_clocks.get(name)
    clock_sd_s = None if kept is None else kept.sd_s
    writer.add_run(run.run_id, name, run.names[name], clock.zero_ns, run.software, feet, clock_sd_s)
    usual = kept_usual(run, name)
    writer.add_results(run.run_id, name, clock, results, usual)
    writer.add_health(run.run_id, clock, analysis.health_notes, name)
    summary = summary_to_dict(results, clock.zero_ns, end_ns, run.parameters)
    writer.add_summary(run.run_id, name, end_ns, summary, usual)
    if tell is not None:
        tell_late(writer, run, name, tell, results.findings, summary, end_ns)
    return before, ResultCounts.of(results)


def _end_s(analysis: RunAnalysis) -> float:
    return max((runner.last_s for runner in analysis.runners.values()), default=0.0)

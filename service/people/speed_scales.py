"""What has taught a runner's speed scale in a shoe: treadmills in the store, and distances that the runner stated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from surefoot.analysis.model import Window
from surefoot.analysis.session import Results
from surefoot.analysis.speed_scale import Reference, SpeedEvidence, SpeedScale, belt_evidence, speed_scale
from surefoot.analysis.weeks.labels import RunLabels
from surefoot.dashboards.data_source import AnalysedRun
from surefoot.dashboards.report.splits import pod_distance_m
from surefoot.service.people.people import People
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader

MAX_RUNS = 40
"""The newest that taught something; shoes wear."""


def scale_of_run(settings: Settings, run: str, runner: str, results: Results | None = None) -> SpeedScale | None:
    """The scale of a runner's speed in the shoe of a run; None where nothing has taught it.

    Parameters
    ----------
    results : of the run, where they are at hand; else those of the store.
    """
    labels = {each.run: each for each in People(settings.data).all_of(runner, RunLabels)}
    shoe = labels[run].shoe if run in labels else None
    if not settings.store_path.exists():
        return None
    with StoreReader(settings.store_path) as reader:
        taught_by = {*reader.treadmill_runs(runner), *(each.run for each in labels.values() if each.distance_m)}
        taught_by |= {run} if results is not None else set()
        same = [each for each in taught_by if (labels[each].shoe if each in labels else None) == shoe]
        evidence = [
            found
            for each in sorted(same)[-MAX_RUNS:]
            for found in _evidence(reader, each, runner, labels.get(each), results if each == run else None)
        ]
    return speed_scale(evidence)


def scaled(analysed: AnalysedRun, settings: Settings) -> AnalysedRun:
    """A run with the scale as it is now, which other runs may have taught since."""
    if analysed.run is None:
        return analysed
    return replace(analysed, speed_scale=scale_of_run(settings, analysed.run, analysed.runner, analysed.results))


def _evidence(
    reader: StoreReader, run: str, runner: str, labels: RunLabels | None, results: Results | None
) -> Iterator[SpeedEvidence]:
    """What one run teaches."""
    windows = reader.windows(run, runner) if results is None else results.windows
    companions = reader.companions(run, runner) if results is None else results.companions
    yield from belt_evidence(windows, companions)
    if labels is not None and labels.distance_m is not None:
        yield from stated(windows, labels.distance_m)


def stated(windows: tuple[Window, ...], stated_m: float) -> Iterator[SpeedEvidence]:
    """What a known distance teaches; nothing where the pods give none."""
    own_m, moving_s = pod_distance_m(windows), sum(window.end_s - window.start_s for window in windows)
    if own_m is not None and moving_s:
        yield SpeedEvidence(Reference.DISTANCE, own_m / moving_s, stated_m / moving_s, moving_s)

"""Runs of a watch: joined to the run that pods recorded at that time, or kept alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from surefoot.analysis.track import JoinedTrack
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.sensor_ingest.recording.runner_ids import runner_id
from surefoot.sensor_ingest.watches.activity import Activity
from surefoot.sensor_ingest.watches.kept_track import forget_track, keep_track
from surefoot.service.errors.watches import TrackApartError, WatchRunForgottenError, WatchRunUnknownError
from surefoot.service.people.forgotten import Forgotten
from surefoot.service.pipeline.analysis import ProgressCallback
from surefoot.service.pipeline.reanalysis import analyze_run
from surefoot.service.pipeline.watch_joining import join_track
from surefoot.service.runs import duration_s
from surefoot.service.runtime.recorded import listed
from surefoot.service.settings import Settings
from surefoot.service.store.watch_runs import WatchRun, WatchRuns

LONGEST_RUN = timedelta(hours=24)
"""A run that began earlier than this before a watch's is not looked into."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a watch's run.

    Parameters
    ----------
    joined, run : how, and the run of the pods that it was joined to; None where it was kept alone.
    kept : as it is kept alone; the one that was there already if `is_new` is False.
    refusals : why it was not joined to runs of its time.
    """

    joined: JoinedTrack | None = None
    run: RunFolder | None = None
    kept: WatchRun | None = None
    is_new: bool = True
    refusals: tuple[str, ...] = ()


def import_activity(activity: Activity, runner: str, settings: Settings, progress: ProgressCallback) -> Imported:
    """Join a runner's activity to their run of that time if both felt the same, else keep it alone.

    Raises
    ------
    WatchRunForgottenError
        if the runner was forgotten since.
    IngestError, StoreError
        if a run of that time cannot be read, or nothing can be written.
    """
    until_utc = Forgotten(settings.data).until(runner_id(runner))
    if until_utc is not None and activity.started_utc <= until_utc:
        raise WatchRunForgottenError(runner, until_utc)
    refusals = []
    for run in _runs_of_the_time(activity, runner_id(runner), settings):
        try:
            return join_to_run(activity, run, runner_id(runner), settings, progress)
        except TrackApartError as error:
            refusals.append(str(error))
    wanted = WatchRun.of(activity, runner)
    known = WatchRuns(settings.store_path).add(wanted)
    return Imported(kept=known or wanted, is_new=known is None, refusals=tuple(refusals))


def join_to_run(
    activity: Activity, run: RunFolder, runner: str, settings: Settings, progress: ProgressCallback
) -> Imported:
    """Join an activity to the run of a runner's id, and keep its track there; it then counts as that run alone.

    Raises
    ------
    TrackApartError
        if they do not go together.
    IngestError, StoreError
        as above.
    """
    results = analyze_run(run, progress).conclude()[runner].results
    joined = join_track(results, run.manifest.run_id, run.manifest.created_utc, activity)
    keep_track(run, runner, joined)
    if settings.store_path.exists():
        alone, runs = WatchRun.of(activity, runner), WatchRuns(settings.store_path)
        for each in filter(alone.is_same, runs.all(runner)):
            runs.forget(each)
    return Imported(joined, run)


def forget_watch_run(label: str, runner: str, settings: Settings) -> None:
    """Remove a watch's run by its label; WatchRunUnknownError if the runner has none."""
    runs = WatchRuns(settings.store_path)
    found = (
        [each for each in runs.all(runner_id(runner)) if each.label == label] if settings.store_path.exists() else []
    )
    if not found:
        raise WatchRunUnknownError(label)
    runs.forget(found[0])


def forget_joined(run: RunFolder, runners: tuple[str, ...]) -> None:
    """Remove the tracks of runners from a run of the pods; WatchRunUnknownError if there is none."""
    found = [forget_track(run, runner) for runner in runners]
    if not any(found):
        raise WatchRunUnknownError(run.manifest.run_id)


def _runs_of_the_time(activity: Activity, runner: str, settings: Settings) -> Iterator[RunFolder]:
    """Runs of a runner's pods that share some time with an activity, by their clocks."""
    begin = activity.started_utc
    end = begin + timedelta(seconds=float(activity.track.time_s[-1]))
    for run in listed(settings.runs_folder):
        began = run.manifest.created_utc
        if runner in run.manifest.runners and begin - LONGEST_RUN < began < end:
            lasted_s = duration_s(run)
            if lasted_s is not None and began + timedelta(seconds=lasted_s) > begin:
                yield run

"""What somebody has run, from the store: runs with pods, and those of a watch alone."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from surefoot.analysis.foot_pod_run import foot_pod_course, is_running
from surefoot.analysis.model import Foot, Gait, Window
from surefoot.analysis.weeks.ground import tilt_scatter_deg
from surefoot.analysis.weeks.history import PastRun
from surefoot.analysis.weeks.labels import RunLabels
from surefoot.analysis.weeks.session_length import REFERENCE_DAYS
from surefoot.dashboards.report.splits import pod_distance_m, speed_mps
from surefoot.sensor_ingest.recording.errors import RunError
from surefoot.sensor_ingest.recording.run_folder import open_run
from surefoot.sensor_ingest.watches.kept_track import kept_track
from surefoot.service.people.people import People
from surefoot.service.people.speed_scales import scale_of_run
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoredRun, StoreReader
from surefoot.service.store.watch_runs import WatchRun, WatchRuns

WALKED = frozenset({"walking", "hiking"})
"""Sports of a watch with no running in them; a file that does not tell its sport is of a run."""

MEASURED_WITHIN = timedelta(days=REFERENCE_DAYS + 1)
"""With a day for zones and hours, as days are dates."""


def past_runs(
    settings: Settings, runner: str, zone: tzinfo | None = None, measured_within: timedelta = MEASURED_WITHIN
) -> Sequence[PastRun]:
    """All runs that have ended, oldest first; each counts once, however it was recorded.

    Parameters
    ----------
    zone : where runs with pods began; that of this computer by default. A watch's file says it itself.
    measured_within : of runs with pods that are older than the newest by more, only times and labels are told: no
        sentence on load needs more than 30 days, and what they measured takes long to read.
    """
    labels = {each.run: each for each in People(settings.data).all_of(runner, RunLabels)}
    factors: dict[str | None, float] = {}
    with StoreReader(settings.store_path) as reader:
        found = []
        ended = [run for run in reader.runs(runner) if run.summary is not None]
        for run in ended:
            said = labels.get(run.run, RunLabels(run.run))
            past = pods_run(run, said, zone)
            if ended[-1].started_utc - run.started_utc <= measured_within:
                if said.shoe not in factors:
                    scale = scale_of_run(settings, run.run, runner)
                    factors[said.shoe] = 1.0 if scale is None else scale.factor
                past = _measured(past, reader, run, said, factors[said.shoe])
                past = replace(past, climb_m=_climb_m(settings, run))
            found.append(past)
    found += [of_watch(each, zone) for each in WatchRuns(settings.store_path).without_pods(runner)]
    return sorted(found, key=lambda each: each.started)


def pods_run(run: StoredRun, said: RunLabels, zone: tzinfo | None = None) -> PastRun:
    """When and how long somebody ran, of a run with pods that has ended, with what they said of it."""
    numbers = (run.summary or {})["numbers"]
    return PastRun(
        run.run,
        run.started_utc.astimezone(zone),
        numbers.get("duration_s") or 0.0,
        numbers["run_time_s"] or 0.0,
        surface=said.surface,
        hills=said.hills,
        shoe=said.shoe,
    )


def _measured(past: PastRun, reader: StoreReader, run: StoredRun, said: RunLabels, factor: float) -> PastRun:
    if not run.feet:
        _, covered_m = foot_pod_course(filter(is_running, reader.companions(run.run, run.runner)))
        return replace(past, distance_m=said.distance_m or (float(covered_m[-1]) if len(covered_m) else None))
    numbers = (run.summary or {})["numbers"]
    windows = [each for each in reader.compared_windows(run.run, run.runner) if each.gait is Gait.RUN]
    own_m = pod_distance_m(windows)
    stated_m = None if numbers["walk_time_s"] else said.distance_m  # a stated length has the walking in it
    doses = {foot: numbers.get(f"impact_dose_g_{foot}") for foot in Foot}
    return replace(
        past,
        distance_m=stated_m or (None if own_m is None else factor * own_m),
        contacts=reader.running_contacts(run.run, run.runner),
        impact_dose_g={foot: dose_g for foot, dose_g in doses.items() if dose_g is not None},
        run_s_by_pace=_by_pace(windows, factor),
        tilt_scatter_deg=tilt_scatter_deg(windows),
    )


def _climb_m(settings: Settings, run: StoredRun) -> float | None:
    """By the watch's track that was joined to the run; None without one, or where it has no heights."""
    try:
        joined = kept_track(open_run(settings.runs_folder / run.run), run.runner)
    except RunError:
        return None
    climb_m = math.nan if joined is None else joined.track.climb_m()
    return climb_m if math.isfinite(climb_m) else None


def _by_pace(windows: Sequence[Window], factor: float) -> Mapping[int, float]:
    found: Counter[int] = Counter()
    for window in windows:
        speed = factor * speed_mps(window)
        if math.isfinite(speed) and speed > 0.0:
            found[int(1000.0 / 60.0 / speed)] += window.end_s - window.start_s  # type: ignore[assignment]
    return dict(found)


def of_watch(run: WatchRun, zone: tzinfo | None = None) -> PastRun:
    """When and how long somebody ran whom a watch alone has seen."""
    offset_s = run.utc_offset_s
    where = zone if offset_s is None else timezone(timedelta(seconds=offset_s))
    started = datetime.fromtimestamp(run.time_ns / 1e9, UTC).astimezone(where)
    run_s = 0.0 if run.sport in WALKED else run.duration_s
    return PastRun(run.label, started, run.duration_s, run_s, run.distance_m, climb_m=run.ascent_m)

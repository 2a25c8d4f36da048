"""What a runner's page shows: past runs of pods and watches, and what the runner has said over weeks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import numpy as np

from surefoot.analysis.metrics import CONTACT
from surefoot.analysis.model import Estimate, Foot, Gait, Window
from surefoot.analysis.weeks.feeling import CheckIn
from surefoot.analysis.weeks.followed import FollowedPlan, followed_on
from surefoot.analysis.weeks.injuries import Injury
from surefoot.analysis.weeks.labels import RunLabels, Shoe, shoe_distances_m
from surefoot.analysis.weeks.load import said_of_load, weeks
from surefoot.analysis.weeks.run_error import within_run
from surefoot.analysis.weeks.words import day_name
from surefoot.dashboards.history_source import History, PastRun, RunGait, WornShoe
from surefoot.dashboards.physio_facts import PhysioFacts
from surefoot.dashboards.report.splits import pod_distance_m
from surefoot.sensor_ingest.recording.run_folder import RunFolder, list_runs
from surefoot.sensor_ingest.watches.kept_track import kept_track, track_path
from surefoot.service.errors.people import TooFewHealthyError
from surefoot.service.people.accounts import StoredAccounts
from surefoot.service.people.feeds import Feeds
from surefoot.service.people.past_runs import past_runs
from surefoot.service.people.people import People
from surefoot.service.people.speed_scales import scale_of_run
from surefoot.service.runtime.runner_traces import name_of
from surefoot.service.runtime.usual import confirm_usual, usual_now
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoredRun, StoreReader
from surefoot.service.store.watch_runs import WatchRun, WatchRuns
from surefoot.service.views.physio import physio_facts

TREND_RUNS = 40
"""So many of the newest runs have their gait with them: it is read from every half minute."""
Numbers = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class KnownGait:
    """What was read of a run's half minutes beside its numbers.

    Parameters
    ----------
    own_m : how far it was by the pods' speed as it is.
    """

    numbers: Numbers
    gait: RunGait
    own_m: float | None


class RunnerHistory:
    """The past of all runners of a data folder; implements the wall's `HistorySource`.

    Parameters
    ----------
    runs : folder of recordings.
    """

    def __init__(self, settings: Settings, runs: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._settings = settings
        self._people = People(settings.data, now)
        self._feeds = Feeds(settings.data)
        self._accounts = StoredAccounts(settings.data, None)
        self._store = settings.store_path
        self._runs = runs
        self._now = now
        self._distances: dict[tuple[Path, int], float | None] = {}
        self._gaits: dict[str, dict[str, KnownGait]] = {}

    def history(self, runner: str) -> History:
        """What is known of a runner; KeyError where there is no such runner."""
        folders, said = self._folders(runner), self._people.all_of(runner, CheckIn)
        shoes, injuries = self._people.all_of(runner, Shoe), self._people.all_of(runner, Injury)
        runs = self._with_gait(runner, self._past(runner, folders, shoes))
        if not (runs or said or shoes or injuries or self._accounts.speak_for(runner)):
            raise KeyError(runner)
        return History(
            name_of(self._settings, runner),
            runs,
            said,
            [flag.sentence for flag in self._people.red_flags(runner, self._now().astimezone().date())],
            self._worn(runner, shoes, runs),
            injuries,
            self._feeds.since(runner),
            usual_now(self._settings, runner),
            self._load(runner, shoes),
        )

    def physio_facts(self, runner: str) -> PhysioFacts:
        """What a physio reads of a runner; KeyError where there is no such runner."""
        return physio_facts(self._settings, runner, self._now())

    def numbers(self, runner: str, run: str) -> Numbers:
        """The summary of a run that has ended; KeyError where there is none."""
        found = {each.run: each for each in self._stored(runner)}[run]
        if found.summary is None:
            raise KeyError(run)
        numbers: Numbers = found.summary["numbers"]
        return numbers

    def shoes(self, runner: str) -> Sequence[Shoe]:
        """A runner's shoes, without how far each has gone."""
        return self._people.all_of(runner, Shoe)

    def injuries(self, runner: str) -> Sequence[Injury]:
        """A runner's injuries, as in their history."""
        return self._people.all_of(runner, Injury)

    def keep(self, runner: str, value: Injury | Shoe) -> None:
        """Keep a value; one with the same id is corrected."""
        self._people.keep(runner, value)

    def remove(self, runner: str, value: Injury) -> None:
        """Take an injury back that was a mistake."""
        self._people.withdraw(runner, Injury, value.id)

    def confirm_usual(self, runner: str, day: date) -> None:
        """Make the healthy runs up to a day the runner's usual; ValueError where there are too few."""
        try:
            confirm_usual(self._settings, runner, day)
        except TooFewHealthyError as error:
            raise ValueError(str(error)) from error

    def new_feed(self, runner: str) -> str:
        """Token of a calendar's address, in place of an earlier one."""
        return self._feeds.new(runner)

    def end_feed(self, runner: str) -> None:
        """From now on the address leads nowhere."""
        self._feeds.end(runner)

    def feed(self, token: str) -> tuple[str, Sequence[PastRun]]:
        """Name and runs of whose calendar it is; KeyError where nobody has given this address out."""
        runner = self._feeds.runner(token)
        if runner is None:
            raise KeyError(token)
        return name_of(self._settings, runner), self._past(runner, self._folders(runner), ())

    def _load(self, runner: str, shoes: Sequence[Shoe]) -> Sequence[str]:
        """What is to be said of how much the runner ran, up to the newest run."""
        ran = [each for each in past_runs(self._settings, runner) if each.run_s > 0.0] if self._store.exists() else []
        if not ran:
            return ()
        newest, fortnight = ran[-1], weeks(ran, ran[-1].day)
        in_plan = followed_on(self._people.all_of(runner, FollowedPlan), newest.day) is not None
        said = said_of_load(ran, newest, in_plan=in_plan, shoes={each.id: each for each in shoes})
        amounts = [fortnight.in_short] if in_plan or fortnight.ratio is None else []
        return [f"Up to the run of {day_name(newest.day)}:", *amounts, *said]

    def _folders(self, runner: str) -> Mapping[str, RunFolder]:
        """The runner's recordings by run, oldest first."""
        found = list_runs(self._runs) if self._runs.is_dir() else ()
        return {each.manifest.run_id: each for each in found if runner in each.manifest.names}

    def _past(self, runner: str, folders: Mapping[str, RunFolder], shoes: Sequence[Shoe]) -> Sequence[PastRun]:
        """All runs, newest first."""
        names = {shoe.id: shoe.name for shoe in shoes}
        labels = {each.run: each for each in self._people.all_of(runner, RunLabels)}
        stored = {each.run: each for each in self._stored(runner)}
        runs = [_stored_run(each, folders.get(each.run)) for each in stored.values()]
        runs += [_recorded_run(each) for run, each in folders.items() if run not in stored]
        runs = [replace(each, distance_m=self._track_m(folders.get(each.run), runner)) for each in runs]
        runs += [_watch_run(each) for each in self._watched(runner)]
        runs.sort(key=lambda each: each.began, reverse=True)
        return [_labelled(each, labels.get(each.run), names) for each in runs]

    def _with_gait(self, runner: str, runs: Sequence[PastRun]) -> Sequence[PastRun]:
        """The same, the newest of the pods' runs with their gait."""
        ended = [each for each in self._stored(runner) if each.summary is not None][-TREND_RUNS:]
        if not ended:
            return runs
        before = self._gaits.get(runner, {})
        with StoreReader(self._store) as reader:
            self._gaits[runner] = gaits = {each.run: _gait(reader, each, before.get(each.run)) for each in ended}
        measured = [replace(each, gait=gaits[each.run].gait) if each.run in gaits else each for each in runs]
        return self._with_distances(runner, measured, {run: each.own_m for run, each in gaits.items()})

    def _with_distances(
        self, runner: str, runs: Sequence[PastRun], own_m: Mapping[str, float | None]
    ) -> Sequence[PastRun]:
        """The same; how far a run was is what the pods measured where nobody and no watch told it, as in its report."""
        factors: dict[str, float] = {}
        found = []
        for each in runs:
            pods_m = own_m.get(each.run)
            if each.distance_m is None and pods_m is not None:
                if each.shoe not in factors:
                    scale = scale_of_run(self._settings, each.run, runner)
                    factors[each.shoe] = 1.0 if scale is None else scale.factor
                found.append(replace(each, distance_m=factors[each.shoe] * pods_m))
            else:
                found.append(each)
        return found

    def _stored(self, runner: str) -> Sequence[StoredRun]:
        if not self._store.exists():
            return ()
        with StoreReader(self._store) as reader:
            return reader.runs(runner)

    def _watched(self, runner: str) -> Sequence[WatchRun]:
        return WatchRuns(self._store).without_pods(runner) if self._store.exists() else ()

    def _track_m(self, folder: RunFolder | None, runner: str) -> float | None:
        """How far a watch says that a run was; each track is read once."""
        path = None if folder is None else track_path(folder, runner)
        if folder is None or path is None or not path.exists():
            return None
        key = path, path.stat().st_mtime_ns
        if key not in self._distances:
            joined = kept_track(folder, runner)
            known = [] if joined is None else joined.track.distance_m[np.isfinite(joined.track.distance_m)].tolist()
            self._distances[key] = max(known) - min(known) if known else None
        return self._distances[key]

    def _worn(self, runner: str, shoes: Sequence[Shoe], runs: Sequence[PastRun]) -> Sequence[WornShoe]:
        by_run = {each.run: each.distance_m for each in runs}
        labels = [each for each in self._people.all_of(runner, RunLabels) if each.run in by_run]
        distances_m = shoe_distances_m(shoes, labels, by_run)
        found = []
        for shoe in shoes:
            worn = [by_run[each.run] for each in labels if each.shoe == shoe.id]
            found.append(WornShoe(shoe, distances_m[shoe.id], len(worn), worn.count(None)))
        return found


def _gait(reader: StoreReader, run: StoredRun, before: KnownGait | None) -> KnownGait:
    """Half minutes are read where the run's numbers are other ones than `before`: it is new, or was analysed again."""
    numbers: Numbers = (run.summary or {})["numbers"]
    if before is not None and before.numbers == numbers:
        return before
    windows = reader.compared_windows(run.run, run.runner)
    return KnownGait(numbers, run_gait(numbers, windows), pod_distance_m(windows))


def run_gait(numbers: Numbers, windows: Iterable[Window]) -> RunGait:
    """A run's numbers with their error within the run; without half minutes of running there is none."""
    running = [each for each in windows if each.gait is Gait.RUN]
    contacts = {
        foot: _known(numbers.get(f"{CONTACT}_{foot}"), [each.feet.get(foot, {}).get(CONTACT) for each in running])
        for foot in Foot
    }
    return RunGait(
        _known(numbers.get("cadence_spm"), [each.cadence_spm for each in running]),
        {foot: found for foot, found in contacts.items() if found is not None},
        _known(numbers.get(f"{CONTACT}_asymmetry_pct"), [each.asymmetry_pct.get(CONTACT) for each in running]),
    )


def _known(value: float | None, halves: Iterable[Estimate | None]) -> Estimate | None:
    """A number with its interval, which is NaN where the run is too short for one."""
    known = [each for each in halves if each is not None and math.isfinite(each.value)]
    if value is None or not known:
        return None
    return within_run(value, known) or Estimate(value, math.nan, math.nan, sum(each.n for each in known))


def _stored_run(run: StoredRun, folder: RunFolder | None) -> PastRun:
    lasted_s = None if run.summary is None else run.summary["numbers"]["duration_s"]
    return PastRun(run.run, run.started_utc.astimezone(), lasted_s, None, folder is not None)


def _recorded_run(folder: RunFolder) -> PastRun:
    """A run whose results are not stored, or not yet."""
    return PastRun(folder.manifest.run_id, folder.manifest.created_utc.astimezone(), None, None, True)


def _watch_run(run: WatchRun) -> PastRun:
    there = None if run.utc_offset_s is None else timezone(timedelta(seconds=run.utc_offset_s))
    return PastRun(run.label, run.started_utc.astimezone(there), run.duration_s, run.distance_m, False)


def _labelled(run: PastRun, labels: RunLabels | None, shoes: Mapping[str, str]) -> PastRun:
    """With what the runner says of it, which is worth more than what a watch measured."""
    if labels is None:
        return run
    distance_m = run.distance_m if labels.distance_m is None else labels.distance_m
    return replace(run, distance_m=distance_m, shoe=shoes.get(labels.shoe or "", ""))

"""A runner's own usual, from the store and what they told: which runs are healthy, and what a run is compared with."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from surefoot.analysis.findings import State, latest
from surefoot.analysis.model import Window
from surefoot.analysis.parameters import DEFAULTS, Parameters
from surefoot.analysis.weeks.anchor import Anchor, anchor, is_healthy, recent
from surefoot.analysis.weeks.baselines import MIN_RUNS, Balance, Looked
from surefoot.analysis.weeks.decision import Evenness
from surefoot.analysis.weeks.feeling import CheckIn
from surefoot.analysis.weeks.followed import FollowedPlan, followed_on
from surefoot.analysis.weeks.history import PastRun
from surefoot.analysis.weeks.labels import RunLabels
from surefoot.analysis.weeks.run_balance import Key, balances
from surefoot.analysis.weeks.usual import MAX_RUNS, NOTHING_KNOWN, Usual, UsualKind, scatters
from surefoot.sensor_ingest.recording.errors import RunError
from surefoot.sensor_ingest.recording.manifest import Manifest
from surefoot.sensor_ingest.recording.run_folder import RunFolder, open_run
from surefoot.service.errors import RequestError
from surefoot.service.errors.people import TooFewHealthyError
from surefoot.service.people.people import People
from surefoot.service.pipeline.kept_usual import kept_usual
from surefoot.service.runtime.past_runs import pods_run
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoredRun, StoreReader, mount_of

log = logging.getLogger(__name__)

NEWEST = 60
"""So many of a runner's runs are read whole, and those of the anchor; it takes long."""


@dataclass(frozen=True, slots=True)
class OwnRuns:
    """A runner's runs with pods that have ended, oldest first.

    Parameters
    ----------
    healthy : names of those that are, see `is_healthy`.
    balances : by gait and metric, of the newest runs and the anchor's.
    anchor : what the runner has confirmed; None before they have.
    """

    runs: Sequence[PastRun]
    healthy: frozenset[str]
    balances: Mapping[Key, Sequence[Balance]]
    anchor: Anchor | None

    def usual(self, before: datetime, shoe: str | None, mount: str | None, parameters: Parameters = DEFAULTS) -> Usual:
        """What a run that begins at a moment is compared with."""
        confirmed = () if self.anchor is None else self.anchor.runs
        by_kind: dict[UsualKind, dict[Key, tuple[Balance, ...]]] = {kind: {} for kind in UsualKind}
        for key, known in self.balances.items():
            like = [each for each in known if each.shoe == shoe and each.mount in (None, mount)]
            of_anchor = [each for each in like if each.run in confirmed and each.started < before]
            by_kind[UsualKind.ANCHOR][key] = tuple(of_anchor[-MAX_RUNS:])
            by_kind[UsualKind.RECENT][key] = tuple(recent(like, self.healthy, before))
        return Usual(None if self.anchor is None else self.anchor.day, by_kind, scatters(parameters), shoe, mount)


def own_runs(settings: Settings, runner: str) -> OwnRuns:
    """What the store has of a runner, with what they told."""
    people = People(settings.data)
    confirmed = _confirmed(people, runner)
    if not settings.store_path.exists():
        return OwnRuns((), frozenset(), {}, confirmed)
    labels = {each.run: each for each in people.all_of(runner, RunLabels)}
    with StoreReader(settings.store_path) as reader:
        ended = [run for run in reader.runs(runner) if run.summary is not None]
        past = [pods_run(run, labels.get(run.run, RunLabels(run.run))) for run in ended]
        healthy = _healthy(reader, people, runner, past)
        wanted = {each.run for each in ended[-NEWEST:]} | set(() if confirmed is None else confirmed.runs)
        found = _balances(reader, [each for each in ended if each.run in wanted], labels)
    return OwnRuns(past, healthy, found, confirmed)


def confirm_usual(settings: Settings, runner: str, day: date) -> Anchor:
    """Make the healthy runs up to a day the runner's anchor, in place of an earlier one.

    Raises
    ------
    TooFewHealthyError
        if there are fewer than a comparison takes.
    """
    known = own_runs(settings, runner)
    made = anchor(known.runs, known.healthy, day)
    if len(made.runs) < MIN_RUNS:
        raise TooFewHealthyError(len(made.runs), day)
    People(settings.data).keep(runner, made)
    return made


def freeze_usual(run: RunFolder, settings: Settings) -> RunFolder:
    """Keep with a run what its runners are compared with, as known now, where nothing is kept yet."""
    known = with_usual(run.manifest, settings)
    return run if known.usual == run.manifest.usual else run.freeze_usual(known.usual)


def with_usual(run: Manifest, settings: Settings) -> Manifest:
    """A run with what its runners are compared with; one without it where that cannot be read, which is told."""
    missing = [runner for runner in run.runners if runner not in run.usual]
    try:
        found = {runner: _usual_of(run, runner, settings).to_json() for runner in missing}
    except (OSError, RequestError) as error:
        log.warning("Run %s is compared with no earlier ones: %s", run.run_id, error)
        return run
    return replace(run, usual={**run.usual, **found})


def looked_at(settings: Settings, run: str, runner: str, known: OwnRuns | None = None) -> Looked:
    """A run that is stored against the runner's anchor, see `usual_of`; KeyError where there is none such."""
    usual, windows = usual_of(settings, run, runner, known)
    return usual.looked(windows)


def usual_of(settings: Settings, run: str, runner: str, known: OwnRuns | None = None) -> tuple[Usual, Sequence[Window]]:
    """What a stored run is compared with, as it was frozen in it, and its half minutes; KeyError without such a run.

    Where no anchor was confirmed then, or the runner has said of another shoe since, it is the anchor of now.

    Parameters
    ----------
    known : where several runs are looked at, as `own_runs` has them.
    """
    with StoreReader(settings.store_path) as reader:
        stored = next((each for each in reader.runs(runner) if each.run == run), None)
        if stored is None:
            raise KeyError(run)
        windows, mount = reader.windows(run, runner), reader.mounts(runner).get(run)
        shoe, frozen = shoe_of(settings, run, runner), _frozen(settings, run, runner)
        if frozen.day is not None and frozen.shoe == shoe:
            return frozen, windows
    known = own_runs(settings, runner) if known is None else known
    return known.usual(stored.started_utc.astimezone(), shoe, mount), windows


def evenness(settings: Settings, run: str, runner: str, known: OwnRuns | None = None) -> Evenness | None:
    """Whether contact in a run is as before by the runner's anchor; None where it cannot be told."""
    try:
        return looked_at(settings, run, runner, known).evenness
    except KeyError:
        return None


def shoe_of(settings: Settings, run: str, runner: str) -> str | None:
    """The shoe of a run as the runner said it, or else that of the last run before it of which they did."""
    labels = sorted(People(settings.data).all_of(runner, RunLabels), key=lambda each: each.run)
    return next((each.shoe for each in reversed(labels) if each.run <= run), None)


def _usual_of(run: Manifest, runner: str, settings: Settings) -> Usual:
    serials = {pod.foot: pod.serial for pod in run.pods if pod.runner == runner}
    shoe = shoe_of(settings, run.run_id, runner)
    parameters = Parameters.from_changed(run.parameters)
    return own_runs(settings, runner).usual(run.created_utc.astimezone(), shoe, mount_of(serials), parameters)


def _frozen(settings: Settings, run: str, runner: str) -> Usual:
    try:
        return kept_usual(open_run(settings.runs_folder / run).manifest, runner)
    except RunError:
        return NOTHING_KNOWN


def _confirmed(people: People, runner: str) -> Anchor | None:
    return next(iter(people.all_of(runner, Anchor)), None)


def _healthy(reader: StoreReader, people: People, runner: str, past: Sequence[PastRun]) -> frozenset[str]:
    said, plans = people.all_of(runner, CheckIn), people.all_of(runner, FollowedPlan)
    told = [
        each.run
        for each in past
        if is_healthy(each, said, in_plan=followed_on(plans, each.day) is not None, has_finding=False)
    ]
    return frozenset(run for run in told if not _has_finding(reader, run, runner))


def _has_finding(reader: StoreReader, run: str, runner: str) -> bool:
    found = latest(reader.findings(run, runner))
    return any(each.state is State.OPEN and each.severity.rank > 0 for each in found)


def _balances(
    reader: StoreReader, runs: Sequence[StoredRun], labels: Mapping[str, RunLabels]
) -> Mapping[Key, Sequence[Balance]]:
    found: dict[Key, list[Balance]] = {}
    mounts = reader.mounts(runs[0].runner) if runs else {}
    for run in runs:
        shoe = labels[run.run].shoe if run.run in labels else None
        windows, began = reader.windows(run.run, run.runner), run.started_utc.astimezone()
        for key, each in balances(windows, run.run, began, shoe=shoe, mount=mounts.get(run.run)).items():
            found.setdefault(key, []).append(each)
    return found

"""A runner's runs with pods as they count for their usual: which are healthy, and each one's balance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from surefoot.analysis.findings import State, latest
from surefoot.analysis.model import Gait
from surefoot.analysis.parameters import DEFAULTS, Parameters
from surefoot.analysis.weeks.anchor import Anchor, is_healthy, recent
from surefoot.analysis.weeks.baselines import Balance, Scatter
from surefoot.analysis.weeks.feeling import CheckIn
from surefoot.analysis.weeks.followed import FollowedPlan, followed_on
from surefoot.analysis.weeks.history import PastRun
from surefoot.analysis.weeks.labels import RunLabels
from surefoot.analysis.weeks.noise import MIN_RUNNERS, learnt_sd_pct
from surefoot.analysis.weeks.run_balance import COMPARED, Key, balances
from surefoot.analysis.weeks.usual import MAX_RUNS, Usual, UsualKind, scatters
from surefoot.service.people.past_runs import pods_run
from surefoot.service.people.people import People
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoredRun, StoreReader

NEWEST = 60
"""So many of a runner's runs are read whole, and those of the anchor; it takes long."""


@dataclass(frozen=True, slots=True)
class OwnRuns:
    """A runner's runs with pods that have ended, oldest first.

    Parameters
    ----------
    well : names of those around which nothing was told to hurt, outside a plan.
    healthy : those of them without an open finding, see `is_healthy`.
    balances : by gait and metric, of the newest runs and the anchor's.
    anchor : what the runner has confirmed; None before they have.
    scatters : what is assumed of each metric.
    """

    runs: Sequence[PastRun]
    well: frozenset[str]
    healthy: frozenset[str]
    balances: Mapping[Key, Sequence[Balance]]
    anchor: Anchor | None
    scatters: Mapping[str, Scatter]

    def usual(self, before: datetime, shoe: str | None, mount: str | None) -> Usual:
        """What a run that begins at a moment is compared with."""
        confirmed = () if self.anchor is None else self.anchor.runs
        by_kind: dict[UsualKind, dict[Key, tuple[Balance, ...]]] = {kind: {} for kind in UsualKind}
        for key, known in self.balances.items():
            like = [each for each in known if each.shoe == shoe and each.mount in (None, mount)]
            of_anchor = [each for each in like if each.run in confirmed and each.started < before]
            by_kind[UsualKind.ANCHOR][key] = tuple(of_anchor[-MAX_RUNS:])
            by_kind[UsualKind.RECENT][key] = tuple(recent(like, self.healthy, before))
        return Usual(None if self.anchor is None else self.anchor.day, by_kind, self.scatters, shoe, mount)


def own_runs(settings: Settings, runner: str, parameters: Parameters | None = None) -> OwnRuns:
    """What the store has of a runner, with what they told.

    Parameters
    ----------
    parameters : those of the settings by default.
    """
    assumed = scatters_now(settings, parameters)
    people = People(settings.data)
    confirmed = _confirmed(people, runner)
    if not settings.store_path.exists():
        return OwnRuns((), frozenset(), frozenset(), {}, confirmed, assumed)
    labels = {each.run: each for each in people.all_of(runner, RunLabels)}
    with StoreReader(settings.store_path) as reader:
        ended = [run for run in reader.runs(runner) if run.summary is not None]
        past = [pods_run(run, labels.get(run.run, RunLabels(run.run))) for run in ended]
        well = _well(people, runner, past)
        healthy = frozenset(run for run in well if not _has_finding(reader, run, runner))
        wanted = {each.run for each in ended[-NEWEST:]} | set(() if confirmed is None else confirmed.runs)
        found = _balances(reader, [each for each in ended if each.run in wanted], labels)
    return OwnRuns(past, well, healthy, found, confirmed, assumed)


def scatters_now(settings: Settings, parameters: Parameters | None = None) -> Mapping[str, Scatter]:
    """What is assumed of each metric's scatter from run to run: as learnt over runners where there are three or more.

    A parameter that somebody has set is not learnt.
    """
    chosen = Parameters.from_changed(settings.parameters) if parameters is None else parameters
    found = scatters(chosen)
    if chosen.run_to_run_sd_pct != DEFAULTS.run_to_run_sd_pct or not settings.store_path.exists():
        return found
    with StoreReader(settings.store_path) as reader:
        runners = reader.runners()
    everybody = [_healthy_balances(settings, runner) for runner in runners] if len(runners) >= MIN_RUNNERS else []
    learnt = {metric: learnt_sd_pct(runs[metric] for runs in everybody if runs[metric]) for metric in found}
    return {metric: replace(each, sd_pct=learnt[metric] or each.sd_pct) for metric, each in found.items()}


def _healthy_balances(settings: Settings, runner: str) -> Mapping[str, Sequence[Balance]]:
    """Newest healthy running of a runner by metric."""
    people = People(settings.data)
    labels = {each.run: each for each in people.all_of(runner, RunLabels)}
    with StoreReader(settings.store_path) as reader:
        ended = [run for run in reader.runs(runner) if run.summary is not None]
        well = _well(people, runner, [pods_run(run, labels.get(run.run, RunLabels(run.run))) for run in ended])
        found = _balances(reader, [run for run in ended if run.run in well][-MAX_RUNS:], labels)
    return {metric: found.get((Gait.RUN, metric), ()) for metric in COMPARED}


def _confirmed(people: People, runner: str) -> Anchor | None:
    return next(iter(people.all_of(runner, Anchor)), None)


def _well(people: People, runner: str, past: Sequence[PastRun]) -> frozenset[str]:
    said, plans = people.all_of(runner, CheckIn), people.all_of(runner, FollowedPlan)
    return frozenset(
        each.run
        for each in past
        if is_healthy(each, said, in_plan=followed_on(plans, each.day) is not None, has_finding=False)
    )


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
        windows, began = reader.compared_windows(run.run, run.runner), run.started_utc.astimezone()
        for key, each in balances(windows, run.run, began, shoe=shoe, mount=mounts.get(run.run)).items():
            found.setdefault(key, []).append(each)
    return found

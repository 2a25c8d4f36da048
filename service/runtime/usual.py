"""A runner's own usual: confirmed, frozen into each run, and a run beside it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from surefoot.analysis.metrics import CONTACT
from surefoot.analysis.model import Gait, Window
from surefoot.analysis.parameters import Parameters
from surefoot.analysis.weeks.anchor import Anchor, anchor
from surefoot.analysis.weeks.baselines import MIN_RUNS, Looked
from surefoot.analysis.weeks.decision import Evenness
from surefoot.analysis.weeks.labels import RunLabels
from surefoot.analysis.weeks.noise import noise
from surefoot.analysis.weeks.usual import NOTHING_KNOWN, Usual
from surefoot.analysis.weeks.usual_now import UsualNow, changes
from surefoot.sensor_ingest.recording.errors import RunError
from surefoot.sensor_ingest.recording.manifest import Manifest
from surefoot.sensor_ingest.recording.run_folder import RunFolder, open_run
from surefoot.service.errors import RequestError
from surefoot.service.errors.people import TooFewHealthyError
from surefoot.service.people.people import People
from surefoot.service.pipeline.kept_usual import kept_usual
from surefoot.service.runtime.own_runs import OwnRuns, own_runs
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader, mount_of

log = logging.getLogger(__name__)


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
        found = {runner: _usual_at_start(run, runner, settings).to_json() for runner in missing}
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


def usual_now(settings: Settings, runner: str) -> UsualNow:
    """What a runner is told of their usual."""
    known = own_runs(settings, runner)
    newest = max((each[-1] for each in known.balances.values()), key=lambda each: each.started, default=None)
    healthy = [each.day for each in known.runs if each.run in known.healthy]
    running = known.balances.get((Gait.RUN, CONTACT), ())
    own_noise = noise([each for each in running if each.run in known.well], known.scatters[CONTACT])
    told = tuple(changes(known.balances, known.scatters))
    if newest is None:
        return UsualNow(known.anchor, healthy, changes=told, noise=own_noise)
    usual, windows = usual_of(settings, newest.run, runner, known)
    baselines = tuple(usual.baselines(windows))
    return UsualNow(known.anchor, healthy, newest.started.date(), usual.looked(windows), baselines, told, own_noise)


def shoe_of(settings: Settings, run: str, runner: str) -> str | None:
    """The shoe of a run as the runner said it, or else that of the last run before it of which they did."""
    labels = sorted(People(settings.data).all_of(runner, RunLabels), key=lambda each: each.run)
    return next((each.shoe for each in reversed(labels) if each.run <= run), None)


def _usual_at_start(run: Manifest, runner: str, settings: Settings) -> Usual:
    serials = {pod.foot: pod.serial for pod in run.pods if pod.runner == runner}
    shoe = shoe_of(settings, run.run_id, runner)
    known = own_runs(settings, runner, Parameters.from_changed(run.parameters))
    return known.usual(run.created_utc.astimezone(), shoe, mount_of(serials))


def _frozen(settings: Settings, run: str, runner: str) -> Usual:
    try:
        return kept_usual(open_run(settings.runs_folder / run).manifest, runner)
    except RunError:
        return NOTHING_KNOWN

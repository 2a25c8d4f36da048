"""What the page for a physio shows of a runner: runs of pods and watches, and what the runner told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from surefoot.analysis.findings import Kind, Severity
from surefoot.analysis.metrics import CONTACT, IMPACT, PUSH_OFF
from surefoot.analysis.model import Foot
from surefoot.analysis.weeks.diary_course import mondays
from surefoot.analysis.weeks.feeling import CheckIn
from surefoot.analysis.weeks.history import PastRun
from surefoot.analysis.weeks.injuries import Injury
from surefoot.analysis.weeks.run_error import evenness_within
from surefoot.dashboards.physio_facts import WEEKS, PhysioFacts, RunFacts
from surefoot.service.people.past_runs import past_runs
from surefoot.service.people.people import People
from surefoot.service.runtime.runner_traces import name_of
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoredRun, StoreReader
from surefoot.service.views.plan import RunnerPlan
from surefoot.service.weeks.exercises import Exercises

METRICS = (CONTACT, IMPACT, PUSH_OFF)
MEASURED_WITHIN = timedelta(weeks=WEEKS, days=1)


def physio_facts(settings: Settings, runner: str, now: datetime) -> PhysioFacts:
    """Of one runner, by their id; KeyError where there is no such runner."""
    people, today = People(settings.data), now.astimezone().date()
    first = mondays(today, WEEKS)[0]
    said, injuries = people.all_of(runner, CheckIn), people.all_of(runner, Injury)
    has_store = settings.store_path.exists()
    past = past_runs(settings, runner, measured_within=MEASURED_WITHIN) if has_store else ()
    exercises = Exercises(people, runner).told(today)
    if not (past or said or injuries or exercises):
        raise KeyError(runner)
    return PhysioFacts(
        name_of(settings, runner),
        first,
        today,
        _with_facts(settings, runner, [each for each in past if first <= each.day <= today]),
        said,
        people.red_flags(runner, today),
        injuries,
        RunnerPlan(settings, lambda: now).plan(runner),
        exercises,
    )


def _with_facts(settings: Settings, runner: str, runs: Sequence[PastRun]) -> Sequence[RunFacts]:
    if not runs:
        return ()
    with StoreReader(settings.store_path) as reader:
        stored = {each.run: each for each in reader.runs(runner)}
        return [_run_facts(reader, each, stored.get(each.run)) for each in runs]


def _run_facts(reader: StoreReader, past: PastRun, stored: StoredRun | None) -> RunFacts:
    """Of one run; a run of a watch alone has no more than its length."""
    if stored is None or stored.summary is None:
        return RunFacts(past)
    numbers = stored.summary["numbers"]
    windows = reader.compared_windows(stored.run, stored.runner)
    evenness = {key: evenness_within(key, numbers.get(f"{key}_asymmetry_pct"), windows) for key in METRICS}
    return RunFacts(
        past,
        {key: each for key, each in evenness.items() if each is not None},
        _rolls(stored.summary["findings"]),
        reader.watched_strides(stored.run, stored.runner),
    )


def _rolls(findings: Sequence[Mapping[str, Any]]) -> Sequence[tuple[Foot, Severity]]:
    """Rolls and near misses of a run's summary."""
    return [
        (Foot(each["foot"]), Severity(each["severity"])) for each in findings if each["kind"] == Kind.INVERSION_EVENT
    ]

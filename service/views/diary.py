"""What the diary page shows and keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from surefoot.analysis.companions import is_on_treadmill
from surefoot.analysis.findings import Finding, Kind, Severity, latest
from surefoot.analysis.weeks.feeling import CheckIn, Seen, about_run
from surefoot.analysis.weeks.injuries import Injury
from surefoot.analysis.weeks.labels import NEXT_RUN, RunLabels, Shoe, proposed_labels
from surefoot.dashboards.diary_source import DiaryState, EntryRefusedError, Json, RanToday, Said
from surefoot.dashboards.formatting import duration, local_time
from surefoot.sensor_ingest.recording.manifest import Manifest
from surefoot.sensor_ingest.recording.run_folder import list_runs
from surefoot.service.errors.people import EntryError
from surefoot.service.people.forgotten import Forgotten
from surefoot.service.people.people import People
from surefoot.service.people.people_file import Entry, EntryKind
from surefoot.service.people.push import PushSubscription
from surefoot.service.people.push_key import PushKey
from surefoot.service.people.typed_values import from_json, to_json
from surefoot.service.runtime.runner_traces import name_of
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader
from surefoot.service.weeks.next_session import next_session

KINDS: dict[str, type[Any]] = {
    "check_in": CheckIn,
    "injury": Injury,
    "labels": RunLabels,
    "push": PushSubscription,
    "seen": Seen,
    "shoe": Shoe,
}
WITHOUT_RUN_DAYS = 2
"""Without a run, the page shows what was said of so many days."""


class Diary:
    """The diary of all runners of a data folder.

    Parameters
    ----------
    runs : folder of recordings; a run is asked about before its results are stored.
    """

    def __init__(self, settings: Settings, runs: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._settings = settings
        self._people = People(settings.data, now)
        self._forgotten = Forgotten(settings.data)
        self._store = settings.store_path
        self._runs = runs
        self._now = now

    def state(self, runner: str, run: str) -> DiaryState:
        """What is known, of the newest run where `run` is empty; KeyError where there is no such runner or run."""
        manifests = self._manifests(runner)
        if run and run not in manifests:
            raise KeyError(run)
        said = self._people.all_of(runner, CheckIn)
        if not manifests and not said:
            raise KeyError(runner)
        manifest = manifests[run] if run else next(reversed(manifests.values()), None)
        wanted = "" if manifest is None else manifest.run_id
        labels, typed = self._labels(runner, wanted, manifests)
        today = self._now().astimezone().date()
        return DiaryState(
            name_of(self._settings, runner),
            wanted,
            "" if manifest is None else self._when(manifest, runner),
            [to_json(each) for each in self._about(said, wanted, today)],
            None if labels is None else to_json(labels),
            typed,
            [to_json(shoe) for shoe in self._people.all_of(runner, Shoe) if not shoe.retired],
            [flag.sentence for flag in self._people.red_flags(runner, today)],
            bool(wanted) and _has_roll(self._findings(wanted, runner)),
            self._next_labels(runner, list(manifests.values())),
            self._plan(runner),
            self._push_key(),
        )

    def _plan(self, runner: str) -> Sequence[str] | None:
        found = next_session(self._settings, runner, self._now)
        return None if found is None else found.sentences

    def _push_key(self) -> str:
        return "" if self._settings.messages.push_contact is None else PushKey(self._settings.data).public

    def is_forgotten(self, runner: str) -> bool:
        """Whether a runner was forgotten."""
        return self._forgotten.until(runner) is not None

    def ran_today(self) -> Sequence[RanToday]:
        """Everybody's runs that began today, oldest first."""
        today = self._now().astimezone().date()
        runs = list_runs(self._runs) if self._runs.is_dir() else ()
        ran = [run.manifest for run in runs if run.manifest.created_utc.astimezone().date() == today]
        return [
            RanToday(runner, name, each.run_id, each.created_utc, self._said(runner, each.run_id))
            for each in ran
            for runner, name in each.names.items()
        ]

    def _said(self, runner: str, run: str) -> Said:
        said = about_run(self._people.all_of(runner, CheckIn), run)
        if not said:
            return Said.NOT_YET
        return Said.NOTHING if all(each.is_nothing for each in said) else Said.SOMETHING

    def keep(self, runner: str, kind: str, fields: Json) -> None:
        """Keep an entry; EntryRefusedError where it cannot be one."""
        try:
            self._people.keep(runner, from_json(_kind(kind), fields))
        except EntryError as error:
            raise EntryRefusedError(str(error)) from error

    def withdraw(self, runner: str, kind: str, entry: str) -> None:
        """Take an entry back; EntryRefusedError where there is none."""
        try:
            self._people.withdraw(runner, _kind(kind), entry)
        except EntryError as error:
            raise EntryRefusedError(str(error)) from error

    def _manifests(self, runner: str) -> dict[str, Manifest]:
        """The runner's runs, oldest first."""
        found = (run.manifest for run in list_runs(self._runs)) if self._runs.is_dir() else ()
        return {each.run_id: each for each in found if runner in each.names}

    def _labels(self, runner: str, run: str, runs: Mapping[str, Manifest]) -> tuple[RunLabels | None, bool]:
        """What the runner has said of a run, or else what they may say; and whether they have."""
        typed = {each.run: each for each in self._people.all_of(runner, RunLabels)}
        if not run or run in typed:
            return typed.get(run), run in typed
        order = list(runs)
        before = [typed[each] for each in order[: order.index(run)] if each in typed]
        ahead = self._ahead(runner)
        return proposed_labels(
            run,
            before[-1] if before else None,
            ahead=from_json(RunLabels, ahead.fields) if ahead and ahead.at_utc < runs[run].created_utc else None,
            is_treadmill=self._is_on_treadmill(run, runner),
        ), False

    def _ahead(self, runner: str) -> Entry | None:
        """What was said before a run, of the one that comes next."""
        found = self._people.file.entry(EntryKind.LABELS, runner, NEXT_RUN)
        return None if found is None or found.withdrawn else found

    def _next_labels(self, runner: str, manifests: Sequence[Manifest]) -> Json | None:
        """The same, where no run has begun since."""
        found = self._ahead(runner)
        is_past = found is not None and any(found.at_utc < each.created_utc for each in manifests)
        return None if found is None or is_past else found.fields

    def _is_on_treadmill(self, run: str, runner: str) -> bool:
        if not self._store.exists():
            return False
        with StoreReader(self._store) as reader:
            return is_on_treadmill(reader.companions(run, runner))

    def _about(self, said: Sequence[CheckIn], run: str, today: date) -> Sequence[CheckIn]:
        if run:
            return about_run(said, run)
        return [each for each in said if each.day > today - timedelta(days=WITHOUT_RUN_DAYS)]

    def _when(self, manifest: Manifest, runner: str) -> str:
        began = local_time(manifest.created_utc, "%A %d %B, %H:%M")
        lasted_s = self._lasted_s(manifest.run_id, runner)
        return began if lasted_s is None else f"{began}, {duration(lasted_s)}"

    def _lasted_s(self, run: str, runner: str) -> float | None:
        if not self._store.exists():
            return None
        with StoreReader(self._store) as reader:
            bouts = reader.bouts(run, runner)
        return bouts[-1].end_s - bouts[0].start_s if bouts else None

    def _findings(self, run: str, runner: str) -> Sequence[Finding]:
        if not self._store.exists():
            return ()
        with StoreReader(self._store) as reader:
            return latest(reader.findings(run, runner))


def _kind(name: str) -> type[Any]:
    if name not in KINDS:
        raise EntryError(f"there are no entries {name}; there are {', '.join(KINDS)}")
    return KINDS[name]


def _has_roll(findings: Sequence[Finding]) -> bool:
    return any(each.kind is Kind.INVERSION_EVENT and each.severity.rank >= Severity.ROLL.rank for each in findings)

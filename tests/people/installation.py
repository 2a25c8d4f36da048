"""An installation in which two runners have everything that there is, and where anything of one of them lies."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from surefoot.analysis.legs.calf_raises import RaiseCount
from surefoot.analysis.model import Foot, Samples
from surefoot.analysis.weeks.build_up import LegTests
from surefoot.analysis.weeks.exercises import Did, Exercise, ExerciseDone
from surefoot.analysis.weeks.followed import FollowedPlan
from surefoot.analysis.weeks.injuries import Injury, InjuryKind
from surefoot.analysis.weeks.labels import RunLabels, Shoe
from surefoot.analysis.weeks.measured_legs import MeasuredLegs
from surefoot.analysis.weeks.plan import Row, clinician_plan
from surefoot.sensor_ingest.recording.kept_feet import keep_feet
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.service.people.people import People
from surefoot.service.serialization.run_messages import morning_message_id, run_message_id
from surefoot.service.settings import Settings
from surefoot.service.store.outbox import Outbox
from surefoot.service.store.watch_runs import WatchRun, WatchRuns
from tests.service.stored_runs import finding, manifest, store_samples, stored

ANNA, BERT = "anna-zz", "bert-yy"
OLD = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
RUN = {ANNA: "20260102T030405Z-00000001", BERT: "20260102T030405Z-00000002"}
TYPED = "typed-xx"
"""In everything that is typed."""


def furnish(settings: Settings, samples: Mapping[Foot, Samples], alone: RunFolder, together: RunFolder) -> Settings:
    """Fill a data folder: each runner has results, a recording, entries, a watch run and an export, both have a run."""
    for name, run in RUN.items():
        store_samples(settings, samples, [finding()], run=manifest(run, OLD, name))
        own = own_pods(worn(alone, [name]), name[0].upper())
        recorded(settings.runs_folder, own, f"{run}0", OLD + timedelta(hours=1))
        keep_feet(settings.runs_folder, name, {f"POD{name}": Foot.LEFT})
        people = People(settings.data, lambda: OLD)
        people.keep(name, Shoe("s1", f"Shoe of {name}, {TYPED}"))
        people.keep(name, Injury("i1", Foot.LEFT, InjuryKind.SPRAIN, OLD.date(), note=TYPED))
        people.keep(name, RunLabels(run, note=TYPED))
        people.keep(name, LegTests(f"of {name}", OLD.date(), calf_raises_hurt=False))
        people.keep(name, Exercise("e1", TYPED, 3, OLD.date(), by=f"Physio of {name}"))
        people.keep(name, MeasuredLegs(RUN[name], OLD.date(), {Foot.LEFT: (RaiseCount(14, 31.5),)}, ()))
        people.keep(name, ExerciseDone("d1", "e1", OLD.date(), Did.PARTLY, hurt=True))
        rows = clinician_plan([Row(1, 600.0)], TYPED, OLD.date()).plan
        assert rows is not None
        people.keep(name, FollowedPlan(f"of {name}", rows, OLD.date(), "i1"))
        WatchRuns(settings.store_path).add(watch_run(name))
        with Outbox(settings.store_path, "mail") as outbox:
            outbox.mark_message_delivered(run_message_id(run, name), 1.0)
            outbox.mark_message_delivered(morning_message_id(name, OLD.date()), 1.0)
        (settings.data / f"{run}-{name}-strides.csv").write_text("exported")
    stored(
        settings, worn(together, [ANNA, BERT]), run_id="20260103T030405Z-00000003", created_utc=OLD + timedelta(hours=2)
    )
    os.utime(settings.runs_folder / "feet.json", (OLD.timestamp(), OLD.timestamp()))
    return settings


def worn(run: RunFolder, names: Sequence[str]) -> RunFolder:
    """A recording of other runners, in their order."""
    known = dict(zip(run.manifest.runners, names, strict=True))
    pods = tuple(replace(pod, runner=known[pod.runner], name="") for pod in run.manifest.pods)
    return RunFolder(run.path, replace(run.manifest, pods=pods))


def own_pods(run: RunFolder, first: str) -> RunFolder:
    """A recording with other pods, whose serial numbers begin so."""
    pods = tuple(replace(pod, serial=f"{first}{pod.serial}") for pod in run.manifest.pods)
    return RunFolder(run.path, replace(run.manifest, pods=pods))


def recorded(folder: Path, run: RunFolder, name: str, began: datetime = OLD) -> RunFolder:
    """A copy of a recording under another id."""
    shutil.copytree(run.path, folder / name)
    own = replace(run.manifest, run_id=name, created_utc=began, ended=True)
    return RunFolder(folder / name, own).reassign(own.pods)


def watch_run(name: str, at: datetime = OLD) -> WatchRun:
    return WatchRun(name, round(at.timestamp() * 1e9), name, None, 600.0, None, None, None, None, "run", "fit")


def holding(folder: Path, text: str) -> list[str]:
    """Files whose name or bytes have a text in them."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [str(path) for path in files if text in str(path.relative_to(folder)) or text.encode() in path.read_bytes()]


def rows(settings: Settings, runner: str) -> dict[str, list[str]]:
    """Every row of a runner."""
    with closing(sqlite3.connect(settings.store_path)) as store:
        tables = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {name: [repr(row) for row in store.execute(f'SELECT * FROM "{name}"')] for name in tables}
    return {name: [row for row in known if runner in row] for name, known in found.items()}

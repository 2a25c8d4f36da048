"""Everything of one runner as files that people and programs can read, with a word on what is what."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.service import VERSION
from surefoot.service.formats.output import write_new
from surefoot.service.formats.samples import export_samples
from surefoot.service.people.people_file import Entry, PeopleFile
from surefoot.service.pipeline.analysis import ProgressCallback
from surefoot.service.runtime.recorded import recordings
from surefoot.service.settings import Settings
from surefoot.service.store.own_rows import OwnRows, own_rows

OF_RECORDING = ("journal.bin", "manifest", "damaged-")
"""Begin the names of a run's files that hold all its runners; the rest may be one's own."""
README = """Everything that surefoot {version} keeps of {runner}.

recordings/  readings of the pods, a CSV file for each run and foot: time_s, acc_*_mps2, gyr_*_radps in its own axes
files/       reports, and what a watch kept of a run
results/     what was found, a CSV file for each kind: runs, strides, windows (10 or 30 s), live, bouts, findings and
             their revisions, baselines, alerts, pod_health, summaries, companions (heart rate, treadmill), watch_runs.
             time_ns is nanoseconds since 1970, UTC; units end the names; columns `body` and `metrics` are JSON
typed/       what was typed, a JSON file for each kind, each entry with its date, by whom, and if it was taken back:
             check_in (how feet and legs felt), injury, leg_tests (calf raises, balance), plan, exercise (as it was
             prescribed), exercise_done, measured_legs (beside it), usual (runs confirmed as such), seen (examined),
             labels (of runs), shoe, runner, account, share (who may see what), link, feed.
             Passwords and links themselves are not kept, and so not here

Metrics and findings are explained in the documentation under Metrics and Findings.
"""


def take_out(settings: Settings, runner: str, folder: Path, progress: ProgressCallback = lambda *_: None) -> list[Path]:
    """Write everything of a runner, by their id, into a folder; returns the files.

    Raises
    ------
    OutputError
        if a file cannot be written, or is there already.
    IngestError, StoreError
        if something cannot be read.
    """
    files = [write_new(folder / "README.txt", README.format(version=VERSION, runner=runner).encode())]
    if settings.store_path.exists():
        for each in own_rows(settings.store_path, runner):
            files.append(write_new(folder / "results" / f"{each.table}.csv", _csv(each)))
    for kind, entries in _typed(settings, runner).items():
        text = json.dumps(entries, indent=1, ensure_ascii=False) + "\n"
        files.append(write_new(folder / "typed" / f"{kind}.json", text.encode()))
    for run in recordings(settings):
        if runner in run.manifest.runners and run.journal_path.exists():
            files += export_samples(run, folder / "recordings", progress, (runner,))
            files += _own_files(run, runner, folder / "files")
    return files


def _csv(own: OwnRows) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(own.columns)
    writer.writerows(own.rows)
    return text.getvalue().encode()


def _typed(settings: Settings, runner: str) -> dict[str, list[Mapping[str, Any]]]:
    """Kind → entries of a runner, and of their accounts; each correction, and what was taken back."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for entry in PeopleFile(settings.data).history_of(runner):
        found.setdefault(entry.kind, []).append(_told(entry))
    return found


def _told(entry: Entry) -> Mapping[str, Any]:
    fields = {name: value for name, value in entry.fields.items() if name != "secret"}
    taken_back = {"withdrawn": True} if entry.withdrawn else {}
    return {"id": entry.id, "at_utc": entry.at_utc.isoformat(), "by": entry.by, **taken_back, "fields": fields}


def _own_files(run: RunFolder, runner: str, folder: Path) -> Iterator[Path]:
    """Files that are kept with a run, such as reports: of several runners, those that are named after this one."""
    alone = len(run.manifest.runners) == 1
    for path in sorted(run.path.iterdir()):
        if path.is_file() and not path.name.startswith(OF_RECORDING) and (alone or f"-{runner}." in path.name):
            yield write_new(folder / f"{run.manifest.run_id}-{path.name}", path.read_bytes())

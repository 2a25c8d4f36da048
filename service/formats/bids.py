"""A recorded run as a Motion-BIDS dataset: each pod a tracking system, contacts as events."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from surefoot.analysis.model import Foot, Samples
from surefoot.dashboards.data_source import AnalysedRun
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.service.errors.output import NothingToExportError
from surefoot.service.formats.output import write_new
from surefoot.service.formats.samples import ACC, GYR, TIME, write_samples
from surefoot.service.pipeline.analysis import ProgressCallback
from surefoot.service.serialization.encoding import gait_word

BIDS_VERSION = "1.11.1"
"""Of the specification; the schema of that version is 1.2.7."""
TASK = "running"
ROW = "\t".join([*[ACC] * 3, *[GYR] * 3, TIME]) + "\n"
CHANNELS = (
    *((f"acc_{axis}", axis, "ACCEL", "m/s^2") for axis in "xyz"),
    *((f"gyr_{axis}", axis, "GYRO", "rad/s") for axis in "xyz"),
    ("latency", "n/a", "LATENCY", "s"),
)
"""Name, component, type and unit of each column of a recording."""
KINDS = ("ACCEL", "ANGACCEL", "GYRO", "JNTANG", "LATENCY", "MAGN", "MISC", "ORNT", "POS", "VEL")
MEANINGS = {
    "trial_type": "initial_contact: the foot lands; terminal_contact: it leaves the ground",
    "foot": "left or right",
    "gait": "run or walk, of the stride that the contact belongs to",
}
README = """One run, recorded and analysed by surefoot {version}.

Each pod is a tracking system with its own sampling clock. The channel latency puts both on one clock, which is 0 at
acq_time and is that of the events. A reading that was lost has no line. Readings are in the frame of the sensor,
gravity included, whichever way the pod sits on the shoe. Events are the contacts that surefoot found, not a reference.
"""


def write_bids(run: RunFolder, analysed: Sequence[AnalysedRun], folder: Path, progress: ProgressCallback) -> list[Path]:
    """Write a dataset of some of a run's runners; returns its files.

    Raises
    ------
    NothingToExportError
        if nothing was recorded of one of them.
    OutputError
        if a file cannot be written or is there already.
    IngestError
        if the recording cannot be read.
    """
    for each in analysed:
        if not each.quality:
            raise NothingToExportError(run.manifest.run_id, each.name)
    paths = _of_dataset(run, analysed, folder)
    recordings: dict[tuple[str, Foot], Path] = {}
    for each in analysed:
        stem = _stem(folder, run, each)
        for foot in each.quality:
            recordings[each.runner, foot] = stem.with_name(f"{stem.name}_tracksys-{foot}_motion.tsv")
            paths += _of_pod(run, each, foot, stem)
        paths += [*_events(each, stem), _scans(run, each, stem)]
    write_samples(run, recordings, "", _rows, progress)
    return [*paths, *recordings.values()]


def subject_label(runner: str) -> str:
    """A runner's id in letters and digits alone, as labels must be; with a digest of it where that leaves something
    out."""
    plain = _letters_and_digits(runner)
    return plain if plain == runner else plain + hashlib.sha256(runner.encode()).hexdigest()[:6]


def _letters_and_digits(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", text)


def _stem(folder: Path, run: RunFolder, each: AnalysedRun) -> Path:
    """The path that the names of a runner's files begin with."""
    subject, session = f"sub-{subject_label(each.runner)}", f"ses-{_letters_and_digits(run.manifest.run_id)}"
    return folder / subject / session / "motion" / f"{subject}_{session}_task-{TASK}"


def _of_dataset(run: RunFolder, analysed: Sequence[AnalysedRun], folder: Path) -> list[Path]:
    version = analysed[0].version
    subjects = [[f"sub-{subject_label(each.runner)}"] for each in analysed]
    return [
        _write_json(folder / "dataset_description.json", {
            "Name": f"surefoot run {run.manifest.run_id}",
            "BIDSVersion": BIDS_VERSION,
            "DatasetType": "raw",
            "GeneratedBy": [{"Name": "surefoot", "Version": version}],
        }),
        write_new(folder / "README", README.format(version=version).encode()),
        _write_table(folder / "participants.tsv", ["participant_id"], subjects),
    ]  # fmt: skip


def _of_pod(run: RunFolder, each: AnalysedRun, foot: Foot, stem: Path) -> list[Path]:
    rate_hz = each.quality[foot].sampling_rate_hz
    base = f"{stem.name}_tracksys-{foot}"
    serial = next(pod.serial for pod in run.manifest.pods if (pod.runner, pod.foot) == (each.runner, foot))
    about = {
        "TaskName": TASK,
        "TaskDescription": "Running and walking with a motion pod on each shoe",
        "DeviceSerialNumber": serial,
        "SamplingFrequency": round(rate_hz),
        "SamplingFrequencyEffective": rate_hz,
        "RecordingDuration": each.end_s - each.origin_s,
        "RecordingType": "continuous",
        "MissingValues": "n/a",
        "TrackingSystemName": str(foot),
        "TrackedPointsCount": 1,
        "MotionChannelCount": len(CHANNELS),
        **{f"{kind}ChannelCount": sum(channel[2] == kind for channel in CHANNELS) for kind in KINDS},
    }
    rows = [[name, part, kind, f"{foot}_shoe", unit, round(rate_hz)] for name, part, kind, unit in CHANNELS]
    head = ["name", "component", "type", "tracked_point", "units", "sampling_frequency"]
    return [
        _write_json(stem.with_name(f"{base}_motion.json"), about),
        _write_table(stem.with_name(f"{base}_channels.tsv"), head, rows),
    ]


def _rows(samples: Samples) -> str:
    """Samples as lines of `CHANNELS`."""
    table = np.column_stack([samples.acc_mps2, samples.gyr_radps, samples.time_s])
    text = (ROW * len(table)) % tuple(table.ravel().tolist())
    return text.replace("nan", "n/a")


def _events(run: AnalysedRun, stem: Path) -> list[Path]:
    """Both feet's contacts in order of time."""
    rows: list[tuple[float, int, str, str, str]] = []
    for foot, strides in run.results.strides.items():
        gaits = [gait_word(each) for each in strides.running.tolist()]
        for kind, times_s in (
            ("initial_contact", strides.initial_contact_s), ("terminal_contact", strides.terminal_contact_s),
        ):  # fmt: skip
            known = zip(times_s.tolist(), gaits, strict=True)
            rows += [(time_s, 0, kind, str(foot), gait) for time_s, gait in known if math.isfinite(time_s)]
    meanings = {name: {"Description": meaning} for name, meaning in MEANINGS.items()}
    return [
        _write_table(stem.with_name(f"{stem.name}_events.tsv"), ["onset", "duration", *MEANINGS], sorted(rows)),
        _write_json(stem.with_name(f"{stem.name}_events.json"), meanings),
    ]


def _scans(run: RunFolder, each: AnalysedRun, stem: Path) -> Path:
    """When the clock of a runner's files is 0."""
    began = run.manifest.created_utc.isoformat(timespec="microseconds").replace("+00:00", "Z")
    rows = [[f"motion/{stem.name}_tracksys-{foot}_motion.tsv", began] for foot in each.quality]
    name = stem.name.replace(f"_task-{TASK}", "_scans.tsv")
    return _write_table(stem.parents[1] / name, ["filename", "acq_time"], rows)


def _write_json(path: Path, values: Mapping[str, Any]) -> Path:
    return write_new(path, (json.dumps(values, indent=2) + "\n").encode())


def _write_table(path: Path, head: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    lines = ["\t".join(map(str, row)) for row in (head, *rows)]
    return write_new(path, ("\n".join(lines) + "\n").encode())

"""A run as Motion-BIDS: the validator of BIDS takes it, and its numbers are those of the recording."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from surefoot.analysis.model import Foot
from surefoot.service.cli.main import main
from surefoot.service.formats.bids import BIDS_VERSION, CHANNELS, subject_label
from surefoot.service.runtime.demo import DemoRun
from tests.service.formats.bids_validator import complaints


@pytest.fixture(scope="module")
def exported(demo: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that both forms are in."""
    folder = tmp_path_factory.mktemp("bids")
    with pytest.raises(SystemExit) as end:
        main(["export", str(demo.run.path), "--to", str(folder), "--as", "bids,samples"])
    assert not end.value.code
    return folder


@pytest.fixture(scope="module")
def dataset(exported: Path, demo: DemoRun) -> Path:
    return exported / f"{demo.run.manifest.run_id}-bids"


def named(dataset: Path, ending: str) -> Path:
    """The only file with such a name."""
    (path,) = dataset.rglob(f"*{ending}")
    return path


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_the_validator_of_bids_finds_no_error(dataset: Path) -> None:
    errors, summary = complaints(dataset)
    assert errors == []
    assert summary["dataTypes"] == ["motion"]
    assert summary["totalFiles"] == 12
    assert summary["schemaVersion"] == "1.2.7"
    assert json.loads((dataset / "dataset_description.json").read_text())["BIDSVersion"] == BIDS_VERSION == "1.11.1"


def test_the_validator_would_find_one(dataset: Path, tmp_path: Path) -> None:
    channels = named(dataset, "tracksys-left_channels.tsv").relative_to(dataset)
    for path in dataset.rglob("*"):
        if path.is_file():
            copy = tmp_path / path.relative_to(dataset)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    (tmp_path / channels).write_text((tmp_path / channels).read_text().replace("tracked_point", "tracked"))
    assert complaints(tmp_path)[0]


@pytest.mark.parametrize("foot", list(Foot))
def test_readings_are_those_of_the_samples(dataset: Path, exported: Path, demo: DemoRun, foot: Foot) -> None:
    samples = np.loadtxt(exported / f"{demo.run.manifest.run_id}-runner-1-{foot}.csv", delimiter=",", skiprows=1)
    motion = np.loadtxt(named(dataset, f"tracksys-{foot}_motion.tsv"), delimiter="\t")
    np.testing.assert_array_equal(motion, np.roll(samples, -1, axis=1))
    described = rows(named(dataset, f"tracksys-{foot}_channels.tsv"))
    assert [each["name"] for each in described] == [name for name, *_ in CHANNELS]
    assert len(described) == motion.shape[1]


def test_contacts_are_events_on_the_clock_of_the_readings(dataset: Path, demo: DemoRun) -> None:
    results = demo.finished.analysis.runners["runner-1"].conclude().results
    events = rows(named(dataset, "_events.tsv"))
    onsets_s = [float(each["onset"]) for each in events]
    assert onsets_s == sorted(onsets_s)
    for foot, strides in results.strides.items():
        known = [
            float(each["onset"]) for each in events if (each["trial_type"], each["foot"]) == ("initial_contact", foot)
        ]
        assert known == strides.initial_contact_s.tolist()
    scans = rows(named(dataset, "_scans.tsv"))
    assert {each["acq_time"].removesuffix("Z") for each in scans} == {
        demo.run.manifest.created_utc.isoformat(timespec="microseconds").removesuffix("+00:00")
    }
    assert all((named(dataset, "_scans.tsv").parent / each["filename"]).is_file() for each in scans)


def test_ids_become_labels_that_stay_apart() -> None:
    assert subject_label("anna") == "anna"
    labels = {subject_label(runner) for runner in ("runner1", "runner-1", "runner_1")}
    assert len(labels) == 3
    assert all(label.isalnum() for label in labels)

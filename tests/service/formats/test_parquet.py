"""Strides, windows and findings as Parquet hold what CSV holds, and say what it is."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import parquet

from surefoot.__main__ import main
from surefoot.analysis.metrics import STRIDE_METRICS
from surefoot.analysis.model import Foot
from surefoot.service.formats.tables import tables
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.views.reporting import recorded
from tests.service.command import surefoot


@pytest.fixture
def read(rolled: DemoRun, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> dict[str, Any]:
    told = surefoot(capsys, "export", rolled.run.path, "--to", tmp_path, "--as", "parquet")
    assert (told.code, told.err) == (0, "")
    stem = f"{rolled.run.manifest.run_id}-runner-1-"
    return {path.stem.removeprefix(stem): parquet.read_table(path) for path in tmp_path.glob("*.parquet")}


def test_every_table_comes_back_to_the_last_bit_and_says_what_it_is(rolled: DemoRun, read: dict[str, Any]) -> None:
    analysis = rolled.finished.analysis.runners["runner-1"].conclude()
    written = tables(recorded(analysis, "runner-1", rolled.run.manifest))
    assert read.keys() == {table.name for table in written} == {"strides", "windows", "findings"}
    for table in written:
        found = read[table.name]
        assert found.column_names == [column.name for column in table.columns]
        for column in table.columns:
            assert found[column.name].to_pylist() == list(column.values), column.name
    for foot, strides in analysis.results.strides.items():
        table = read["strides"]
        own = np.array(table["foot"].to_pylist()) == foot
        for key in STRIDE_METRICS:
            np.testing.assert_array_equal(table[key].to_numpy(zero_copy_only=False)[own], strides.metrics[key])


def test_columns_have_the_registrys_words(read: dict[str, Any]) -> None:
    for key, metric in STRIDE_METRICS.items():
        for table, name in (("strides", key), *(("windows", f"{key}_{foot}") for foot in Foot)):
            about = read[table].schema.field(name).metadata
            assert about[b"description"].decode() == metric.description
            if metric.scale == 1.0:
                assert about[b"unit"].decode() == metric.unit
    assert read["strides"].schema.field("ground_contact_time_s").metadata[b"unit"] == b"s"
    assert read["windows"].schema.field("ground_contact_time_s_left_n").metadata[b"unit"] == b"1"
    asymmetry = read["windows"].schema.field("ground_contact_time_s_asymmetry_pct").metadata
    assert asymmetry[b"unit"] == b"%"
    assert asymmetry[b"meaning"] == b"right less left, of their mean"


def test_a_file_names_its_run_and_the_recording(rolled: DemoRun, read: dict[str, Any]) -> None:
    about = read["findings"].schema.metadata
    manifest = rolled.run.manifest
    assert about[b"run"].decode() == manifest.run_id
    assert about[b"started_utc"].decode() == manifest.created_utc.isoformat()
    assert about[b"recording_sha256"].decode() == hashlib.sha256(rolled.run.journal_path.read_bytes()).hexdigest()


def test_without_the_extra_one_sentence_says_what_to_install(
    rolled: DemoRun, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setattr(sys, "argv", ["surefoot", "export", str(rolled.run.path), "--to", str(tmp_path / "out"),
                                      "--as", "fit,parquet"])  # fmt: skip
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    told = capsys.readouterr().err
    assert (
        told == "error: pyarrow is not installed: pip install 'surefoot[parquet]', or 'surefoot[all]' for everything.\n"
    )
    assert not (tmp_path / "out").exists()

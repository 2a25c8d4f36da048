"""A simulated run, exported by the real command and read back by what others wrote."""

from __future__ import annotations

import csv
import math
import os
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from pyarrow import parquet

from surefoot.analysis.model import Foot
from surefoot.dashboards.data_source import ExportForm
from surefoot.sensor_ingest.watches.kept_track import forget_track, kept_track
from surefoot.service.formats.tables import Cell, Column, Table, tables
from surefoot.service.runtime.demo import DemoRun, choose_scenarios, record_demo
from surefoot.service.views.reporting import recorded
from tests.accuracy.report import Finding
from tests.pods.sameness import said
from tests.service.formats.bids_validator import complaints
from tests.service.formats.fit_readers import FIELDS, by_fit_tool, by_fitdecode, differences, watch_differences
from tests.service.formats.mcap_reader import read_mcap
from tests.service.watch_of_run import kept_by_watch, watch_fit

SEED = 3
RUNNER = "runner-1"


def rows(minutes: float) -> Iterator[Finding]:
    """A line for each form."""
    scenario = f"the demo's story, {minutes:g} min"
    with TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["SUREFOOT_DATA"] = str(folder / "data")  # of whoever runs this nothing is touched
        story = choose_scenarios(None, minutes, 1, SEED)
        played = record_demo(story, folder / "runs", seed=SEED, speed=math.inf, observer=None)
        cpu_s = time.process_time()
        said("export", played.run.path, "--to", folder / "out", "--as", ",".join(ExportForm))
        cpu_s = time.process_time() - cpu_s
        name = f"{played.run.manifest.run_id}-{RUNNER}"
        stem = folder / "out" / name
        yield _fit(scenario, Path(f"{stem}.fit"))
        yield from _fit_with_watch(scenario, played, folder, name)
        analysis = played.finished.analysis.runners[RUNNER].conclude()
        written = tables(recorded(analysis, RUNNER, played.run.manifest))
        yield _csv(scenario, stem, written)
        yield _parquet(scenario, stem, written)
        yield _bids(scenario, played, folder / "out")
        yield _mcap(scenario, stem)
        yield Finding(scenario, "all forms by one command, with the analysis", f"{cpu_s:.1f} s of CPU", "", True)


def _fit(scenario: str, path: Path) -> Finding:
    first, second = by_fitdecode(path)["record"], by_fit_tool(path)
    count = sum(record[name] is not None for record in first for name in FIELDS)
    unequal = differences(first, second)
    text = f"{len(first)} records, {count} numbers, {len(unequal)} differ; {path.stat().st_size / 1000.0:.0f} kB"
    return Finding(scenario, "FIT, by fitdecode and by fit-tool", text, "0 differ", not unequal)


def _fit_with_watch(scenario: str, played: DemoRun, folder: Path, name: str) -> Iterator[Finding]:
    """The same run with the file of a watch whose clock is an hour and seven seconds ahead."""
    watch, ahead_s = folder / "watch.fit", 3607
    watch.write_bytes(watch_fit(played.run, kept_by_watch(played.truth[RUNNER]), ahead_s=ahead_s))
    said("import", watch, "--to", played.run.path)
    joined = kept_track(played.run, RUNNER)
    assert joined is not None
    missed_s = joined.ahead_s - ahead_s
    text = f"missed by {missed_s:+.1f} s, told ± {joined.sd_s:.1f} s; correlation {joined.correlation:.2f}"
    yield Finding(scenario, "offset of a watch's clock", text, "≤ 2 ×", abs(missed_s) <= 2.0 * joined.sd_s)
    said("export", played.run.path, "--to", folder / "watched", "--as", "fit")
    forget_track(played.run, RUNNER)
    path = folder / "watched" / f"{name}.fit"
    count, unequal = watch_differences(path)
    text = f"{count} numbers, {len(unequal)} differ; {path.stat().st_size / 1000.0:.0f} kB"
    yield Finding(
        scenario, "FIT with a watch's places, heights, heart rate", text, "0 differ", count > 0 and not unequal
    )


def _csv(scenario: str, stem: Path, written: tuple[Table, ...]) -> Finding:
    unequal = count = 0
    for table in written:
        with Path(f"{stem}-{table.name}.csv").open(newline="", encoding="utf-8") as file:
            lines = list(csv.DictReader(file, strict=True))
        for column in table.columns:
            again = [_value(column, line[column.name]) for line in lines]
            unequal += again != list(column.values)
            count += len(again)
    return Finding(scenario, "CSV, read back", f"{count} values, {unequal} columns differ", "0 differ", not unequal)


def _value(column: Column, text: str) -> Cell:
    """A field of a CSV file as the table has it; empty words are told from absent ones by their type."""
    if column.kind is str:
        return text
    value: Cell = column.kind(text) if text else None
    return value


def _parquet(scenario: str, stem: Path, written: tuple[Table, ...]) -> Finding:
    unequal = count = 0
    for table in written:
        found = parquet.read_table(f"{stem}-{table.name}.parquet")
        for column in table.columns:
            unequal += found[column.name].to_pylist() != list(column.values)
            count += len(column.values)
    return Finding(scenario, "Parquet, read back", f"{count} values, {unequal} columns differ", "0 differ", not unequal)


def _mcap(scenario: str, stem: Path) -> Finding:
    """Against the readings as text, which are rounded alike."""
    unequal = count = 0
    messages = read_mcap(Path(f"{stem}.mcap"))
    for foot in Foot:
        rows = np.loadtxt(f"{stem}-{foot}.csv", delimiter=",", skiprows=1)[:, 1:]
        unequal += int((rows != np.array([values for _, values in messages[foot]])).any(axis=1).sum())
        count += len(rows)
    size = Path(f"{stem}.mcap").stat().st_size
    text = f"{count} readings, {unequal} differ; {size / 1e6:.0f} MB"
    return Finding(scenario, "MCAP, by its library", text, "0 differ", not unequal)


def _bids(scenario: str, played: DemoRun, folder: Path) -> Finding:
    errors, summary = complaints(folder / f"{played.run.manifest.run_id}-bids")
    text = f"{len(errors)} errors in {summary['size'] / 1e6:.0f} MB, schema {summary['schemaVersion']}"
    return Finding(scenario, "Motion-BIDS, by its validator", text, "0 errors", not errors)

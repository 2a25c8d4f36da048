"""Strides, windows and findings as CSV give every bit again."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest

from surefoot.analysis.findings import latest
from surefoot.analysis.metrics import STRIDE_METRICS
from surefoot.analysis.model import Estimate, Flag, Foot
from surefoot.analysis.session import Results
from surefoot.service.cli.main import main
from surefoot.service.formats.csv import csv_bytes
from surefoot.service.formats.tables import Column, Table
from surefoot.service.runtime.demo import DemoRun

Rows = list[dict[str, str]]
NAMES = ("strides", "windows", "findings")


@pytest.fixture(scope="module")
def results(rolled: DemoRun) -> Results:
    return rolled.finished.analysis.runners["runner-1"].conclude().results


@pytest.fixture(scope="module")
def read(rolled: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rows]:
    folder = tmp_path_factory.mktemp("csv")
    export(rolled, folder)
    return {name: rows(folder / f"{rolled.run.manifest.run_id}-runner-1-{name}.csv") for name in NAMES}


def export(run: DemoRun, folder: Path) -> None:
    with pytest.raises(SystemExit) as end:
        main(["export", str(run.run.path), "--to", str(folder), "--as", "csv"])
    assert not end.value.code


def rows(path: Path) -> Rows:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, strict=True))


def number(text: str) -> float:
    return float(text) if text else np.nan


def test_strides_come_back_to_the_last_bit(results: Results, read: dict[str, Rows]) -> None:
    starts_s = [number(row["initial_contact_s"]) for row in read["strides"]]
    assert starts_s == sorted(starts_s)
    for foot, strides in results.strides.items():
        own = [row for row in read["strides"] if row["foot"] == foot]
        assert [row["gait"] == "run" for row in own] == strides.running.tolist()
        flags = [sum(Flag[word.upper()] for word in row["flags"].split()) for row in own]
        assert flags == strides.flags.tolist()
        known = {key: strides.metrics[key] for key in STRIDE_METRICS}
        for name in ("initial_contact_s", "terminal_contact_s", "next_initial_contact_s", "confidence"):
            known[name] = getattr(strides, name)
        for name, values in known.items():
            np.testing.assert_array_equal([number(row[name]) for row in own], values, err_msg=name)


def test_windows_come_back_to_the_last_bit(results: Results, read: dict[str, Rows]) -> None:
    assert len(read["windows"]) == len(results.windows) > 0
    for row, window in zip(read["windows"], results.windows, strict=True):
        assert (float(row["start_s"]), float(row["end_s"]), row["gait"]) == (window.start_s, window.end_s, window.gait)
        assert estimate(row, "cadence_spm") == window.cadence_spm
        for key, metric in STRIDE_METRICS.items():
            for foot in Foot:
                assert estimate(row, f"{key}_{foot}") == window.feet.get(foot, {}).get(key)
            other = f"{key}_asymmetry_pct" if metric.compared else f"{key}_difference"
            assert estimate(row, other) == (window.asymmetry_pct if metric.compared else window.difference).get(key)
        for foot in Foot:
            why = {key: each.reason for key, each in window.withheld.get(foot, {}).items()}
            assert dict(word.split(":") for word in row[f"withheld_{foot}"].split()) == why
        assert dict(word.split(":") for word in row["not_compared"].split()) == window.not_compared


def estimate(row: dict[str, str], name: str) -> Estimate | None:
    if not row[f"{name}_n"]:
        assert row[name] == ""
        return None
    low, high, spread = (number(row[f"{name}_{part}"]) for part in ("low", "high", "spread"))
    return Estimate(number(row[name]), low, high, int(row[f"{name}_n"]), spread)


def test_findings_come_back_to_the_last_bit(results: Results, read: dict[str, Rows]) -> None:
    assert len(read["findings"]) == len(latest(results.findings)) > 0
    for row, finding in zip(read["findings"], latest(results.findings), strict=True):
        assert (row["id"], row["kind"], row["message"]) == (finding.id, finding.kind, finding.message)
        for name in ("time_s", "known_s", "value", "reference", "confidence"):
            np.testing.assert_array_equal(number(row[name]), getattr(finding, name))
        assert json.loads(row["evidence"]) == json.loads(json.dumps(finding.evidence).replace("NaN", "null"))


def test_lines_and_quotes_are_those_of_the_standard() -> None:
    table = Table("x", [Column("a_s", float, [0.1, None]), Column("b", str, ['one, "two"\nthree', ""]),
                        Column("n", int, [3, None])])  # fmt: skip
    assert csv_bytes(table) == b'a_s,b,n\r\n0.1,"one, ""two""\nthree",3\r\n,,\r\n'


def test_every_number_has_its_unit_in_the_header(read: dict[str, Rows]) -> None:
    unit = re.compile(r"_(s|m|mps|deg|dps|g|gps|pct|spm|factor|probability)(_(left|right|asymmetry_pct|difference))?"
                      r"(_(low|high|n|spread))?$|^(confidence|revision|value|reference)$")  # fmt: skip
    for name, table in read.items():
        for header, text in table[0].items():
            if name != "findings" and re.fullmatch(r"-?[\d.e-]+", text):
                assert unit.search(header), header

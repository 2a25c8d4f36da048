"""A run as FIT: two independent readers find what we know of it."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from fit_tool.fit_file import FitFile
from fit_tool.validation import ProfileScope, validate_fit_file

from surefoot.analysis.metrics import CONTACT, IMPACT
from surefoot.analysis.model import Bout, BoutKind, Estimate, Floats, Foot, Gait, Reason, Strides, Window, Withheld
from surefoot.analysis.session import Results
from surefoot.dashboards.data_source import AnalysedRun
from surefoot.sensor_ingest.watches.fit_crc import crc16
from surefoot.service.errors.output import NothingToExportError
from surefoot.service.formats.course import SPAN_S
from surefoot.service.formats.fit.activity import fit_activity
from surefoot.service.formats.fit.fields import BYTES, FLOAT32, STRING, UINT8, UINT16, UINT32, UINT32Z, Field, Value
from surefoot.service.formats.fit.messages import Message
from surefoot.service.formats.fit.own_fields import OWN_FIELDS
from surefoot.service.formats.fit.writer import FitWriter
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.views.reporting import recorded
from tests.service.command import surefoot
from tests.service.formats.fit_readers import by_fit_tool, by_fitdecode, differences


@pytest.fixture(scope="module")
def analysed(demo: DemoRun) -> AnalysedRun:
    analysis = demo.finished.analysis.runners["runner-1"].conclude()
    return recorded(analysis, "runner-1", demo.run.manifest)


@pytest.fixture(scope="module")
def fit(analysed: AnalysedRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("fit"), analysed)


def test_two_readers_find_equal_numbers(fit: Path) -> None:
    first, second = by_fitdecode(fit)["record"], by_fit_tool(fit)
    assert len(first) > 100
    assert differences(first, second) == []


def test_records_are_the_means_of_the_strides_of_the_last_seconds(fit: Path, analysed: AnalysedRun) -> None:
    started_utc = analysed.started_utc
    assert started_utc is not None
    told = 0
    for record in by_fitdecode(fit)["record"]:
        now_s = (record["timestamp"] - started_utc).total_seconds()
        means = {}
        for foot, strides in analysed.results.strides.items():
            recent = (strides.next_initial_contact_s > now_s - SPAN_S) & (strides.next_initial_contact_s <= now_s)
            means[foot] = mean(strides.metrics[CONTACT][recent])
            assert_equal(record[f"contact_{foot}"], 1000.0 * means[foot])
            assert_equal(record[f"impact_{foot}"], mean(strides.metrics[IMPACT][recent]))
        assert_equal(record["stance_time"], 1000.0 * mean(np.array(list(means.values()))), abs_error=0.051)
        told += record["stance_time"] is not None
    assert told > 80


def mean(values: Floats) -> float:
    """The mean of what is known; NaN if nothing is."""
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else math.nan


def assert_equal(stored: float | None, expected: float, abs_error: float = 1e-3) -> None:
    """The same number within its resolution; None where there is none."""
    assert stored == (None if math.isnan(expected) else pytest.approx(expected, abs=abs_error))


def test_cadence_is_in_cycles_of_one_foot(fit: Path, analysed: AnalysedRun) -> None:
    read = by_fitdecode(fit)
    cadences = [r["cadence"] + r["fractional_cadence"] for r in read["record"] if r["cadence"] is not None]
    assert 2.0 * np.median(cadences) == pytest.approx(analysed.summary["cadence_spm"], rel=0.02)


def test_it_has_what_readers_ask_for(fit: Path, analysed: AnalysedRun) -> None:
    read = by_fitdecode(fit)
    assert read["file_id"][0]["type"] == "activity"
    assert [(each["event"], each["event_type"]) for each in read["event"]] == [
        ("timer", "start"),
        ("timer", "stop_all"),
    ]
    described = {each["field_name"]: each["units"] for each in read["field_description"]}
    assert described == {name: field.units for name, field in OWN_FIELDS.items()}
    (session,), (activity,) = read["session"], read["activity"]
    duration_s = analysed.end_s - analysed.origin_s
    for span in (session, activity):
        assert span["total_timer_time"] == pytest.approx(duration_s, abs=0.001)
    assert session["num_laps"] == len(read["lap"])
    assert session["sport"] == "running"
    assert sum(lap["total_elapsed_time"] for lap in read["lap"]) == pytest.approx(duration_s, abs=0.01)
    for before, after in pairwise(read["lap"]):
        assert after["start_time"] == before["timestamp"]
    assert read["lap"][0]["start_time"] == session["start_time"] == read["record"][0]["timestamp"]
    assert read["lap"][-1]["timestamp"] == session["timestamp"] == read["record"][-1]["timestamp"]


def test_the_profile_and_the_rules_for_activities_hold(fit: Path) -> None:
    assert validate_fit_file(FitFile.from_file(str(fit)), profile_scope=ProfileScope.FULL).findings == []


def test_a_long_run_has_a_lap_for_each_kilometre(tmp_path: Path) -> None:
    path = write(tmp_path, steady_run(3600.0))
    laps = by_fitdecode(path)["lap"]
    assert [lap["total_distance"] for lap in laps] == pytest.approx([1000.0] * 10 + [800.0], abs=0.02)
    assert [lap["lap_trigger"] for lap in laps] == ["distance"] * 10 + ["session_end"]
    assert laps[0]["enhanced_avg_speed"] == pytest.approx(3.0, abs=0.001)
    assert laps[0]["avg_stance_time"] == pytest.approx(250.0)
    assert laps[0]["avg_step_length"] == pytest.approx(1050.0)
    assert laps[0]["avg_running_cadence"] + laps[0]["avg_fractional_cadence"] == pytest.approx(60.0 / 0.7, abs=1 / 128)


def test_what_is_missing_or_withheld_is_invalid_and_never_zero(tmp_path: Path) -> None:
    path = write(tmp_path, steady_run(600.0, withheld=True))
    records, laps = by_fitdecode(path)["record"], by_fitdecode(path)["lap"]
    for record in records[3:-3]:
        assert record["contact_left"] == pytest.approx(250.0)
        assert record["contact_right"] is None
        assert record["contact_asymmetry"] is None
        assert record["impact_left"] is None
    assert laps[0]["avg_stance_time"] == pytest.approx(250.0)
    assert records[0]["cadence"] is records[0]["stance_time"] is None
    assert 0 not in [value for record in records for name, value in record.items() if name != "distance"]


def test_with_one_pod_its_foot_stands_for_both(tmp_path: Path) -> None:
    run = steady_run(120.0)
    alone = replace(run.results, strides={Foot.LEFT: run.results.strides[Foot.LEFT]})
    records = by_fitdecode(write(tmp_path, replace(run, results=alone)))["record"]
    for record in records[3:-3]:
        assert record["stance_time"] == record["contact_left"] == pytest.approx(250.0)
        assert record["contact_right"] is None


def test_who_only_stood_has_an_activity_without_numbers(tmp_path: Path) -> None:
    results = Results({foot: Strides.empty(foot) for foot in Foot}, bouts=(Bout(BoutKind.STILL, 0.0, 90.0),))
    read = by_fitdecode(write(tmp_path, replace(steady_run(90.0), results=results)))
    assert len(read["record"]) == 91
    assert {name for record in read["record"] for name, value in record.items() if value is not None} == {"timestamp"}
    assert read["session"][0]["total_distance"] is read["lap"][0]["avg_stance_time"] is None


def steady_run(duration_s: float, *, withheld: bool = False) -> AnalysedRun:
    """Equal strides of 0.7 s at 3 m/s; with `withheld`, the right contact is in half of them alone and told in none."""
    feet = {foot: strides(foot, duration_s, 0.35 * (foot is Foot.RIGHT)) for foot in Foot}
    why = {Foot.RIGHT: {CONTACT: Withheld(Reason.FEW_STRIDES, 20, 42)}} if withheld else {}
    windows = tuple(
        Window(start_s, start_s + 30.0, Gait.RUN, estimate(171.4), {Foot.LEFT: {"speed_mps": estimate(3.0)}},
               {} if withheld else {CONTACT: estimate(1.5)}, withheld=why)
        for start_s in np.arange(0.0, duration_s, 30.0).tolist()
    )  # fmt: skip
    results = Results(feet, windows, (Bout(BoutKind.RUN, 0.0, duration_s),))
    return AnalysedRun("anna", "Anna", "run-1", datetime(2026, 5, 1, 6, tzinfo=UTC), "0.1.0", results, {}, {}, True)


def estimate(value: float) -> Estimate:
    return Estimate(value, value, value, 42, 0.0)


def strides(foot: Foot, duration_s: float, later_s: float) -> Strides:
    starts_s = np.arange(later_s, duration_s - 0.7, 0.7)
    n = len(starts_s)
    metrics = {"stride_time_s": 0.7, CONTACT: 0.25, "stride_length_m": 2.1, "speed_mps": 3.0}
    return Strides(
        foot, starts_s, starts_s + 0.25, starts_s + 0.7, np.ones(n, bool), np.full(n, 0.9), np.zeros(n, np.int64),
        {key: np.full(n, value) for key, value in metrics.items()} | {IMPACT: np.full(n, np.nan)},
    )  # fmt: skip


def write(folder: Path, run: AnalysedRun) -> Path:
    path = folder / "run.fit"
    path.write_bytes(fit_activity(run))
    return path


def test_the_bytes_are_as_the_format_has_them() -> None:
    writer = FitWriter()
    message = Message(20, {"timestamp": Field(253, UINT32), "stance_time_ms": Field(41, UINT16, 10.0)},
                      {"contact_left": Field(0, FLOAT32)})  # fmt: skip
    writer.add(message, {"timestamp": 1_000_000_000, "stance_time_ms": 251.34, "contact_left": 1.5})
    writer.add(message, {})
    assert bytes(writer).hex(" ") == (
        "0e 20 e2 52 26 00 00 00 2e 46 49 54 5e 48 "  # header: 14 bytes, protocol 2.0, profile 21218, 38 bytes, .FIT
        "60 00 00 14 00 02 fd 04 86 29 02 84 01 00 04 00 "  # definition with a field of our own
        "00 00 ca 9a 3b d1 09 00 00 c0 3f "  # 1000000000 s, 2513 tenths, 1.5
        "00 ff ff ff ff ff ff ff ff ff ff "
        "0d dd"
    )


def test_the_checksum_is_the_known_one() -> None:
    assert crc16(b"123456789") == 0xBB3D


@pytest.mark.parametrize(
    ("field", "value", "stored"),
    [
        (Field(0, UINT8), 254, "fe"),
        (Field(0, UINT8), 256, "ff"),
        (Field(0, UINT16, 10.0), -0.1, "ffff"),
        (Field(0, UINT16), math.inf, "ffff"),
        (Field(0, UINT32Z), None, "00000000"),
        (Field(0, FLOAT32), math.nan, "ffffffff"),
        (Field(0, STRING, length=4), "abc", "61626300"),
        (Field(0, BYTES, length=2), None, "ffff"),
    ],
)
def test_a_value_that_does_not_fit_is_invalid(field: Field, value: Value, stored: str) -> None:
    assert field.to_bytes(value).hex() == stored


def test_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than 4 bytes"):
        Field(0, STRING, length=4).to_bytes("abcd")


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(KeyError, match="message 20 has no pace"):
        FitWriter().add(Message(20, {}), {"pace": 1.0})


def test_a_run_of_nothing_is_refused_in_one_sentence() -> None:
    with pytest.raises(NothingToExportError, match="of Anna in run run-1 nothing was recorded"):
        fit_activity(replace(steady_run(60.0), results=Results({})))


def test_the_command_writes_these_bytes_and_replaces_none(
    fit: Path, demo: DemoRun, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    told = surefoot(capsys, "export", demo.run.path, "--to", tmp_path, "--as", "fit")
    path = tmp_path / f"{demo.run.manifest.run_id}-runner-1.fit"
    assert (told.code, told.err) == (0, "")
    assert told.out.startswith(f"{path}  ")
    assert path.read_bytes() == fit.read_bytes()
    again = surefoot(capsys, "export", demo.run.path, "--to", tmp_path, "--as", "fit")
    assert (again.code, again.err.count("\n")) == (2, 1)
    assert "cannot be written (File exists)" in again.err

"""What a runner reads."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from surefoot.analysis.model import Bout, BoutKind, Foot, Gait, Samples, Strides, Window
from surefoot.analysis.session import Results
from surefoot.analysis.summary import summarise
from surefoot.service.pipeline.analysis import Analysis
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.serialization.run_summary import summary_to_dict
from surefoot.service.terminal.summary import long_bouts, show
from tests.analysis.made import contacts, strides
from tests.service.command import ROOT, surefoot, write_samples
from tests.service.past_balances import windows


def test_piped_output_is_plain_text_of_at_most_80_columns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, left: Path, right: Path
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    result = surefoot(capsys, "analyze", "--left", left, "--right", right)
    assert result.code == 0
    assert result.err == ""
    assert "\x1b" not in result.out
    assert max(len(line) for line in result.out.splitlines()) <= 80


def test_it_tells_duration_gaits_and_steps_first(capsys: pytest.CaptureFixture[str], left: Path, right: Path) -> None:
    first, *rest = surefoot(capsys, "analyze", "--left", left, "--right", right).out.splitlines()
    assert first.startswith("1:06 min recorded: 39 s running, 20 s walking, ")
    assert first.endswith(" steps")
    assert any(line.startswith("Running  cadence 17") for line in rest)
    assert any(line.startswith("Walking  cadence 10") for line in rest)


def test_values_have_the_units_of_the_registry(capsys: pytest.CaptureFixture[str], left: Path, right: Path) -> None:
    lines = surefoot(capsys, "analyze", "--left", left, "--right", right).out.splitlines()
    contact = next(line for line in lines if line.startswith("Ground contact"))
    assert contact.count(" ms") == 3
    assert "180–320 ms" in contact
    assert "±" in contact


def test_on_a_narrow_terminal_what_is_typical_is_left_out_and_nothing_is_cut(demo: DemoRun) -> None:
    console = Console(file=io.StringIO(), width=60)
    with console.capture() as text:
        show(console, demo.finished.analysis.runners["runner-1"].conclude())
    lines = text.get().splitlines()
    assert "…" not in text.get()
    contact = next(line for line in lines if line.startswith("Ground contact"))
    assert contact.count(" ms") == 2
    assert contact.rstrip().endswith("%")


def test_a_foot_without_a_recording_has_no_column(capsys: pytest.CaptureFixture[str], right: Path) -> None:
    out = surefoot(capsys, "analyze", "--right", right).out
    assert "left" not in out
    assert "Left  not recorded" in out


def test_no_gait_is_one_clear_sentence_and_no_failure(
    capsys: pytest.CaptureFixture[str], samples: dict[Foot, Samples], tmp_path: Path
) -> None:
    path = write_samples(tmp_path / "still.csv", samples[Foot.LEFT][: 5 * 208])
    shown = surefoot(capsys, "analyze", "--left", path)
    assert shown.code == 0
    assert shown.out.splitlines()[0] == "No walking or running was found in this recording of 5 s."
    result = surefoot(capsys, "analyze", "--left", path, "--json", "-").json
    assert result["strides"] == []
    assert result["summary"]["cadence_spm"] is None


def test_strides_with_gaps_are_withheld_with_the_reason(
    capsys: pytest.CaptureFixture[str], samples: dict[Foot, Samples], tmp_path: Path
) -> None:
    whole = samples[Foot.LEFT]
    kept = np.flatnonzero((whole.time_s % 3.0) > 0.12)
    parts = Samples(Foot.LEFT, whole.time_s[kept], whole.acc_mps2[kept], whole.gyr_radps[kept], whole.clipped[kept])
    out = surefoot(capsys, "analyze", "--left", write_samples(tmp_path / "gaps.csv", parts)).out
    assert "Contact time withheld in " in " ".join(out.split())
    assert " with gaps in the readings" in " ".join(out.split())


def test_what_holds_for_both_feet_is_said_once(
    capsys: pytest.CaptureFixture[str], samples: dict[Foot, Samples], tmp_path: Path
) -> None:
    files = [write_samples(tmp_path / f"{foot}.csv", samples[foot], gyroscope=False) for foot in Foot]
    out = surefoot(capsys, "analyze", "--left", files[0], "--right", files[1]).out
    assert out.count("There is no gyroscope") == 1
    assert "\nBoth  – There is no gyroscope" in out


def test_few_strides_are_counted_but_not_measured(
    capsys: pytest.CaptureFixture[str], samples: dict[Foot, Samples], tmp_path: Path
) -> None:
    first_steps = samples[Foot.LEFT][: 12 * 208]
    out = surefoot(capsys, "analyze", "--left", write_samples(tmp_path / "few.csv", first_steps)).out
    assert "strides, too few to measure" in out
    assert "Ground contact" not in out


def test_a_reader_that_leaves_early_is_no_failure_to_tell(left: Path) -> None:
    script = "import sys; from surefoot.service.cli.main import main; main(sys.argv[1:])"
    command = [sys.executable, "-c", script, "analyze", "--left", str(left), "--json", "-"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""


def test_a_long_list_of_bouts_is_cut() -> None:
    kinds = [BoutKind.RUN, BoutKind.WALK] * 10
    bouts = tuple(Bout(kind, 60.0 * k, 60.0 * (k + 1)) for k, kind in enumerate(kinds))
    results = Results({Foot.LEFT: Strides.empty(Foot.LEFT)}, (), bouts)
    console = Console(file=io.StringIO(), width=80)
    with console.capture() as shown:
        show(console, Analysis({}, results, summarise(results)))
    assert "0:00 – 1:00     running" in shown.get()
    assert "and 8 more, all of them in the JSON" in shown.get()


def test_slivers_are_left_out_and_equal_neighbours_become_one() -> None:
    bouts = [
        Bout(BoutKind.RUN, 0.0, 60.0),
        Bout(BoutKind.OTHER, 60.0, 62.0),
        Bout(BoutKind.RUN, 62.0, 90.0),
        Bout(BoutKind.STILL, 90.0, 100.0),
    ]
    assert long_bouts(bouts) == [Bout(BoutKind.RUN, 0.0, 90.0), Bout(BoutKind.STILL, 90.0, 100.0)]


BALANCE = "ground_contact_time_s_asymmetry_pct"


def numbers_of(halves: Iterable[Window]) -> dict[str, float | None]:
    """The summary's numbers of a run with these half minutes."""
    feet = {foot: strides(foot, contacts(start_s, 40, 0.7)) for foot, start_s in ((Foot.LEFT, 0.0), (Foot.RIGHT, 0.35))}
    return dict(summary_to_dict(Results(feet, tuple(halves), ()), 0, 1, {})["numbers"])


def test_a_summary_has_the_interval_of_its_balance_within_the_run() -> None:
    """Twelve half minutes, by turns half a percent above and below: 2.201 (Student's t, 11) × 0.5222 / √12 = 0.332."""
    told = numbers_of(windows(0.0))
    found = [told[key] for key in (f"{BALANCE}_low", BALANCE, f"{BALANCE}_high")]
    assert found == pytest.approx([-0.332, 0.0, 0.332], abs=0.001)


def test_a_short_run_has_no_interval_and_walking_adds_to_none() -> None:
    for halves in (windows(0.0, count=3), windows(0.0, Gait.WALK)):
        told = numbers_of(halves)
        assert [told[key] for key in (f"{BALANCE}_low", BALANCE, f"{BALANCE}_high")] == [None, 0.0, None]

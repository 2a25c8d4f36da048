"""Bad input is one sentence on standard error and exit code 2."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from surefoot.analysis.model import Foot, Samples
from surefoot.service.cli import main as cli
from surefoot.service.pipeline import analysis as analyze
from tests.service.command import ROOT, Outcome, surefoot, write_samples


def assert_refused(result: Outcome, sentence: str) -> None:
    assert result.code == 2
    assert result.out == ""
    assert re.fullmatch(f"error: {sentence}\n", result.err), result.err


def test_no_recording(capsys: pytest.CaptureFixture[str]) -> None:
    sentence = r"no recording was given; name at least one with --left FILE or --right FILE\."
    assert_refused(surefoot(capsys, "analyze"), sentence)


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    result = surefoot(capsys, "analyze", "--left", tmp_path / "no.csv")
    assert_refused(result, r".*no\.csv: cannot be opened \(No such file or directory\); check .*\.")


def test_a_file_that_is_no_recording(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "notes.csv"
    path.write_text("a,b\n1,2\n")
    assert_refused(surefoot(capsys, "analyze", "--left", path), r".*notes\.csv: has no column .*\.")


@pytest.mark.parametrize(
    "text", ['{"Meas": {"ArrayAcc": [{"x": 0.1}]}}', "\ufeff [\n", "[1, 2]", '[{"x": 1}]', "{}", "[" * 100_000]
)
def test_a_file_of_json_is_called_that(capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(text, encoding="utf-8")
    sentence = r".*run\.json: is not a CSV text file but JSON; export the recording as plain UTF-8 CSV\."
    assert_refused(surefoot(capsys, "analyze", "--left", path), sentence)


def test_what_is_no_file_is_not_waited_for(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    fifo = tmp_path / "fifo.csv"
    os.mkfifo(fifo)
    assert_refused(
        surefoot(capsys, "analyze", "--left", fifo), r".*fifo\.csv: cannot be opened \(it is not a file\); .*"
    )


def test_one_file_for_both_feet(capsys: pytest.CaptureFixture[str], left: Path) -> None:
    result = surefoot(capsys, "analyze", "--left", left, "--right", left)
    assert_refused(result, r".*left\.csv was given for both feet; give each foot its own\.")


def test_a_copy_of_one_recording_for_the_other_foot(
    capsys: pytest.CaptureFixture[str], left: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copy(left, tmp_path / "copy.csv"))
    result = surefoot(capsys, "analyze", "--left", left, "--right", copy)
    assert_refused(result, r".*left\.csv and .*copy\.csv are the same recording; give each foot its own\.")


def test_feet_that_were_not_recorded_together(
    capsys: pytest.CaptureFixture[str], left: Path, samples: dict[Foot, Samples], tmp_path: Path
) -> None:
    later = write_samples(tmp_path / "later.csv", samples[Foot.RIGHT], later_s=1000.0)
    sentence = (
        r"the left recording runs from 0\.0 to 66\.0 s but the right recording runs from 1000\.0 to 1066\.0 s, "
        r"so they never overlap; both feet must be recorded together on one clock\."
    )
    assert_refused(surefoot(capsys, "analyze", "--left", left, "--right", later), sentence)


@pytest.mark.parametrize(
    ("name", "reason"), [("missing/out.json", "there is no folder .*missing"), (".", "it is a folder")]
)
def test_an_output_that_cannot_be_written(
    capsys: pytest.CaptureFixture[str], left: Path, tmp_path: Path, name: str, reason: str
) -> None:
    result = surefoot(capsys, "analyze", "--left", left, "--json", tmp_path / name)
    assert_refused(result, rf".* cannot be written \({reason}\); choose another place\.")


def test_an_output_over_the_recording(capsys: pytest.CaptureFixture[str], left: Path) -> None:
    result = surefoot(capsys, "analyze", "--left", left, "--json", left)
    assert_refused(result, r".*left\.csv cannot be written \(it is the recording itself\); choose .*")


def test_an_output_on_a_full_disk(capsys: pytest.CaptureFixture[str], left: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    result = surefoot(capsys, "analyze", "--left", left, "--json", "/dev/full")
    assert_refused(result, r"/dev/full cannot be written \(No space left on device\); choose .*")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("analyse",), r"no such command 'analyse'\..*"),
        (("analyze", "--lefft", "x"), r"no such option: --lefft.*"),
        (("analyze", "--left"), r"option '--left' requires an argument; see surefoot --help\."),
        (("analyze", "one", "two"), r"got unexpected extra argument.*; see surefoot analyze --help\."),
        (
            ("analyze", "pyproject.toml"),
            r"pyproject\.toml is a file, not a run; CSV files are for surefoot analyze .*\.",
        ),
        (("analyze", "a-run", "--left", "left.csv"), r"run a-run and --left or --right do not go together; give .*\."),
        (("replay",), r"missing argument 'RUN'; see surefoot replay --help\."),
        (("replay", "."), r"\.: is not a recorded run \(there is no manifest\.json\)\."),
        (
            ("export", "no-run", "--csv", "x"),
            r"there is no run no-run here or in .*; surefoot runs lists those there are\.",
        ),
        (("report", "last"), r"no run is recorded in .* yet; surefoot run records one, .*\."),
        (("reanalyze", "--all"), r"no run is recorded in .* yet; surefoot run records one, .*\."),
        (("run", "--left", "1A2B", "--right", "1A2B"), r"pod 1A2B was named for both feet; give each foot its own\."),
        (("run", "--continue", "x", "--left", "1A2B"), r"--continue and --left or --right do not go together; .*\."),
        (("demo", "--scenario", "swim"), r"there is no scenario 'swim'; choose one of easy, .*one-leg\."),
        (("demo", "--minutes", "0"), r"invalid value for '--minutes': .*"),
        (("demo", "--seed", "many"), r"invalid value for '--seed': .*"),
    ],
)
def test_arguments_that_make_no_sense(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], sentence: str
) -> None:
    assert_refused(surefoot(capsys, *arguments), sentence)


def test_a_bug_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch, left: Path) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(analyze, "read_csv", broken)
    with pytest.raises(KeyError, match="a bug"):
        cli.main(["analyze", "--left", str(left)])


def test_ctrl_c_is_quiet(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, left: Path) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(analyze, "read_csv", interrupted)
    result = surefoot(capsys, "analyze", "--left", left)
    assert (result.code, result.out) == (130, "")
    assert "Traceback" not in result.err


@pytest.mark.parametrize(
    ("output", "code", "told"),
    [(">&-", 0, ""), ("2>&-", 0, ""), ("<&-", 0, ""), (">/dev/full", 2, "error: the output cannot be written (")],
)
def test_streams_that_are_closed_or_full_are_no_traceback(output: str, code: int, told: str) -> None:
    command = ("/bin/sh", "-c", f'exec "$@" {output}', "sh", sys.executable, "-m", "surefoot", "config")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr[: len(told)]) == (code, told)
    assert done.stderr.count("\n") == (1 if told else 0)


def test_the_process_itself_ends_with_the_code_and_one_line() -> None:
    command = [
        sys.executable,
        "-c",
        "from surefoot.service.cli.main import main; main()",
        "analyze",
        "--left",
        "missing.csv",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("error: missing.csv: cannot be opened")
    assert done.stderr.count("\n") == 1

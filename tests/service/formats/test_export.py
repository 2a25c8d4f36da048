"""What `surefoot export` does in every form, and what it refuses."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from surefoot.dashboards.data_source import ExportForm
from surefoot.service.runtime.demo import DemoRun
from tests.service.command import surefoot
from tests.service.demo_runs import record_demo_run


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ([], "say once where the files go: --to FOLDER"),
        (["--to", "x", "--csv", "y"], "say once where the files go: --to FOLDER"),
        (["--to", "x", "--as", "fit,gpx"], "a run cannot be exported as 'gpx'; choose from fit, "),
        (["--to", "x", "--runner", "nobody"], "nobody"),
    ],
)
def test_bad_wishes_are_refused_in_one_sentence(
    demo: DemoRun, capsys: pytest.CaptureFixture[str], options: list[str], sentence: str
) -> None:
    told = surefoot(capsys, "export", demo.run.path, *options)
    assert (told.code, told.out, told.err.count("\n")) == (2, "", 1)
    assert sentence in told.err


def test_a_file_stands_for_a_folder_only_in_a_sentence(
    demo: DemoRun, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    told = surefoot(capsys, "export", demo.run.path, "--to", tmp_path / "file", "--as", "fit")
    assert (told.code, told.out, told.err.count("\n")) == (2, "", 1)
    assert "cannot be written" in told.err


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps files private by folder")
def test_what_leaves_is_for_its_owner_alone(demo: DemoRun, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    told = surefoot(capsys, "export", demo.run.path, "--to", tmp_path, "--as", ",".join(ExportForm))
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(line.rpartition("  ")[0] for line in told.out.splitlines()) == sorted(map(str, written))
    assert len(written) > 15
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in written)


def test_each_runner_has_their_own_files_and_one_can_be_chosen(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    squad = record_demo_run(tmp_path / "runs", 1.0, runners=2).run
    assert surefoot(capsys, "export", squad.path, "--to", tmp_path / "all", "--as", "fit,samples,bids").code == 0
    stem = squad.manifest.run_id
    assert {path.name for path in (tmp_path / "all").iterdir()} == {
        f"{stem}-bids",
        *(
            f"{stem}-{runner}{ending}"
            for runner in squad.manifest.runners
            for ending in (".fit", "-left.csv", "-right.csv")
        ),
    }
    subjects = (tmp_path / "all" / f"{stem}-bids" / "participants.tsv").read_text().splitlines()
    assert len(subjects) == 1 + len(squad.manifest.runners)
    one = surefoot(
        capsys, "export", squad.path, "--to", tmp_path / "one", "--as", "fit,samples", "--runner", "runner-2"
    )
    assert one.code == 0
    assert {path.name.removeprefix(f"{stem}-runner-2") for path in (tmp_path / "one").iterdir()} == {
        ".fit", "-left.csv", "-right.csv",
    }  # fmt: skip

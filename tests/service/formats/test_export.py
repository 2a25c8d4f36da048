"""What `surefoot export` refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from surefoot.service.runtime.demo import DemoRun
from tests.service.command import surefoot


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ([], "say where the files go: --to FOLDER"),
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

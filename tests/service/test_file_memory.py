"""What was said of files is remembered for later ones, told, and forgotten again."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest

from surefoot.analysis.model import Foot
from tests.sensor_ingest.synthetic import HEADER, walk, write
from tests.service.command import Outcome, surefoot

ODD = HEADER.replace("time_s", "n")


class Terminal(io.StringIO):
    """A person who types."""

    def isatty(self) -> bool:
        return True


def counted(path: Path) -> Path:
    rows = walk(20.0)
    rows[:, 0] = np.arange(len(rows))
    return write(path, rows, ODD)


def two_devices(path: Path) -> Path:
    rows = [(name, *row) for name, seed in (("C8A1", 1), ("D03F", 2)) for row in walk(20.0, seed=seed)]
    rows.sort(key=lambda row: row[1])
    lines = [",".join(map(str, row)) for row in rows]
    path.write_text("\n".join([f"device,{HEADER}", *lines]) + "\n")
    return path


def both(capsys: pytest.CaptureFixture[str], path: Path) -> Outcome:
    return surefoot(capsys, "analyze", "--left", path, "--right", path)


def told(outcome: Outcome) -> str:
    return " ".join(outcome.out.split())


def test_columns_that_were_explained_need_it_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    first, later = counted(tmp_path / "a.csv"), counted(tmp_path / "b.csv")
    assert surefoot(capsys, "analyze", "--left", later).code == 2
    kept = surefoot(capsys, "inspect", first, "--rate", "200", "--remember")
    assert "Remembered: --rate 200." in kept.out
    read = surefoot(capsys, "analyze", "--left", later)
    assert read.code == 0
    assert "As remembered of files with these columns: --rate 200." in told(read)
    assert "As remembered" in told(surefoot(capsys, "inspect", later))
    assert surefoot(capsys, "inspect", later, "--forget").code == 2
    assert surefoot(capsys, "analyze", "--left", later).code == 2


def test_what_is_said_now_goes_before_what_is_remembered(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = counted(tmp_path / "a.csv")
    surefoot(capsys, "inspect", path, "--rate", "200", "--remember")
    read = surefoot(capsys, "analyze", "--left", path, "--rate", "100", "--json", "-")
    assert read.json["quality"]["left"]["sampling_rate_hz"] == pytest.approx(100.0)


def test_whose_a_device_is_is_asked_once_at_a_terminal(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = two_devices(tmp_path / "a.csv")
    refused = both(capsys, path)
    assert refused.code == 2
    assert "say which is whose with --device" in refused.err
    with monkeypatch.context() as at_terminal:
        at_terminal.setattr("sys.stdin", Terminal("right\nleft\n"))
        asked = both(capsys, path).out
        assert "Which foot is device C8A1 (in a.csv) of: left or right (Enter if neither)" in asked
        assert "This is remembered" in asked
    read = both(capsys, path)
    assert read.code == 0
    assert "D03F is read, as remembered" in told(read)
    (tmp_path / "files").mkdir()
    for foot, name in ((Foot.LEFT, "D03F"), (Foot.RIGHT, "C8A1")):
        write(tmp_path / f"files/easy_{name}.csv", walk(20.0, seed=len(foot)))
    assert "both" in surefoot(capsys, "analyze", tmp_path / "files").out
    surefoot(capsys, "inspect", path, "--forget")
    assert both(capsys, path).code == 2


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"devices": {"a": "middle"}, "columns": {}}',
    '{"devices": {}, "columns": {"n": {"columns": {}, "units": {"acc": "miles"}, "rate_hz": null}}}',
    '{"devices": {}, "columns": {"n": {"columns": {}, "units": {}, "rate_hz": "x"}}}',
])  # fmt: skip
def test_a_damaged_memory_is_an_empty_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, service_folder: Path
) -> None:
    service_folder.mkdir(parents=True, exist_ok=True)
    (service_folder / "files.json").write_text(text)
    path = counted(tmp_path / "a.csv")
    assert surefoot(capsys, "analyze", "--left", path).code == 2
    assert surefoot(capsys, "inspect", path, "--rate", "200", "--remember").code == 0
    assert json.loads((service_folder / "files.json").read_text())["devices"] == {}


@pytest.fixture
def service_folder() -> Path:
    from surefoot.service.configuration import load_configuration

    return load_configuration().settings.data

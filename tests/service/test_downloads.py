"""A recorded run's page downloads it in every form, for those who are signed in, and leaves nothing behind."""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from zipfile import ZipFile

import pytest

from surefoot.dashboards.data_source import ExportForm
from surefoot.dashboards.wall.hosting import WallServer
from surefoot.service.cli.main import main
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.settings import Settings
from surefoot.service.store.tail import StoreTail
from surefoot.service.views.squad_state import StoredRuns
from surefoot.service.views.wall import Archive, WallDataSource
from tests.dashboards.accounts import owner
from tests.dashboards.browser import chromium
from tests.service.servers import wait

RUNNER = "runner-1"
PASSWORD = "open sesame"


@pytest.fixture(scope="module")
def source(demo: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WallDataSource]:
    settings = Settings(data=tmp_path_factory.mktemp("data"))
    with StoreTail(settings.store_path) as tail:
        yield WallDataSource(StoredRuns(tail), Archive(demo.run.path.parent, settings))


@pytest.fixture(scope="module")
def wall(source: WallDataSource) -> Iterator[WallServer]:
    with WallServer(source) as server:
        yield server


@pytest.fixture(scope="module")
def by_command(demo: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with everything that the command writes."""
    folder = tmp_path_factory.mktemp("command")
    with pytest.raises(SystemExit) as end:
        main(["export", str(demo.run.path), "--to", str(folder), "--as", ",".join(ExportForm)])
    assert not end.value.code
    return folder


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def place(run: DemoRun, form: str, runner: str = RUNNER) -> str:
    return f"/runs/{run.run.manifest.run_id}/export/{runner}/{form}"


def get(server: WallServer, path: str) -> tuple[HTTPResponse, bytes]:
    link = HTTPConnection("127.0.0.1", server.port, timeout=30)
    link.request("GET", path)
    answer = link.getresponse()
    body = answer.read()
    link.close()
    return answer, body


def test_a_link_on_the_runs_page_gives_the_file_of_the_command(
    wall: WallServer, demo: DemoRun, by_command: Path, tmp_path: Path
) -> None:
    name = f"{demo.run.manifest.run_id}-{RUNNER}.fit"
    with chromium() as browser:
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{wall.port}/runs/{demo.run.manifest.run_id}/runner/{RUNNER}")
        with page.expect_download() as begun:
            page.click("text=FIT, for watches")
        assert begun.value.suggested_filename == name
        begun.value.save_as(tmp_path / name)
    assert (tmp_path / name).read_bytes() == (by_command / name).read_bytes()


@pytest.mark.parametrize("form", [form for form in ExportForm if form not in (ExportForm.FIT, ExportForm.MCAP)])
def test_several_files_come_as_one_archive(
    wall: WallServer, demo: DemoRun, by_command: Path, temporary: Path, form: ExportForm
) -> None:
    answer, body = get(wall, place(demo, form))
    name = f"{demo.run.manifest.run_id}-{RUNNER}-{form}.zip"
    assert answer.status == 200
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    with ZipFile(io.BytesIO(body)) as archive:
        assert len(archive.namelist()) >= 2
        for each in archive.namelist():
            assert archive.read(each) == (by_command / each).read_bytes()
    wait(lambda: not any(temporary.iterdir()))


def test_readings_for_foxglove_are_the_file_of_the_command(
    wall: WallServer, demo: DemoRun, by_command: Path, temporary: Path
) -> None:
    answer, body = get(wall, place(demo, "mcap"))
    assert answer.status == 200
    assert body == (by_command / f"{demo.run.manifest.run_id}-{RUNNER}.mcap").read_bytes()
    wait(lambda: not any(temporary.iterdir()))


@pytest.mark.parametrize("path", [("gpx", RUNNER), ("fit", "nobody"), ("..%2F..%2Ffit", RUNNER), ("fit", "..%2F..")])
def test_what_is_not_there_is_told_in_a_sentence(
    wall: WallServer, demo: DemoRun, temporary: Path, path: tuple[str, str]
) -> None:
    answer, body = get(wall, place(demo, *path))
    assert answer.status == 404
    assert answer.headers["Content-Type"].startswith("text/")
    assert b"Traceback" not in body
    assert list(temporary.iterdir()) == []


def test_what_cannot_be_written_is_told_in_a_sentence(
    wall: WallServer, demo: DemoRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    answer, body = get(wall, place(demo, "parquet"))
    assert answer.status == 409
    assert b"The run cannot be exported: pyarrow is not installed: pip install 'surefoot[parquet]'" in body


def test_strangers_are_led_to_the_password(source: WallDataSource, demo: DemoRun) -> None:
    with WallServer(source, accounts=owner(PASSWORD)) as server:
        answer, body = get(server, place(demo, "fit"))
    assert (answer.status, answer.headers["Location"], body) == (303, "/login", b"")

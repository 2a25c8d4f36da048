"""The wall shows what another process writes into the store, at once, and asks strangers for a password."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from surefoot.analysis.findings import Finding, Kind, latest
from surefoot.analysis.model import Foot, Samples
from surefoot.dashboards.data_source import RunnerState
from surefoot.dashboards.live_snapshot import COMPARED_METRIC, LiveSnapshot
from surefoot.dashboards.wall.hosting import WallServer
from surefoot.firmware_sim.body.inversion_events import InversionEvent
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.pod.imu import Imu, read_imu
from surefoot.sensor_ingest.recording.assembler import Batch
from surefoot.service.cli.live_wall import run_wall
from surefoot.service.errors.settings import WallError
from surefoot.service.pipeline.analysis import chunks
from surefoot.service.pipeline.runner_analysis import RunAnalysis
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.runtime.result_recorder import ResultRecorder
from surefoot.service.settings import Settings, WallSettings
from surefoot.service.store.reading import StoreReader
from surefoot.service.store.tail import StoreTail
from surefoot.service.views.squad_state import ObservedRun, StoredRuns
from surefoot.service.views.wall import Archive, WallDataSource, wall
from surefoot.service.views.wall_address import answers_at, is_loopback, qr_code
from tests.dashboards.accounts import owner
from tests.dashboards.browser import chromium
from tests.service.command import surefoot
from tests.service.servers import START_S
from tests.service.stored_runs import RUNNER, manifest

ROLL_S, END_S = 70.0, 90.0
PIECE_S = 0.25
SEE = """words => {
    seen = new Promise(tell => {
        const look = () => document.querySelector(".card").innerText.includes(words) && tell(Date.now());
        new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
        setTimeout(() => tell(Infinity), 60_000);
    });
}"""
"""When some words come onto a card, by the browser's own clock: a test that asks for them again and again is late."""


@cache
def rolled() -> dict[Foot, Samples]:
    """A run in which the left ankle rolls."""
    inversion_events = (InversionEvent(Foot.LEFT, ROLL_S, peak_deg=36.0, rise_s=0.08),)
    motion = simulate(RunnerProfile(), (PlannedBout("run", END_S, 2.9),), seed=5, inversion_events=inversion_events)
    return {foot: read_imu(motion, foot, Imu(), seed=5) for foot in Foot}


class Following:
    """A run that goes into the store piece by piece, as `surefoot live` does it in another process."""

    def __init__(self, settings: Settings) -> None:
        created = datetime.fromtimestamp(int(time.time() - ROLL_S), UTC)
        self._recorder = ResultRecorder(settings.store_path, manifest(created=created), settings, now_s=lambda: 0.0)
        self._analysis = RunAnalysis(manifest().pods, sink=self._take)
        self._pieces = chunks(rolled(), PIECE_S)
        self.kept: list[tuple[float, Finding]] = []

    def _take(self, runner, results, known_s) -> None:  # type: ignore[no-untyped-def]
        self._recorder.record(runner, results, known_s)
        self.kept += [(time.time(), finding) for finding in results.findings]

    def until(self, time_s: float) -> None:
        """Go on until both feet are known up to a session time."""
        for piece in self._pieces:
            self._analysis.push(Batch(list(Foot).index(piece.foot), RUNNER, piece))
            if piece.foot is Foot.RIGHT and piece.time_s[-1] > time_s:
                return

    def until_something_is_found(self) -> None:
        """Go on until there is a finding."""
        while not self.kept:
            piece = next(self._pieces)
            self._analysis.push(Batch(list(Foot).index(piece.foot), RUNNER, piece))

    def close(self) -> None:
        self._recorder.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


@pytest.fixture
def following(settings: Settings) -> Iterator[Following]:
    run = Following(settings)
    yield run
    run.close()


@pytest.fixture
def source(settings: Settings) -> Iterator[WallDataSource]:
    with StoreTail(settings.store_path) as tail:
        yield WallDataSource(StoredRuns(tail), Archive(settings.runs_folder, settings))


def protected(source: WallDataSource, settings: WallSettings) -> AbstractContextManager[str]:
    """The wall with the owner of the settings."""
    return wall(source, settings, accounts=owner(settings.password.get_secret_value()))


def only(source: WallDataSource) -> RunnerState:
    time.sleep(0.25)  # a scene is read anew after a fifth of a second
    [runner] = source.squad_state().runners
    return runner


def test_it_knows_what_the_store_knows(settings: Settings, following: Following, source: WallDataSource) -> None:
    for time_s in (20.0, 65.0, 80.0):
        following.until(time_s)
        shown = only(source)
        with StoreReader(settings.store_path) as reader:
            [stored] = reader.runs()
            results = reader.results(stored.run, RUNNER)
        assert list(shown.windows) == list(results.windows)
        assert list(shown.live_windows) == list(results.live)
        assert shown.findings == latest(results.findings)
        assert shown.stride_count == sum(map(len, results.strides.values()))
        for foot, rows in shown.strides.items():
            assert rows.initial_contact_s.tolist() == results.strides[foot].initial_contact_s.tolist()


def test_numbers_on_screen_are_the_store_s_and_a_roll_is_there_within_a_second(
    settings: Settings, following: Following, source: WallDataSource
) -> None:
    following.until(ROLL_S - 2.0)
    with WallServer(source) as server, chromium() as browser:
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.port}")
        expect(page.locator(".card .name")).to_have_text([RUNNER])
        with StoreReader(settings.store_path) as reader:
            results = reader.results(reader.runs()[0].run, RUNNER)
        told = replace(only(source), strides=results.strides, windows=results.windows, live_windows=results.live)
        now = LiveSnapshot.last_known(told)
        expect(page.locator(".card .pair b")).to_have_text(
            [now.compared_text(foot, COMPARED_METRIC).removesuffix(" ms") for foot in Foot]
        )
        page.evaluate(SEE, "Ankle roll, left")
        following.until_something_is_found()
        seen_s = page.evaluate("seen") / 1000.0
    [(kept_s, finding)] = following.kept
    assert finding.kind is Kind.INVERSION_EVENT
    assert seen_s - kept_s <= 1.0


def test_a_run_that_is_over_is_no_longer_shown(following: Following, source: WallDataSource) -> None:
    following.until(20.0)
    assert only(source).name == RUNNER
    following._recorder.finish(25.0)
    time.sleep(0.25)
    assert not source.squad_state().runners


def test_recorded_runs_are_listed_and_analysed_on_demand(demo: DemoRun, settings: Settings) -> None:
    archive = Archive(demo.run.path.parent, settings)
    assert demo.run.manifest.run_id in [run.run for run in archive.runs()]
    found = archive.analysed_runs(demo.run.manifest.run_id)
    assert list(found) == list(demo.run.manifest.runners)
    again = archive.analysed_runs(demo.run.manifest.run_id)
    assert all(again[name].results is found[name].results for name in found)
    with pytest.raises(KeyError):
        archive.analysed_runs("../nothing")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "example.org"])
@pytest.mark.parametrize("password", ["", "short"])
def test_beyond_this_computer_it_needs_a_password(source: WallDataSource, host: str, password: str) -> None:
    assert not is_loopback(host)
    with (
        pytest.raises(WallError, match=r"needs a password of 8 characters or more; set wall\.password"),
        protected(source, WallSettings(host=host, port=0, password=password)),  # type: ignore[arg-type]
    ):
        pass


def test_with_a_password_others_may_look(source: WallDataSource) -> None:
    with protected(source, WallSettings(host="0.0.0.0", port=0, password="open sesame")) as address:  # type: ignore[arg-type]
        port = address.rstrip("/").rpartition(":")[2]
        with urlopen(f"http://127.0.0.1:{port}/") as answer:
            assert answer.url.endswith("/login")
    assert "█" in qr_code(address)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "wall.crt", folder / "wall.key"
    made = "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
    subprocess.run([*made.split(), "-keyout", key, "-out", cert], check=True, capture_output=True)
    return cert, key


def test_with_a_certificate_it_speaks_https(source: WallDataSource, certificate: tuple[Path, Path]) -> None:
    cert, key = certificate
    settings = WallSettings(port=0, cert=cert, key=key)
    trusting = ssl.create_default_context(cafile=str(cert))
    with wall(source, settings) as address:
        with urlopen(f"{address}health", context=trusting) as answer:
            assert answer.read() == b"ok"
        port = int(address.rstrip("/").rpartition(":")[2])
        assert address == f"https://127.0.0.1:{port}/"
        assert answers_at(settings.model_copy(update={"port": port}))


@pytest.mark.parametrize(
    ("encrypted", "headers", "secure"),
    [(True, {}, True), (False, {"X-Forwarded-Proto": "https"}, True), (False, {}, False)],
    ids=["https", "behind a proxy", "http"],
)
def test_behind_tls_the_cookie_is_for_tls_alone(
    source: WallDataSource, certificate: tuple[Path, Path], encrypted: bool, headers: dict[str, str], secure: bool
) -> None:
    cert, key = certificate if encrypted else (None, None)
    settings = WallSettings(port=0, password="open sesame", cert=cert, key=key)  # type: ignore[arg-type]
    with protected(source, settings) as address:
        place = urlsplit(address).netloc
        trusting = ssl.create_default_context(cafile=str(certificate[0]))
        link = HTTPSConnection(place, context=trusting) if encrypted else HTTPConnection(place)
        link.request("POST", "/login", "password=open+sesame", headers)
        answer = link.getresponse()
        assert answer.status == 303
        cookie = {part.strip().lower() for part in str(answer.getheader("Set-Cookie")).split(";")}
        link.close()
    assert {"httponly", "samesite=strict"} <= cookie
    assert ("secure" in cookie) is secure


def test_a_certificate_that_cannot_be_used_is_one_sentence(
    capsys: pytest.CaptureFixture[str], certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    cert, key = certificate
    locked = tmp_path / "locked.key"
    subprocess.run(
        ["openssl", "rsa", "-aes256", "-passout", "pass:secret", "-in", key, "-out", locked],
        check=True,
        capture_output=True,
    )
    for arguments, told in (
        (["--cert", cert], "is no certificate in PEM with its key"),
        (["--cert", cert, "--key", locked], "or the key has a passphrase"),
        (["--cert", tmp_path / "none.crt"], "cannot be read (No such file or directory)"),
        (["--key", key], "--key needs --cert"),
    ):
        outcome = surefoot(capsys, "serve", "--port", "0", *map(str, arguments))
        assert outcome.code == 2
        assert told in outcome.err
        assert len(outcome.err.splitlines()) == 1


def test_a_port_that_is_taken_is_told_or_another_one_used(source: WallDataSource) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = WallSettings(port=taken.getsockname()[1])
        with pytest.raises(WallError, match="cannot be used"), wall(source, settings):
            pass
        with wall(source, settings, any_port=True) as address, urlopen(f"{address}health") as answer:
            assert answer.read() == b"ok"


def test_serve_says_where_it_is_and_ends_when_told(tmp_path: Path) -> None:
    environment = {**os.environ, "SUREFOOT_DATA": str(tmp_path)}
    command = [sys.executable, "-c", "from surefoot.service.cli.main import main; main()", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        with urlopen(f"{address}health") as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(START_S) == 0


def test_a_log_holds_the_address_and_no_picture_of_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SUREFOOT_WALL_PASSWORD", "open sesame")
    with run_wall(ObservedRun(), tmp_path, ("0.0.0.0", 0)) as address:
        assert capsys.readouterr().out == f"Open {address} on the phone.\n"


def test_a_port_that_is_none_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = surefoot(capsys, "serve", "--port", "70000")
    assert outcome.code == 2
    assert "--port" in outcome.err

"""The wall: its data, its server and its address."""

from __future__ import annotations

import io
import socket
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from ipaddress import ip_address
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import segno

from surefoot.dashboards.data_source import AnalysedRun, RunListEntry, SquadState, ViewDataSource
from surefoot.dashboards.wall.access import Password
from surefoot.dashboards.wall.application import MetricsPage
from surefoot.dashboards.wall.hosting import WallServer
from surefoot.sensor_ingest.errors import IngestError
from surefoot.sensor_ingest.recording.run_folder import RunFolder, list_runs
from surefoot.service.errors import WallError
from surefoot.service.pipeline.reanalysis import analyze_run
from surefoot.service.settings import WallSettings
from surefoot.service.views.reporting import recorded
from surefoot.service.views.squad_state import SquadStateSource

CACHED_RUNS = 3
"""Analyses kept in memory; each has every stride of its run."""
RESPONSE_TIMEOUT_S, MAX_RESPONSE_BYTES = 3.0, 4096
ANY_ADDRESS = ("0.0.0.0", "::")
MIN_PASSWORD_LENGTH = 8
NEEDS_PASSWORD = f"is visible to others and needs a password of {MIN_PASSWORD_LENGTH} characters or more"
SET_PASSWORD = "set wall.password in the settings, or SUREFOOT_WALL_PASSWORD"


class Archive:
    """AnalysedRun runs, analysed on demand; the last `CACHED_RUNS` analyses are cached."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._cache: OrderedDict[str, Mapping[str, AnalysedRun]] = OrderedDict()

    def runs(self) -> Sequence[RunListEntry]:
        """AnalysedRun runs, newest first."""
        return [
            RunListEntry(run.manifest.run_id, run.manifest.created_utc, run.manifest.runners, run.manifest.ended)
            for run in reversed(self._folders())
        ]

    def analysed_runs(self, run: str) -> Mapping[str, AnalysedRun]:
        """A run's analyses by runner; KeyError where there is no such run, or it cannot be read."""
        with self._lock:
            if run not in self._cache:
                folder = {each.manifest.run_id: each for each in self._folders()}[run]
                found = _analysed(folder)
                if not folder.manifest.ended:
                    return found
                self._cache[run] = found
                while len(self._cache) > CACHED_RUNS:
                    self._cache.popitem(last=False)
            self._cache.move_to_end(run)
            return self._cache[run]

    def _folders(self) -> Sequence[RunFolder]:
        return list_runs(self._folder) if self._folder.is_dir() else ()


@dataclass(frozen=True, slots=True)
class WallDataSource:
    """Data of the wall: runs in progress and recorded ones."""

    scenes: SquadStateSource
    archive: Archive

    def squad_state(self) -> SquadState:
        """Everybody now."""
        return self.scenes.squad_state()

    def runs(self) -> Sequence[RunListEntry]:
        """AnalysedRun runs, newest first."""
        return self.archive.runs()

    def analysed_runs(self, run: str) -> Mapping[str, AnalysedRun]:
        """A recorded run's analyses by runner."""
        return self.archive.analysed_runs(run)


def _analysed(folder: RunFolder) -> Mapping[str, AnalysedRun]:
    try:
        analyses = analyze_run(folder, lambda *_: None).conclude()
    except IngestError as error:
        raise KeyError(folder.manifest.run_id) from error
    return {name: recorded(each, name, folder.manifest) for name, each in analyses.items()}


@contextmanager
def wall(
    source: ViewDataSource, settings: WallSettings, *, any_port: bool = False, metrics: MetricsPage | None = None
) -> Iterator[str]:
    """Serve the wall while entered; yields its address.

    Parameters
    ----------
    any_port : use any free port where the one of the settings is taken.
    metrics : of the service that is watched.

    Raises
    ------
    WallError
        beyond this computer without a password, or where the address cannot be used.
    """
    word = settings.password.get_secret_value()
    if needs_password(settings):
        raise WallError(f"{settings.host} {NEEDS_PASSWORD}; {SET_PASSWORD}")
    protection = Password(word) if word else None, metrics
    with _server(source, settings, *protection, any_port=any_port) as server:
        yield f"http://{_reached_at(settings.host)}:{server.port}/"


def _server(
    source: ViewDataSource,
    settings: WallSettings,
    password: Password | None,
    metrics: MetricsPage | None,
    *,
    any_port: bool,
) -> WallServer:
    try:
        return WallServer(source, settings.host, settings.port, password, metrics)
    except OSError as error:
        if any_port and settings.port:
            return _server(source, settings.model_copy(update={"port": 0}), password, metrics, any_port=False)
        reason = error.strerror or type(error).__name__
        raise WallError(f"{settings.host} port {settings.port} cannot be used ({reason}); choose --port 0") from error


def needs_password(settings: WallSettings) -> bool:
    """Whether other computers can reach the wall without a password of `MIN_PASSWORD_LENGTH`."""
    return not is_loopback(settings.host) and len(settings.password.get_secret_value()) < MIN_PASSWORD_LENGTH


def is_loopback(host: str) -> bool:
    """Whether a host is reached from this computer only."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def qr_code(address: str) -> str:
    """QR code of an address, as block characters."""
    drawn = io.StringIO()
    segno.make(address, error="m").terminal(drawn, compact=True)
    return drawn.getvalue()


def answers_at(settings: WallSettings) -> bool:
    """Whether a wall answers at the port of the settings on this computer."""
    host = "127.0.0.1" if settings.host in ANY_ADDRESS else _reached_at(settings.host)
    direct = build_opener(ProxyHandler({}))
    try:
        with direct.open(f"http://{host}:{settings.port}/login", timeout=RESPONSE_TIMEOUT_S) as answer:
            return b"surefoot" in answer.read(MAX_RESPONSE_BYTES)
    except (OSError, HTTPException):
        return False


def _reached_at(host: str) -> str:
    """Address under which others reach this computer; sends nothing."""
    if host not in ANY_ADDRESS:
        return f"[{host}]" if ":" in host else host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return socket.gethostname()

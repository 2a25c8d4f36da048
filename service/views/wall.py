"""The wall: its data, its server and its address."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from surefoot.dashboards.data_source import (
    AnalysedRun,
    ExportForm,
    RunListEntry,
    SquadState,
    UncorrectableError,
    UnexportableError,
    ViewDataSource,
    Worn,
)
from surefoot.dashboards.diary_source import DiarySource
from surefoot.dashboards.history_source import HistorySource
from surefoot.dashboards.part_store import PartStore
from surefoot.dashboards.plan_source import PlanSource
from surefoot.dashboards.timer_source import TimerSource
from surefoot.dashboards.wall.access import Password
from surefoot.dashboards.wall.hosting import WallServer
from surefoot.dashboards.wall.metrics_page import MetricsPage
from surefoot.extras import missing
from surefoot.sensor_ingest.errors import IngestError
from surefoot.sensor_ingest.recording.manifest import Manifest
from surefoot.sensor_ingest.recording.run_folder import RunFolder, list_runs
from surefoot.sensor_ingest.watches.kept_track import kept_track
from surefoot.service.errors import RequestError
from surefoot.service.errors.settings import WallError
from surefoot.service.formats.exporting import available_forms, check_installed, export_run
from surefoot.service.formats.one_file import one_file
from surefoot.service.people.accounts import StoredAccounts
from surefoot.service.people.speed_scales import scaled
from surefoot.service.pipeline.reanalysis import analyze_run
from surefoot.service.runtime.exchange import confirm_as_worn, exchange_pods
from surefoot.service.settings import Settings, WallSettings
from surefoot.service.views.reporting import recorded
from surefoot.service.views.squad_state import SquadStateSource
from surefoot.service.views.wall_address import (
    NEEDS_PASSWORD,
    SET_PASSWORD,
    is_loopback,
    lacks_owner,
    tls_context,
    wall_url,
)

CACHED_RUNS = 3
"""Analyses kept in memory; each has every stride of its run."""


class Archive:
    """AnalysedRun runs, analysed on demand; the last `CACHED_RUNS` analyses are cached until the run is corrected.

    Parameters
    ----------
    settings : of the store in which a run's results are replaced when it is corrected.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._folder = folder
        self._settings = settings
        self._lock = threading.RLock()
        self._cache: OrderedDict[str, tuple[Manifest, Mapping[str, AnalysedRun]]] = OrderedDict()

    def runs(self) -> Sequence[RunListEntry]:
        """AnalysedRun runs, newest first."""
        return [
            RunListEntry(run.manifest.run_id, run.manifest.created_utc, run.manifest.names, run.manifest.ended)
            for run in reversed(self._folders())
        ]

    def analysed_runs(self, run: str) -> Mapping[str, AnalysedRun]:
        """A run's analyses by runner; KeyError where there is no such run, or it cannot be read."""
        with self._lock:
            folder = self._run(run)
            known = self._cache.pop(run, None)
            found = known[1] if known is not None and known[0] == folder.manifest else _analysed(folder)
            if folder.manifest.ended:
                self._cache[run] = folder.manifest, found
            while len(self._cache) > CACHED_RUNS:
                self._cache.popitem(last=False)
            return {
                name: scaled(replace(each, track=kept_track(folder, name)), self._settings)
                for name, each in found.items()
            }

    def answer_whether_exchanged(self, run: str, runner: str, worn: Worn) -> None:
        """Correct a run whose pods may have been exchanged; a second answer changes nothing, as nothing is asked then.

        Raises
        ------
        KeyError
            if there is no such run of that runner.
        UncorrectableError
            if it has not ended, or cannot be read, written or stored.
        """
        correct = {Worn.EXCHANGED: exchange_pods, Worn.AS_NAMED: confirm_as_worn}[worn]
        with self._lock:
            if not self.analysed_runs(run)[runner].asks_whether_exchanged:
                return
            try:
                correct(self._run(run), runner, self._settings)
            except (RequestError, IngestError) as error:
                raise UncorrectableError(str(error)) from error

    def export(self, run: str, runner: str, form: ExportForm, folder: Path) -> Path:
        """Write a run in one form into a folder; the one file that holds all of it.

        Raises
        ------
        KeyError
            if there is no such run of that runner.
        UnexportableError
            if it cannot be read or written, or nothing was recorded.
        """
        with self._lock:
            analysed = {runner: self.analysed_runs(run)[runner]}
            found = self._run(run)
        try:
            check_installed([form])
            paths = export_run(found, (runner,), analysed, form, folder, lambda *_: None)
            return one_file(paths, folder, f"{run}-{runner}-{form}")
        except (RequestError, IngestError) as error:
            raise UnexportableError(str(error)) from error
        except ModuleNotFoundError as error:
            raise UnexportableError(missing(error) or str(error)) from error

    def _run(self, run: str) -> RunFolder:
        return {each.manifest.run_id: each for each in self._folders()}[run]

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

    def answer_whether_exchanged(self, run: str, runner: str, worn: Worn) -> None:
        """Correct a recorded run whose pods may have been exchanged."""
        self.archive.answer_whether_exchanged(run, runner, worn)

    def export_forms(self) -> Sequence[ExportForm]:
        """Forms whose libraries are installed."""
        return available_forms()

    def export(self, run: str, runner: str, form: ExportForm, folder: Path) -> Path:
        """Write a recorded run in one form into a folder."""
        return self.archive.export(run, runner, form, folder)


def _analysed(folder: RunFolder) -> Mapping[str, AnalysedRun]:
    try:
        analyses = analyze_run(folder, lambda *_: None).conclude()
    except IngestError as error:
        raise KeyError(folder.manifest.run_id) from error
    return {name: recorded(each, name, folder.manifest) for name, each in analyses.items()}


@contextmanager
def wall(
    source: ViewDataSource,
    settings: WallSettings,
    *,
    any_port: bool = False,
    metrics: MetricsPage | None = None,
    parts: PartStore | None = None,
    diary: DiarySource | None = None,
    history: HistorySource | None = None,
    timers: TimerSource | None = None,
    plans: PlanSource | None = None,
    accounts: StoredAccounts | None = None,
) -> Iterator[str]:
    """Serve the wall while entered; yields its address.

    Parameters
    ----------
    any_port : use any free port where the one of the settings is taken.
    metrics : of the service that is watched.
    parts : takes what gateways send.
    diary, history, plans : keep what runners say, and show it over weeks.
    timers : know the next session of a runner's plan, and where it is now.
    accounts : who may sign in; None where nobody has to, on this computer alone.

    Raises
    ------
    WallError
        beyond this computer without a password, or where the address or the certificate cannot be used.
    """
    if not is_loopback(settings.host) and (accounts is None or lacks_owner(settings, accounts)):
        raise WallError(f"{settings.host} {NEEDS_PASSWORD}; {SET_PASSWORD}")
    serve = partial(
        WallServer,
        source,
        accounts=accounts,
        metrics=metrics,
        tls=tls_context(settings),
        parts=parts,
        diary=diary,
        history=history,
        timers=timers,
        plans=plans,
    )
    with _server(serve, settings, any_port=any_port) as server:
        yield settings.url or wall_url(settings, server.port)


def wall_accounts(settings: Settings, host: str | None = None) -> StoredAccounts:
    """Accounts of the data folder, with the owner of the settings where they have a password.

    Parameters
    ----------
    host : where the wall listens; None for that of the settings.
    """
    word = settings.wall.password.get_secret_value()
    local = is_loopback(host or settings.wall.host)
    return StoredAccounts(
        settings.data, Password(word) if word else None, local=local, places=_private_places(settings)
    )


def _private_places(settings: Settings) -> tuple[str, ...]:
    """Where pain, injuries and plans go of runners who consent."""
    bucket, topic = settings.influxdb.private_bucket, settings.mqtt.private_topic
    told = (bucket and f"the InfluxDB bucket {bucket}", topic and f"MQTT topics below {topic}/")
    return tuple(each for each in told if each)


def _server(serve: Callable[..., WallServer], settings: WallSettings, *, any_port: bool) -> WallServer:
    try:
        return serve(host=settings.host, port=settings.port)
    except OSError as error:
        if any_port and settings.port:
            return _server(serve, settings.model_copy(update={"port": 0}), any_port=False)
        reason = error.strerror or type(error).__name__
        raise WallError(
            f"{settings.host} port {settings.port} cannot be used ({reason}); choose another with --port"
        ) from error

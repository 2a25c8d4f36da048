"""Corrects the dates of runs that began before the computer had the right one."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from surefoot.sensor_ingest.recording.errors import RunError
from surefoot.sensor_ingest.recording.run_folder import open_run
from surefoot.service.runtime.date_trust import is_date_trusted
from surefoot.service.settings import Settings
from surefoot.service.store.boot_time import BootTime
from surefoot.service.store.reading import StoreReader
from surefoot.service.store.writing import RunClock, StoreWriter

Clock = Callable[[], float]


def begun_utc(session_s: float, utc_s: float) -> datetime:
    """When a run began whose session time is `session_s` now."""
    return datetime.fromtimestamp(utc_s - session_s, UTC)


def correct_dates(settings: Settings, utc_s: Clock = time.time, monotonic_s: Clock = time.monotonic) -> None:
    """Give the runs of this boot that are over their right date, as soon as the computer has it; StoreError."""
    now = BootTime.now(monotonic_s)
    with StoreReader(settings.store_path) as reader:
        undated = reader.undated_runs()
        if not undated or not is_date_trusted(utc_s(), reader.newest_dated_s()):
            return
    for run, zero in undated.items():
        session_s = now.since(zero)
        if session_s is not None:
            _correct(settings, run, begun_utc(session_s, utc_s()))


def _correct(settings: Settings, run: str, begun: datetime) -> None:
    """The manifest first, as the store follows it; a run in progress is corrected by whoever records it."""
    try:
        folder = open_run(settings.runs_folder / run)
        if not folder.manifest.ended:
            return
        dated = folder.redate(begun)
    except RunError:
        return
    with StoreWriter(settings.store_path) as writer, writer.transaction():
        writer.set_date(run, RunClock(dated.manifest.created_utc).zero_ns)

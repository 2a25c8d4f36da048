"""The data folder before a service records: one service at a time, and a store that can be used."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from surefoot.sensor_ingest.recording.errors import RunError
from surefoot.service.errors.store import StoreError
from surefoot.service.runtime.forgetting import sweep
from surefoot.service.runtime.recording_lock import recording_lock
from surefoot.service.settings import Settings
from surefoot.service.store.connection import store_errors
from surefoot.service.store.repair import ensure_store

log = logging.getLogger(__name__)


@contextmanager
def recording_data_folder(settings: Settings) -> Iterator[None]:
    """Be the only one who records with the data folder, while entered; a store that is broken is replaced.

    One that cannot be used otherwise is told: recording goes on without it.

    Raises
    ------
    DataFolderBusyError
        if another process does.
    StoreError
        if the folder cannot be written.
    """
    with locked(settings.data):
        try:
            ensure_store(settings.store_path)
            sweep(settings)
        except (StoreError, RunError, OSError) as error:
            log.error("%s Recording goes on without it.", error)
        yield


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, which is released with the process, however it ends."""
    with ExitStack() as stack:
        with store_errors(folder):
            stack.enter_context(recording_lock(folder))
        yield

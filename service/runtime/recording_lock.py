"""The lock of a data folder: one process records with it at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from surefoot.sensor_ingest.recording.file_lock import lock_exclusively
from surefoot.sensor_ingest.recording.private_files import make_private_folder
from surefoot.service.errors.store import DataFolderBusyError

LOCK_NAME = "recording.lock"


@contextmanager
def recording_lock(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder while entered; it is released with the process, however it ends.

    Raises
    ------
    DataFolderBusyError
        if another process has it.
    OSError
        if the folder cannot be written.
    """
    make_private_folder(folder)
    file = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            lock_exclusively(file)
        except OSError as error:
            raise DataFolderBusyError(folder) from error
        yield
    finally:
        os.close(file)

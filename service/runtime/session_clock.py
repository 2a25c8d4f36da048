"""The session clock of a run that is continued: what has passed since it began, whatever became of the date."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from surefoot.sensor_ingest.recording.run_folder import Manifest
from surefoot.service.errors import StoreError
from surefoot.service.store.boot_time import BootTime
from surefoot.service.store.reading import StoreReader

Clock = Callable[[], float]


def run_utc_s(store: Path, run: Manifest, utc_s: Clock = time.time, monotonic_s: Clock = time.monotonic) -> Clock:
    """A clock in seconds since 1970 that agrees with the beginning of a run.

    It goes by the clock of this boot if the run was recorded during it, as far as the store can tell, else by the date.
    """
    zero = None
    with suppress(StoreError), StoreReader(store) as reader:  # recording goes on without it
        zero = reader.session_zero(run.run_id)
    if zero is None or BootTime.now().since(zero) is None:
        return utc_s
    begun_s, zero_s = run.created_utc.timestamp(), zero.seconds
    return lambda: begun_s + monotonic_s() - zero_s

"""The session clock of a run that is continued: what has passed since it began, whatever became of the date."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from surefoot.sensor_ingest.recording.manifest import Manifest
from surefoot.service.errors.store import StoreError
from surefoot.service.runtime.date_trust import trusted_utc_s
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


def told_utc_s(store: Path, utc_s: Clock = time.time) -> Callable[[], float | None]:
    """What pods are told of the time: None as long as the computer's date cannot be trusted, as far as the store can
    tell."""
    newest_run_s = 0.0
    with suppress(StoreError), StoreReader(store) as reader:  # recording goes on without it
        newest_run_s = reader.newest_dated_s()
    return trusted_utc_s(utc_s, newest_run_s)

"""What gateways and phones sent, until it is joined to the runs, and what people are to be told of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress

from surefoot.sensor_ingest.recording.errors import RunError, RunUnwritableError
from surefoot.sensor_ingest.recording.run_folder import RunFolder, list_runs
from surefoot.service.settings import Settings

log = logging.getLogger(__name__)

UNJOINED_AFTER_S = 60.0
"""A service that joins parts has done so long before."""
ASIDE = ".unreadable-"
"""Before the id of a part that nothing can be read of: a name that no run has."""


def ended_parts(settings: Settings) -> list[RunFolder]:
    """What was sent to its end, oldest first."""
    parts = [part for part in _parts(settings) if part.manifest.ended]
    return sorted(parts, key=lambda part: part.manifest.created_utc)


def put_aside(part: RunFolder) -> None:
    """Keep a part that nothing can be read of where it is no part any more; RunUnwritableError."""
    try:
        aside = part.path.with_name(f"{ASIDE}{part.path.name}.{int(part.path.stat().st_mtime)}")
        part.path.rename(aside)
    except OSError as error:
        raise RunUnwritableError(part.path, error.strerror or type(error).__name__) from error
    log.warning("%s holds no packet that can be read and is no run: delete it if nothing is missing.", aside)


def part_notices(settings: Settings, utc_s: Callable[[], float] = time.time) -> tuple[str, ...]:
    """What people are to be told of parts, sentences: what waits to be joined, and what never will be."""
    return (*_unjoined(settings, utc_s()), *aside_notices(settings))


def aside_notices(settings: Settings) -> tuple[str, ...]:
    """A sentence for each part that was put aside, for as long as it is there."""
    return tuple(
        f"A recording of {path.parent.name} holds no packet that can be read and is no run: delete "
        f"{path.relative_to(settings.data)} in the data folder if nothing is missing."
        for path in sorted(settings.parts_folder.glob(f"*/{ASIDE}*"))
    )


def _unjoined(settings: Settings, now_s: float) -> tuple[str, ...]:
    """What to tell of parts that ended a while ago; nothing where there are none."""
    waiting = 0
    with suppress(OSError, RunError):  # what is joined meanwhile waits no more
        ended_s = [part.journal_path.stat().st_mtime for part in ended_parts(settings)]
        waiting = sum(now_s - each > UNJOINED_AFTER_S for each in ended_s)
    if not waiting:
        return ()
    what = (
        "A recording of a gateway or phone waits"
        if waiting == 1
        else f"{waiting} recordings of gateways or phones wait"
    )
    return (f"{what} to become a run: surefoot sync does it at once, surefoot live once no run is recorded.",)


def _parts(settings: Settings) -> list[RunFolder]:
    """All parts that are here."""
    folders = sorted(settings.parts_folder.iterdir()) if settings.parts_folder.is_dir() else []
    return [part for folder in folders if folder.is_dir() for part in list_runs(folder)]

"""What gateways and phones sent, until it is joined to the runs, and what people are to be told of it."""

from __future__ import annotations

import logging
import time
from dataclasses import replace

from surefoot.sensor_ingest.recording.errors import RunUnwritableError
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.service.runtime.recorded import parts
from surefoot.service.settings import Settings

log = logging.getLogger(__name__)

UNJOINED_AFTER_S = 60.0
"""A service that joins parts has done so long before."""
QUIET_AFTER_S = 600.0
"""A part that has not grown for so long waits for its gateway, phone or network, or will not go on."""
LOST_AFTER_H = 24
"""A part that has not grown for so long is taken to have ended; one that goes on later is sent and joined once more."""
ASIDE = ".unreadable-"
"""Before the id of a part that nothing can be read of: a name that no run has."""


def ended_parts(settings: Settings) -> list[RunFolder]:
    """What was sent to its end, or has not gone on for `LOST_AFTER_H`, as ended; oldest first."""
    ended = [
        RunFolder(part.path, replace(part.manifest, ended=True))
        for part in parts(settings)
        if part.manifest.ended or _is_lost(part)
    ]
    return sorted(ended, key=lambda part: part.manifest.created_utc)


def put_aside(part: RunFolder) -> None:
    """Keep a part that nothing can be read of where it is no part any more; RunUnwritableError."""
    try:
        aside = part.path.with_name(f"{ASIDE}{part.path.name}.{int(part.path.stat().st_mtime)}")
        part.path.rename(aside)
    except OSError as error:
        raise RunUnwritableError(part.path, error.strerror or type(error).__name__) from error
    log.warning("%s holds no packet that can be read and is no run: delete it if nothing is missing.", aside)


def part_notices(settings: Settings) -> tuple[str, ...]:
    """What people are to be told of parts, sentences: of those that somebody has to join and of stuck ones."""
    return (*_unjoined(settings), *_stuck(settings))


def _stuck(settings: Settings) -> tuple[str, ...]:
    """A sentence for each part that does not go on, and for each that was put aside, for as long as it is there."""
    quiet = [part for part in parts(settings) if not part.manifest.ended and not _is_lost(part)]
    waiting = (
        f"The recording that {part.path.parent.name} began at {part.manifest.created_utc:%Y-%m-%d %H:%M} UTC does not "
        f"go on: it waits for {part.path.parent.name}, and becomes a run as it is after {LOST_AFTER_H} h without news."
        for part in quiet
        if _quiet_s(part) > QUIET_AFTER_S
    )
    aside = (
        f"A recording of {path.parent.name} holds no packet that can be read and is no run: delete "
        f"{path.relative_to(settings.data)} in the data folder if nothing is missing."
        for path in sorted(settings.parts_folder.glob(f"*/{ASIDE}*"))
    )
    return (*waiting, *aside)


def _unjoined(settings: Settings) -> tuple[str, ...]:
    """What to tell of parts that ended a while ago; nothing where there are none."""
    waiting = sum(_quiet_s(part) > UNJOINED_AFTER_S for part in ended_parts(settings))
    if not waiting:
        return ()
    what = (
        "A recording of a gateway or phone waits"
        if waiting == 1
        else f"{waiting} recordings of gateways or phones wait"
    )
    return (f"{what} to become a run: surefoot sync does it at once, surefoot live once no run is recorded.",)


def _is_lost(part: RunFolder) -> bool:
    return _quiet_s(part) > LOST_AFTER_H * 3600.0


def _quiet_s(part: RunFolder) -> float:
    """How long ago a part's recording grew; 0 for one that has none, or that was joined meanwhile."""
    try:
        return time.time() - part.journal_path.stat().st_mtime
    except OSError:
        return 0.0

"""A watch's track in the folder of the run that it was joined to: a private file for each runner."""

from __future__ import annotations

import json
import logging
import math
from dataclasses import fields
from pathlib import Path

import numpy as np

from surefoot.analysis.model import Floats
from surefoot.analysis.track import JoinedTrack, Track
from surefoot.sensor_ingest.recording.checksum import checksum_of
from surefoot.sensor_ingest.recording.errors import RunUnwritableError
from surefoot.sensor_ingest.recording.private_files import replace_private_file
from surefoot.sensor_ingest.recording.run_folder import RunFolder

FORMAT = 1
DECIMALS = {"time_s": 3, "latitude_deg": 7, "longitude_deg": 7}
"""A place to a centimetre; of everything else two decimals are kept."""

log = logging.getLogger(__name__)


def track_path(run: RunFolder, runner: str) -> Path:
    """Where the track of a runner's id is kept."""
    return run.path / f"watch-{runner}.json"


def keep_track(run: RunFolder, runner: str, joined: JoinedTrack) -> None:
    """Keep a runner's track with the run, in place of one that is there.

    Raises
    ------
    RunUnwritableError
        if the folder cannot be written.
    """
    held = {
        "format": FORMAT,
        "run_began_utc": run.manifest.created_utc.isoformat(),
        **{each.name: getattr(joined, each.name) for each in fields(JoinedTrack) if each.name != "track"},
        "track": {each.name: _numbers(each.name, getattr(joined.track, each.name)) for each in fields(Track)},
    }
    text = json.dumps({**held, "checksum": checksum_of(held)}) + "\n"
    try:
        replace_private_file(track_path(run, runner), text)
    except OSError as error:
        raise RunUnwritableError(run.path, error.strerror or type(error).__name__) from error


def kept_track(run: RunFolder, runner: str) -> JoinedTrack | None:
    """The track that was joined to a runner's run; None if there is none, or it cannot be used, which is logged.

    A run whose beginning was corrected, or found to be earlier, may have another clock than the track.
    """
    path = track_path(run, runner)
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        if held["checksum"] != checksum_of(held) or held["format"] != FORMAT:
            raise ValueError("another format, or another checksum")
        if held["run_began_utc"] != run.manifest.created_utc.isoformat():
            raise ValueError("the run has another beginning since; import the watch's file again")
        columns = {each.name: np.array(held["track"][each.name], np.float64) for each in fields(Track)}
        named = {each.name: held[each.name] for each in fields(JoinedTrack) if each.name != "track"}
        return JoinedTrack(Track(**columns), **named)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        log.warning("%s is not used (%s); the run is shown without it.", path, error)
        return None


def forget_track(run: RunFolder, runner: str) -> bool:
    """Remove a runner's track from a run; whether there was one. RunUnwritableError as above."""
    try:
        track_path(run, runner).unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise RunUnwritableError(run.path, error.strerror or type(error).__name__) from error
    return True


def _numbers(name: str, values: Floats) -> list[float | None]:
    return [round(value, DECIMALS.get(name, 2)) if math.isfinite(value) else None for value in values.tolist()]

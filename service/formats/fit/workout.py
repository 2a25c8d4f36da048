"""A row of a plan as a FIT workout: a watch that takes it counts down each run and walk."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from surefoot.analysis.weeks.plan import Row
from surefoot.analysis.weeks.row_text import row_to_text
from surefoot.service.formats.fit import messages
from surefoot.service.formats.fit.activity import FIT_EPOCH_UNIX_S
from surefoot.service.formats.fit.fields import Value
from surefoot.service.formats.fit.writer import FitWriter

Values = Mapping[str, Value]


def fit_workout(row: Row, created_utc: datetime, walk_first_s: float = 0.0) -> bytes:
    """The row as a FIT file. The same row and time give the same bytes.

    Parameters
    ----------
    walk_first_s : before the first run.
    """
    name, writer = row_to_text(row), FitWriter()
    steps = _steps(row, walk_first_s)
    writer.add(messages.FILE_ID, {
        "type": messages.WORKOUT_FILE, "manufacturer": messages.DEVELOPMENT, "product": 0,
        "serial_number": zlib.crc32(name.encode()) or 1,
        "time_created": round(created_utc.timestamp()) - FIT_EPOCH_UNIX_S,
    })  # fmt: skip
    writer.add(messages.WORKOUT, {
        "wkt_name": f"surefoot {name}"[: messages.MAX_NAME], "sport": messages.RUNNING, "num_valid_steps": len(steps),
    })  # fmt: skip
    for number, step in enumerate(steps):
        writer.add(messages.WORKOUT_STEP, {"message_index": number, "target_type": messages.NO_TARGET, **step})
    return bytes(writer)


def _steps(row: Row, walk_first_s: float) -> Sequence[Values]:
    """Walk, run, walk, and from there again; what takes no time is left out."""
    first = [_timed("Walk", messages.WARM_UP, walk_first_s)] if walk_first_s else []
    run = _timed("Run", messages.ACTIVE, row.run_s)
    walk = [_timed("Walk", messages.RECOVERY, row.walk_s)] if row.walk_s else []
    again: Values = {
        "duration_type": messages.REPEATED,
        "duration_value": len(first),
        "target_value": row.runs,
        "intensity": messages.ACTIVE,
    }
    return [*first, run, *walk, *([again] if row.runs > 1 else [])]


def _timed(name: str, intensity: int, length_s: float) -> Values:
    """Of a step's values FIT has no scale: its times are in milliseconds."""
    return {
        "wkt_step_name": name,
        "duration_type": messages.TIMED,
        "duration_value": round(1000.0 * length_s),
        "target_value": 0,
        "intensity": intensity,
    }

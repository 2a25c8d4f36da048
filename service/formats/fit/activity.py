"""A runner's run as a FIT activity: a record per second, a lap per split."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from surefoot.analysis.metrics import CONTACT
from surefoot.dashboards.data_source import AnalysedRun
from surefoot.service.errors.output import NothingToExportError
from surefoot.service.formats.course import Course
from surefoot.service.formats.fit import messages
from surefoot.service.formats.fit.fields import FLOAT32
from surefoot.service.formats.fit.laps import STRIDE_LENGTH, FitClock, Values, cadence, laps, session
from surefoot.service.formats.fit.messages import Message
from surefoot.service.formats.fit.own_fields import LAYOUT, OWN_FIELDS
from surefoot.service.formats.fit.watch_fields import (
    LAP_FIELDS,
    RECORD_FIELDS,
    SESSION_FIELDS,
    watch_columns,
    with_fields,
)
from surefoot.service.formats.fit.writer import DEVELOPER, FitWriter

FIT_EPOCH_UNIX_S = 631_065_600
"""1989-12-31 00:00 UTC."""
APPLICATION_ID = bytes.fromhex("9d5b7c10f3b04c6c8f1e5f0752d1a6e4")
RECORD = replace(messages.RECORD, own=LAYOUT)


def fit_activity(run: AnalysedRun) -> bytes:
    """The run as a FIT file. The same run and version give the same bytes.

    Raises
    ------
    NothingToExportError
        if nothing was recorded of the runner.
    """
    if run.started_utc is None or run.end_s - run.origin_s < 1.0:
        raise NothingToExportError(run.run or "", run.name)
    zero_fit_s = run.started_utc.timestamp() - FIT_EPOCH_UNIX_S
    first, last = math.ceil(zero_fit_s + run.origin_s), math.floor(zero_fit_s + run.end_s)
    clock = FitClock(zero_fit_s, first, last)
    writer = FitWriter()
    writer.add(messages.FILE_ID, {
        "type": messages.ACTIVITY_FILE, "manufacturer": messages.DEVELOPMENT, "product": 0,
        "serial_number": zlib.crc32(f"{run.run}/{run.runner}".encode()) or 1, "time_created": first,
    })  # fmt: skip
    _describe_own_fields(writer)
    writer.add(messages.EVENT, {"timestamp": first, "event": messages.TIMER_EVENT, "event_type": messages.START})
    for record, values in _records(run, clock):
        writer.add(record, values)
    writer.add(messages.EVENT, {"timestamp": last, "event": messages.TIMER_EVENT, "event_type": messages.STOP_ALL})
    lap_values = list(laps(run, clock))
    whole = session(run, clock, len(lap_values))
    for values in lap_values:
        writer.add(with_fields(messages.LAP, LAP_FIELDS, whole), values)
    writer.add(with_fields(messages.SESSION, SESSION_FIELDS, whole), whole)
    writer.add(messages.ACTIVITY, {
        "timestamp": last, "total_timer_time_s": run.end_s - run.origin_s, "num_sessions": 1, "type": messages.MANUAL,
        "event": messages.ACTIVITY_EVENT, "event_type": messages.STOP,
    })  # fmt: skip
    return bytes(writer)


def _describe_own_fields(writer: FitWriter) -> None:
    writer.add(messages.DEVELOPER_DATA_ID, {"application_id": APPLICATION_ID, "developer_data_index": DEVELOPER})
    for name, field in OWN_FIELDS.items():
        writer.add(messages.FIELD_DESCRIPTION, {
            "developer_data_index": DEVELOPER, "field_definition_number": LAYOUT[name].number,
            "fit_base_type_id": FLOAT32.code, "field_name": name, "units": field.units,
        })  # fmt: skip


def _records(run: AnalysedRun, clock: FitClock) -> Iterator[tuple[Message, Values]]:
    """A record per second, all of one kind."""
    seconds = np.arange(clock.first, clock.last + 1)
    course = Course(run, seconds.astype(np.float64) - clock.zero_fit_s)
    added = watch_columns(run, course.time_s)
    record = with_fields(RECORD, RECORD_FIELDS, added)
    columns = {
        "timestamp": seconds,
        "cadence_rpm": course.cadence_rpm,
        "distance_m": course.distance_m,
        "enhanced_speed_mps": course.speed_mps,
        "stance_time_ms": 1000.0 * course.of_feet(CONTACT),
        "step_length_mm": 500.0 * run.speed_factor * course.of_feet(STRIDE_LENGTH),
        **added,
        **{name: field.values(course) for name, field in OWN_FIELDS.items()},
    }
    for row in zip(*(values.tolist() for values in columns.values()), strict=True):
        values = dict(zip(columns, row, strict=True))
        yield record, values | cadence(values["cadence_rpm"], "")

"""Messages that an activity consists of, by the FIT profile 21.218."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from surefoot.service.formats.fit.fields import BYTES, ENUM, STRING, UINT8, UINT16, UINT32, UINT32Z, Field

PROFILE_VERSION = 21218
ACTIVITY_FILE, DEVELOPMENT, RUNNING, MANUAL = 4, 255, 1, 0
TIMER_EVENT, LAP_EVENT, SESSION_EVENT, ACTIVITY_EVENT = 0, 9, 8, 26
START, STOP, STOP_ALL = 0, 1, 4
LAP_BY_TIME, LAP_BY_DISTANCE, LAP_BY_END = 1, 2, 7
ACTIVITY_END = 0
CADENCE_PARTS = 128
"""A fraction of a cycle per minute is stored in as many parts."""


@dataclass(frozen=True, slots=True)
class Message:
    """A kind of message: its number, its fields and those of our own, by name."""

    number: int
    fields: Mapping[str, Field]
    own: Mapping[str, Field] = field(default_factory=dict)


_SPAN = {
    "message_index": Field(254, UINT16),
    "timestamp": Field(253, UINT32),
    "event": Field(0, ENUM),
    "event_type": Field(1, ENUM),
    "start_time": Field(2, UINT32),
    "total_elapsed_time_s": Field(7, UINT32, 1000.0),
    "total_timer_time_s": Field(8, UINT32, 1000.0),
    "total_distance_m": Field(9, UINT32, 100.0),
}

FILE_ID = Message(0, {
    "type": Field(0, ENUM),
    "manufacturer": Field(1, UINT16),
    "product": Field(2, UINT16),
    "serial_number": Field(3, UINT32Z),
    "time_created": Field(4, UINT32),
})  # fmt: skip
DEVELOPER_DATA_ID = Message(207, {
    "application_id": Field(1, BYTES, length=16),
    "developer_data_index": Field(3, UINT8),
})  # fmt: skip
FIELD_DESCRIPTION = Message(206, {
    "developer_data_index": Field(0, UINT8),
    "field_definition_number": Field(1, UINT8),
    "fit_base_type_id": Field(2, UINT8),
    "field_name": Field(3, STRING, length=32),
    "units": Field(8, STRING, length=16),
})  # fmt: skip
EVENT = Message(21, {
    "timestamp": Field(253, UINT32),
    "event": Field(0, ENUM),
    "event_type": Field(1, ENUM),
})  # fmt: skip
RECORD = Message(20, {
    "timestamp": Field(253, UINT32),
    "cadence_rpm": Field(4, UINT8),
    "fractional_cadence_rpm": Field(53, UINT8, CADENCE_PARTS),
    "distance_m": Field(5, UINT32, 100.0),
    "enhanced_speed_mps": Field(73, UINT32, 1000.0),
    "stance_time_ms": Field(41, UINT16, 10.0),
    "step_length_mm": Field(85, UINT16, 10.0),
})  # fmt: skip
LAP = Message(19, _SPAN | {
    "avg_cadence_rpm": Field(17, UINT8),
    "avg_fractional_cadence_rpm": Field(80, UINT8, CADENCE_PARTS),
    "enhanced_avg_speed_mps": Field(110, UINT32, 1000.0),
    "avg_stance_time_ms": Field(79, UINT16, 10.0),
    "avg_step_length_mm": Field(120, UINT16, 10.0),
    "lap_trigger": Field(24, ENUM),
    "sport": Field(25, ENUM),
})  # fmt: skip
SESSION = Message(18, _SPAN | {
    "sport": Field(5, ENUM),
    "sub_sport": Field(6, ENUM),
    "avg_cadence_rpm": Field(18, UINT8),
    "avg_fractional_cadence_rpm": Field(92, UINT8, CADENCE_PARTS),
    "enhanced_avg_speed_mps": Field(124, UINT32, 1000.0),
    "avg_stance_time_ms": Field(91, UINT16, 10.0),
    "avg_step_length_mm": Field(134, UINT16, 10.0),
    "first_lap_index": Field(25, UINT16),
    "num_laps": Field(26, UINT16),
    "trigger": Field(28, ENUM),
})  # fmt: skip
ACTIVITY = Message(34, {
    "timestamp": Field(253, UINT32),
    "total_timer_time_s": Field(0, UINT32, 1000.0),
    "num_sessions": Field(1, UINT16),
    "type": Field(2, ENUM),
    "event": Field(3, ENUM),
    "event_type": Field(4, ENUM),
})  # fmt: skip

WORKOUT_FILE = 5
TIMED, REPEATED = 0, 6
"""How long a step lasts: so many milliseconds; or it leads back to an earlier one until that was done so many times."""
NO_TARGET = 2
ACTIVE, WARM_UP, RECOVERY = 0, 2, 4
MAX_NAME = 23
WORKOUT = Message(26, {
    "sport": Field(4, ENUM),
    "num_valid_steps": Field(6, UINT16),
    "wkt_name": Field(8, STRING, length=MAX_NAME + 1),
})  # fmt: skip
WORKOUT_STEP = Message(27, {
    "message_index": Field(254, UINT16),
    "wkt_step_name": Field(0, STRING, length=8),
    "duration_type": Field(1, ENUM),
    "duration_value": Field(2, UINT32),
    "target_type": Field(3, ENUM),
    "target_value": Field(4, UINT32),
    "intensity": Field(7, ENUM),
})  # fmt: skip

"""Two readers of FIT files by others, and whether they find the same."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import fitdecode
from fit_tool.fit_file import FitFile
from fit_tool.profile.messages.record_message import RecordMessage

from surefoot.service.formats.fit.own_fields import OWN_FIELDS

ALL_ONES = {
    "stance_time": 6553.5, "step_length": 6553.5, "enhanced_speed": 4294967.295, "distance": 42949672.95,
    "cadence": 255, "fractional_cadence": 255 / 128,
}  # fmt: skip
"""Native fields, and what fit-tool takes "no value" for."""
FIELDS = (*ALL_ONES, *OWN_FIELDS)
WATCH_FIELDS = ("position_lat", "position_long", "enhanced_altitude", "heart_rate")
"""Fields that a watch adds."""
SEMICIRCLE_DEG = 180.0 / 2**31


def by_fitdecode(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Messages by kind, as fitdecode reads them; None where there is no value."""
    found: dict[str, list[dict[str, Any]]] = {}
    with fitdecode.FitReader(path, error_handling=fitdecode.ErrorHandling.RAISE) as reader:
        for frame in reader:
            if isinstance(frame, fitdecode.FitDataMessage):
                values = {field.name: known(field.value) for field in frame.fields}
                found.setdefault(frame.name, []).append(values)
    return found


def known(value: Any) -> Any:
    """None for NaN."""
    return None if isinstance(value, float) and math.isnan(value) else value


def by_fit_tool(path: Path, *more: str) -> list[Mapping[str, Any]]:
    """Records as fit-tool reads them, with more native fields; None where there is no value."""
    rows: list[Mapping[str, Any]] = []
    for record in FitFile.from_file(str(path)).records:
        if isinstance(record.message, RecordMessage):
            native = {name: getattr(record.message, name) for name in (*ALL_ONES, *more)}
            row = {name: None if value == ALL_ONES.get(name) else value for name, value in native.items()}
            rows.append(row | {each.name: known(each.get_value()) for each in record.message.developer_fields})
    return rows


def watch_differences(path: Path) -> tuple[int, list[str]]:
    """How many numbers of a watch both readers find, and in which they differ; a place is in degrees with one of
    them and in its own unit with the other."""
    count, unequal = 0, []
    for k, (one, other) in enumerate(zip(by_fitdecode(path)["record"], by_fit_tool(path, *WATCH_FIELDS), strict=True)):
        for name in WATCH_FIELDS:
            if one.get(name) is not None:
                found = one[name] * SEMICIRCLE_DEG if name.startswith("position") else one[name]
                count += 1
                if not math.isclose(found, other[name], rel_tol=1e-9, abs_tol=SEMICIRCLE_DEG / 2):
                    unequal.append(f"record {k}: {name} is {found} and {other[name]}")
    return count, unequal


def differences(first: Sequence[Mapping[str, Any]], second: Sequence[Mapping[str, Any]]) -> list[str]:
    """Fields in which two readings of the same records are not equal."""
    return [
        f"record {k}: {name} is {one[name]} and {other[name]}"
        for k, (one, other) in enumerate(zip(first, second, strict=True))
        for name in FIELDS
        if not _equal(one[name], other[name])
    ]


def _equal(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-9)

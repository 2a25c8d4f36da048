"""Which of several devices in one file is a foot's: the one that was said, else the one whose name says its side."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.files.layout_errors import DeviceAbsentError, DeviceUnclearError

_WORD = re.compile(r"(?<![a-z])(left|right)(?![a-z])|(Left|Right)(?![a-z])|(?<![A-Z])(LEFT|RIGHT)(?![A-Z])")
"""As in left_foot, LeftFoot and LEFT-2, but not in bright."""
_SERIAL = re.compile(
    r"(?i)(?<![^\W_])((?:[0-9a-f]{2}[-_:]){5}[0-9a-f]{2}|[0-9a-f]{4,}|(?:pod|imu|dot|sensor|tag)[-_ ]?\d+)(?![^\W_])"
)
"""As D4-CA-6E-F1-23-45, C8A1 and pod7, but not 20260102; a date has no letters of a hexadecimal number."""


def choose(
    devices: Sequence[str], column: str, foot: Foot, said: str | None, known: Mapping[str, Foot] = MappingProxyType({})
) -> str | None:
    """The foot's device; None if the file is of one device and nothing was said. `known` are devices' feet.

    Where each foot has its own, what else is in the file was worn elsewhere.
    """
    if said is not None:
        if said not in devices:
            raise DeviceAbsentError(said, devices)
        return said
    if len(devices) < 2:
        return None
    of_foot = [device for device in devices if side_of(device, known) is foot]
    of_other = [device for device in devices if side_of(device, known) is foot.other]
    if len(of_foot) != 1 or not of_other:
        raise DeviceUnclearError(column, devices)
    return of_foot[0]


def side_of(name: str, known: Mapping[str, Foot] = MappingProxyType({})) -> Foot | None:
    """The side that the name of a device, file or folder says: by a device that is known, or as left_foot or 7F-L."""
    for device, foot in known.items():
        if names_device(name, device):
            return foot
    sides = {Foot(word.lower()) for found in _WORD.findall(name) for word in found if word}
    if not sides:
        words = set(re.split(r"[\W_]+", name.lower()))
        sides = {foot for foot in Foot if foot.value[0] in words}
    return next(iter(sides)) if len(sides) == 1 else None


def device_named(name: str) -> str:
    """The device that a file or folder is named after; "" if none, or several, look like one."""
    found = {word for word in _SERIAL.findall(name) if re.search(r"\d", word) and re.search(r"(?i)[a-z]", word)}
    return found.pop() if len(found) == 1 else ""


def names_device(text: str, device: str) -> bool:
    """Whether a device's name stands in a text, as a word."""
    return re.search(rf"(?i)(?<![^\W_]){re.escape(device)}(?![^\W_])", text) is not None

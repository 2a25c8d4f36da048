"""Which of several devices in one file is a foot's: the one that was said, else the one whose name says its side."""

from __future__ import annotations

import re
from collections.abc import Sequence

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.files.layout_errors import DeviceAbsentError, DeviceUnclearError


def choose(devices: Sequence[str], column: str, foot: Foot, said: str | None) -> str | None:
    """The foot's device; None if the file is of one device and nothing was said."""
    if said is not None:
        if said not in devices:
            raise DeviceAbsentError(said, devices)
        return said
    if len(devices) < 2:
        return None
    of_foot = [device for device in devices if _side(device) is foot]
    of_other = [device for device in devices if _side(device) is foot.other]
    if len(of_foot) != 1 or len(of_other) != len(devices) - 1:
        raise DeviceUnclearError(column, devices)
    return of_foot[0]


def _side(device: str) -> Foot | None:
    """The side that a device's name says, as in 7F-L or left_foot."""
    words = set(re.split(r"[\W_]+", device.lower()))
    sides = {foot for foot in Foot if {foot.value, foot.value[0]} & words}
    return next(iter(sides)) if len(sides) == 1 else None

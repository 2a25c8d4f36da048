"""Standard Bluetooth services of heart-rate straps, treadmills and foot pods: where they notify, and what that means.

Layouts: Heart Rate Service 1.0, Fitness Machine Service 1.0 and Running Speed and Cadence Service 1.0 of the Bluetooth
SIG. All numbers are little-endian. A field that its flag does not announce, and a number that the sensor marks as not
available, is absent from the result. What follows the fields that are used is not read.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from surefoot.analysis.companions import (
    BELT_DISTANCE,
    BELT_SPEED,
    FOOT_POD_CADENCE,
    FOOT_POD_SPEED,
    HEART_RATE,
    INCLINATION,
    Companion,
)

_BASE = "0000{:04x}-0000-1000-8000-00805f9b34fb"
_LIVING_BPM = range(25, 251)
_NO_CONTACT = 0b10
"""Of two bits: contact is watched for, and there is none."""
_MPS_PER_UNIT = 0.01 / 3.6
_NOT_AVAILABLE_U16, _NOT_AVAILABLE_S16, _NOT_AVAILABLE_U24 = 0xFFFF, 0x7FFF, 0xFFFFFF


def _heart_rate(data: bytes) -> dict[str, float]:
    """Value of 0x2A37; nothing without contact with the skin, when sensors repeat what they had or make it up."""
    flags = data[0]
    bpm: int = struct.unpack_from("<H" if flags & 1 else "<B", data, 1)[0]
    return {} if flags >> 1 & 3 == _NO_CONTACT or bpm not in _LIVING_BPM else {HEART_RATE: float(bpm)}


def _treadmill(data: bytes) -> dict[str, float]:
    """Value of 0x2ACD; flag 0 says that more follows, and that the speed is not in this part."""
    flags: int = struct.unpack_from("<H", data)[0]
    at, told = 2, dict[str, float]()
    if not flags & 1:
        speed: int = struct.unpack_from("<H", data, at)[0]
        at += 2
        if speed != _NOT_AVAILABLE_U16:
            told[BELT_SPEED] = speed * _MPS_PER_UNIT
    at += 2 * (flags >> 1 & 1)  # the average speed
    if flags & 4:
        low, high = struct.unpack_from("<HB", data, at)
        at += 3
        if (distance_m := low | high << 16) != _NOT_AVAILABLE_U24:
            told[BELT_DISTANCE] = float(distance_m)
    if flags & 8:
        inclination: int = struct.unpack_from("<h", data, at)[0]
        if inclination != _NOT_AVAILABLE_S16:
            told[INCLINATION] = inclination / 10.0
    return told


def _foot_pod(data: bytes) -> dict[str, float]:
    """Value of 0x2A53. A speed of 0 between steps is that of a pod that does not measure it."""
    _, speed, cadence = struct.unpack_from("<BHB", data)
    told = {FOOT_POD_CADENCE: float(cadence)}
    return told if cadence and not speed else {FOOT_POD_SPEED: speed / 256.0, **told}


@dataclass(frozen=True, slots=True)
class Profile:
    """A standard service; `decode` raises IndexError or `struct.error` where the value is cut off."""

    service_uuid: str
    value_uuid: str
    decode: Callable[[bytes], dict[str, float]]


PROFILES: Mapping[Companion, Profile] = {
    Companion.HEART_RATE: Profile(_BASE.format(0x180D), _BASE.format(0x2A37), _heart_rate),
    Companion.TREADMILL: Profile(_BASE.format(0x1826), _BASE.format(0x2ACD), _treadmill),
    Companion.FOOT_POD: Profile(_BASE.format(0x1814), _BASE.format(0x2A53), _foot_pod),
}


def decode_companion(companion: Companion, data: bytes) -> dict[str, float]:
    """What a notification says, by key of `QUANTITIES`; nothing where it is malformed."""
    try:
        return PROFILES[companion].decode(data)
    except (IndexError, struct.error):
        return {}

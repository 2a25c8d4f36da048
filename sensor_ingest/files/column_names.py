"""What a column is by its name alone: sensor, axis, unit, and what tells it from others like it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from surefoot.sensor_ingest.files.units import plain, sensor_of

_UNIT = re.compile(r"[(\[](?P<unit>(?:[^()\[\]]|\([^()]*\))*)[)\]]\s*$")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")
_JOINED = re.compile(r"(?P<sensor>a|acc|accel|g|w|gyr|gyro)(?P<axis>[xyz])")
_ACC = {"acc", "accel", "accelerometer", "acceleration", "a"}
_GYR = {"gyr", "gyro", "gyroscope", "angular", "angularvelocity", "angularrate", "w"}
_TIME = {"time", "timestamp", "epoch", "epoc", "elapsed", "clock", "datetime", "uptime", "unix", "t"}
_OTHER = {"mag", "magn", "magnetometer", "quat", "quaternion", "euler", "angle", "free", "linear", "user", "gravity"}
_OTHER |= {"raw", "roll", "pitch", "yaw", "temp", "temperature", "delta", "velinc", "gap", "zone"}
_DEVICE = {"device", "devicename", "deviceid", "sensor", "sensorid", "sensorname", "tag", "pod", "canal", "设备名称"}
_EPOCH, _UNSURE = {"epoch", "epoc", "unix"}, {"clock", "date", "datetime"}
_VELOCITY = {"velocity", "rate"}


@dataclass(frozen=True, slots=True)
class ColumnName:
    """A column of a file.

    Parameters
    ----------
    index : position among the file's columns.
    written : name as in the file.
    sensor : "acc", "gyr", "time", "device", or "" for any other.
    axis : "x", "y", "z" or "".
    unit : as written; "" if none is.
    rest : further words of the name, which tell several sensors apart.
    """

    index: int
    written: str
    sensor: str
    axis: str = ""
    unit: str = ""
    rest: tuple[str, ...] = ()

    @property
    def rank(self) -> int:
        """Of several time columns the lowest is read: ours, a date's, those with a unit, others, clocks."""
        words = set(self.rest)
        if plain(self.written) == "time_s":
            return 0
        if words & _EPOCH:
            return 1
        if words & _UNSURE:
            return 5
        return 4 if not self.unit else 3 if "elapsed" in words else 2


def parse_name(index: int, name: str, unit: str = "") -> ColumnName:
    """A column by its name, with the unit of a unit row where there is one."""
    written = name.strip().strip("\"'").strip()
    stem, own_unit = _without_unit(written)
    unit = own_unit or unit
    words = [word.lower() for word in _WORDS.findall(stem)]
    if plain(written) in _DEVICE:
        return ColumnName(index, written, "device")
    words = [part for word in words for part in _apart(word)]
    found = set(words)
    sensor = "" if found & _OTHER else _sensor(found, unit)
    axes = [word for word in words if word in ("x", "y", "z")]
    if sensor in ("acc", "gyr") and len(axes) != 1:
        sensor = ""
    known = {"axis", *axes, *(_ACC if sensor == "acc" else _GYR | _VELOCITY if sensor == "gyr" else set())}
    rest = tuple(word for word in words if word not in known)
    return ColumnName(index, written, sensor, axes[0] if axes else "", unit, rest)


def _without_unit(name: str) -> tuple[str, str]:
    """A name and the unit in brackets, or after the last underscore."""
    if found := _UNIT.search(name):
        return name[: found.start()], found["unit"].strip()
    stem, _, last = name.rpartition("_")
    return (stem, last) if stem and sensor_of(last) else (name, "")


def _apart(word: str) -> tuple[str, ...]:
    joined = _JOINED.fullmatch(word)
    if joined is None:
        return (word,)
    return ("gyr" if joined["sensor"] in ("g", "w") else joined["sensor"]), joined["axis"]


def _sensor(words: set[str], unit: str) -> str:
    """The sensor by its name, else by its unit."""
    if words & _GYR:
        return "gyr"
    if words & _ACC:
        return "acc"
    if words & _TIME:
        return "time"
    by_unit = sensor_of(unit) or ""
    return by_unit if by_unit != "time" and words & {"x", "y", "z"} else ""

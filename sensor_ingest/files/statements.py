"""What a person says of a file, over what the file says itself."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.files.layout_errors import StatementError
from surefoot.sensor_ingest.files.units import factor_of, plain

CHANNELS = ("time", "acc_x", "acc_y", "acc_z", "gyr_x", "gyr_y", "gyr_z")


@dataclass(frozen=True, slots=True)
class Statements:
    """What is true of a file whatever it looks like.

    Parameters
    ----------
    columns : channel of `CHANNELS` → name of its column.
    units : "time", "acc" or "gyr" → unit, or range and counts as 8g/32768.
    rate_hz : readings per second of a file without a usable time column.
    devices : device of each foot, in a file that has several.
    known_devices : device → foot, as remembered from earlier files.
    known_layouts : key of a file's column names → what was said of earlier files that had them.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    rate_hz: float | None = None
    devices: Mapping[Foot, str] = field(default_factory=dict)
    known_devices: Mapping[str, Foot] = field(default_factory=dict)
    known_layouts: Mapping[str, Statements] = field(default_factory=dict)

    @classmethod
    def parse(
        cls,
        columns: str | None = None,
        unit: str | None = None,
        rate_hz: float | None = None,
        device: str | None = None,
        time: str | None = None,
    ) -> Statements:
        """From options as typed; StatementError if they say nothing that can be true."""
        named = _pairs("--columns", columns, CHANNELS)
        units = _pairs("--unit", unit, ("time", "acc", "gyr"))
        for sensor, written in units.items():
            if factor_of(sensor, written) is None:
                raise StatementError("--unit", f"{sensor}={written}", "a unit, as in acc=g,gyr=dps or acc=8g/32768")
        if rate_hz is not None and not (math.isfinite(rate_hz) and rate_hz > 0):
            raise StatementError("--rate", f"{rate_hz:g}", "readings per second")
        return cls(named | ({"time": time} if time else {}), units, rate_hz, _devices(device))

    @property
    def feet_of_devices(self) -> Mapping[str, Foot]:
        """Device → foot, of those said and those remembered."""
        said = {name: foot for foot, name in self.devices.items()}
        return {**self.known_devices, **(said if len(said) == len(self.devices) else {})}

    @property
    def of_layout(self) -> Statements:
        """What is said of a file's columns alone."""
        return Statements(self.columns, self.units, self.rate_hz)

    @property
    def as_options(self) -> str:
        """What is said of a file's columns, as options."""
        pairs = ((" --columns ", self.columns), (" --unit ", self.units))
        told = "".join(option + ",".join(f"{k}={v}" for k, v in said.items()) for option, said in pairs if said)
        return (told + (f" --rate {self.rate_hz:g}" if self.rate_hz is not None else "")).strip()

    def for_columns(self, names: Sequence[str]) -> Statements:
        """What is said of a file with these columns; what was said before where nothing is said now."""
        known = self.known_layouts.get(layout_key(names))
        return (
            self
            if known is None or self.of_layout != NOTHING_SAID
            else replace(self, columns=known.columns, units=known.units, rate_hz=known.rate_hz)
        )


def layout_key(names: Sequence[str]) -> str:
    """What files of the same columns have in common."""
    return ",".join(plain(name) for name in names)


def _pairs(option: str, text: str | None, keys: Iterable[str]) -> dict[str, str]:
    found = {}
    for pair in (text or "").split(",") if text else ():
        key, equals, value = pair.partition("=")
        if key.strip() not in keys or not equals or not value.strip():
            raise StatementError(option, pair, f"{'|'.join(keys)}=VALUE, separated by commas")
        found[key.strip()] = value.strip()
    return found


def _devices(text: str | None) -> dict[Foot, str]:
    """left=A,right=B, or one name for every foot."""
    if not text:
        return {}
    if "=" not in text:
        return dict.fromkeys(Foot, text)
    return {Foot(foot): name for foot, name in _pairs("--device", text, tuple(Foot)).items()}


NOTHING_SAID = Statements()


def files_of(path: Path) -> list[Path]:
    """The files of one foot: the path itself, or the several that it names between commas."""
    if path.exists() or "," not in str(path):
        return [path]
    return [Path(part.strip()) for part in str(path).split(",") if part.strip()]

"""What a person says of a file, over what the file says itself."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.files.layout_errors import StatementError
from surefoot.sensor_ingest.files.units import factor_of

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
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    rate_hz: float | None = None
    devices: Mapping[Foot, str] = field(default_factory=dict)

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

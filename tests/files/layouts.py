"""Columns, units and streams as files have them: right, or refused in one sentence with the way out."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Floats, Foot
from surefoot.library import analyze
from surefoot.sensor_ingest.files.csv_reader import read_csv
from surefoot.sensor_ingest.files.errors import RecordingError
from surefoot.sensor_ingest.files.statements import NOTHING_SAID, Statements
from tests.accuracy.report import Finding
from tests.files.runner import Device, Measured, recorded, rows, true_of

DEVICE = Device(104.0)
EPOCH_S = 1_790_000_000.0
NAMES = ("time_s", *(f"acc_{axis}_mps2" for axis in "xyz"), *(f"gyr_{axis}_radps" for axis in "xyz"))
PLAIN = ",".join(NAMES)
UNITS = (1.0, *[1 / STANDARD_GRAVITY_MPS2] * 3, *[180 / np.pi] * 3)


@dataclass(frozen=True, slots=True)
class Case:
    """A file, what a person says of it, and a part of the sentence if it is refused."""

    what: str
    content: Callable[[], bytes]
    name: str = "a.csv"
    said: Statements = NOTHING_SAID
    refused: str = ""


def readings(foot: Foot = Foot.LEFT) -> Floats:
    return rows(recorded(foot, DEVICE))


def text(header: str, lines: Iterator[Sequence[str]] | Sequence[Sequence[str]], mark: str = ",") -> bytes:
    return "\n".join([header, *(mark.join(line) for line in lines), ""]).encode()


def plain(header: str = PLAIN, factors: Sequence[float] = (1.0,) * 7, decimals: int = 4) -> bytes:
    return text(header, [[f"{value:.{decimals}f}" for value in row] for row in readings() * factors])


def with_time(write: Callable[[float], str], mark: str = ",", decimal: str = ".") -> bytes:
    fields = ([write(row[0]), *(f"{value:.4f}".replace(".", decimal) for value in row[1:])] for row in readings())
    return text(mark.join(("stamp time", *NAMES[1:])), list(fields), mark)


def clock(time_s: float) -> str:
    return f"{datetime.fromtimestamp(EPOCH_S + time_s, UTC):%H:%M:%S.%f}"


def counted() -> bytes:
    table = readings()
    table[:, 0] = np.arange(len(table))
    return text(PLAIN, [[f"{value:.4f}" for value in row] for row in table])


def own_rows(apart_s: float) -> bytes:
    lines = []
    for row in readings():
        acc, gyr = ([f"{value:.4f}" for value in part] for part in (row[1:4], row[4:]))
        lines += [[f"{row[0]:.4f}", *acc, "", "", ""], [f"{row[0] + apart_s:.4f}", "", "", "", *gyr]]
    return text(PLAIN, lines)


def devices(tags: tuple[str, str]) -> bytes:
    lines = [
        [tag, *(f"{value:.4f}" for value in row)]
        for pair in zip(readings(Foot.LEFT), readings(Foot.RIGHT), strict=True)
        for tag, row in zip(tags, pair, strict=True)
    ]
    return text("device," + PLAIN, lines)


def side_by_side() -> bytes:
    names = [f"{foot}_{name}" for foot in Foot for name in NAMES[1:]]
    table = np.column_stack((readings(Foot.LEFT), readings(Foot.RIGHT)[:, 1:]))
    return text(",".join(["time_s", *names]), [[f"{value:.4f}" for value in row] for row in table])


def said(**options: str) -> Statements:
    return Statements.parse(**options)  # type: ignore[arg-type]


G_AND_DPS = "Time (s),Accel X (g),Accel Y (g),Accel Z (g),Gyro X (°/s),Gyro Y (°/s),Gyro Z (°/s)"
MILLI = (1.0, *[1e3 / STANDARD_GRAVITY_MPS2] * 3, *[180e3 / np.pi] * 3)
COUNTS = (1.0, *[2048 / STANDARD_GRAVITY_MPS2] * 3, *[180 / np.pi * 16.4] * 3)
RANGES = Statements.parse(unit="acc=16g/32768,gyr=1998dps/32768")
CASES = (
    Case("names and units as devices write them", lambda: plain(G_AND_DPS, UNITS)),
    Case("sep= and lines before the header", lambda: b"sep=,\nDevice: pod 7\nFirmware,2.1\n\n" + plain()),
    Case(
        "Windows-1252 in a name", lambda: plain(PLAIN + ",mag (µT)").decode().encode("cp1252").replace(b"\n", b",1\n")
    ),
    Case("ISO 8601 with a zone", lambda: with_time(lambda t: datetime.fromtimestamp(EPOCH_S + t, UTC).isoformat())),
    Case("time of day", lambda: with_time(clock)),
    Case("decimal commas beside a clock with points", lambda: with_time(clock, ";", ",")),
    Case("Windows line ends", lambda: plain().replace(b"\n", b"\r\n")),
    Case("UTF-16", lambda: plain().decode().encode("utf-16")),
    Case("gzip", lambda: gzip.compress(plain()), "a.csv.gz"),
    Case("JSON of another kind", lambda: json.dumps({"data": [1]}).encode(), "a.json", refused="JSON"),
    Case("mg and mdps, units said", lambda: plain(PLAIN, MILLI), said=said(unit="acc=mg,gyr=mdps")),
    Case("counts of the sensor", lambda: plain(PLAIN, COUNTS, 0), refused="acc=8g/32768"),
    Case("counts of the sensor, range said", lambda: plain(PLAIN, (1e3, *COUNTS[1:]), 0), said=RANGES),
    Case("a count of readings", counted, refused="--rate HZ"),
    Case("a count of readings, rate said", counted, said=Statements(rate_hz=104.0)),
    Case("a row for each sensor, 4 ms after each other", lambda: own_rows(0.004)),
    Case("two pods whose tags say the side", lambda: devices(("7F-L", "80-R"))),
    Case("two pods whose tags do not", lambda: devices(("31", "54")), refused="--device left=31,right=54"),
    Case("two pods, told apart", lambda: devices(("31", "54")), said=said(device="left=31,right=54")),
    Case("both feet side by side", side_by_side),
)


def findings() -> Iterator[Finding]:
    """A line for each case."""
    with TemporaryDirectory() as name:
        for case in CASES:
            path = Path(name) / case.name
            path.write_bytes(case.content())
            yield _refusal(case, path) if case.refused else _reading(case, path)


def _refusal(case: Case, path: Path) -> Finding:
    try:
        read_csv(path, Foot.LEFT, said=case.said)
        sentence = "read"
    except RecordingError as error:
        sentence = str(error).removeprefix(f"{path}: ")
    return Finding(case.what, "refused with", sentence, f"… {case.refused}", case.refused in sentence)


def _reading(case: Case, path: Path) -> Finding:
    found = Measured.of(analyze(read_csv(path, Foot.LEFT, said=case.said)))
    cadence_pct, contact_ms = found.off(true_of(Foot.LEFT, device=DEVICE))
    value, target = f"{cadence_pct:.2f} %, {contact_ms:.1f} ms", "≤ 1 %, 5 ms"
    return Finding(case.what, "cadence, contact", value, target, cadence_pct <= 1.0 and contact_ms <= 5.0)

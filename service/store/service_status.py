"""Status of the running service, in a file beside the store, for whoever asks from another process."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Self

from pydantic import TypeAdapter, ValidationError

from surefoot.sensor_ingest.recording.private_files import private_opener
from surefoot.service.store.boot_time import BootTime

FILE_NAME = "status.json"
MAX_BYTES = 65_536
STALE_S = 60.0
"""A status that is older was left by a service that did not end properly."""


@dataclass(frozen=True, slots=True)
class PodTotals:
    """Counts over all pods, since the service started; a run that was continued brings its earlier ones."""

    received: int = 0
    duplicate: int = 0
    malformed: int = 0
    lost: int = 0
    reconnects: int = 0
    reboots: int = 0

    def __add__(self, other: Self) -> Self:
        return type(self)(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


@dataclass(frozen=True, slots=True)
class PodsNow:
    """Number of pods of the run in progress by state."""

    connected: int = 0
    away: int = 0
    refused: int = 0

    @property
    def all(self) -> int:
        """All pods of the run."""
        return self.connected + self.away + self.refused


@dataclass(frozen=True, slots=True)
class RecordingStatus:
    """Recording since the service started.

    Parameters
    ----------
    runs : begun or continued.
    restarts : after an error that ended a run or prevented it.
    problem, problem_utc_s : the newest such error and its time; empty and 0 without one.
    rows : new in the store.
    lag_s : age of the newest sample analysed; None without a run.
    """

    runs: int = 0
    restarts: int = 0
    problem: str = ""
    problem_utc_s: float = 0.0
    rows: int = 0
    lag_s: float | None = None
    pods: PodsNow = PodsNow()
    totals: PodTotals = PodTotals()


@dataclass(frozen=True, slots=True)
class SinkStatus:
    """One exporter.

    Parameters
    ----------
    problem : why it does not work; empty while it does.
    delivered : rows that the sink has taken since the service started.
    restarts : after an unexpected error.
    """

    name: str
    problem: str
    delivered: int
    restarts: int


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """The service as it was at `written_utc_s`; `running` is false once it has ended properly.

    Parameters
    ----------
    written : the moment of `written_utc_s`.
    """

    version: str
    started_utc_s: float
    written_utc_s: float
    running: bool
    recording: RecordingStatus = field(default_factory=RecordingStatus)
    sinks: tuple[SinkStatus, ...] = ()
    written: BootTime = field(default_factory=BootTime.now)

    def is_alive(self, now: BootTime) -> bool:
        """Whether the service runs, judged by the age of its status."""
        age_s = now.since(self.written)
        return self.running and age_s is not None and age_s < STALE_S


def write_status(folder: Path, status: ServiceStatus) -> None:
    """Replace the file as a whole; OSError where the disk does not take it."""
    new = folder / f"{FILE_NAME}.new"
    with open(new, "w", encoding="utf-8", opener=private_opener) as file:
        file.write(json.dumps(asdict(status)))
    new.replace(folder / FILE_NAME)


def read_status(folder: Path) -> ServiceStatus | None:
    """The newest status; None where there is none, or it cannot be read."""
    try:
        with (folder / FILE_NAME).open("rb") as file:
            return _STATUS.validate_json(file.read(MAX_BYTES))
    except (OSError, ValidationError):
        return None


_STATUS = TypeAdapter(ServiceStatus)

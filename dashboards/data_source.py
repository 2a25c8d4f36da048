"""Where people's views get their data from: runs that go on, and runs that were recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from surefoot.analysis.findings import Finding
from surefoot.analysis.model import Foot, MountingStatus, Strides, Window
from surefoot.analysis.session import Results


class FootDataQuality(Protocol):
    """How good one foot's data were; see what the service says of each."""

    @property
    def sampling_rate_hz(self) -> float: ...
    @property
    def loss_pct(self) -> float: ...
    @property
    def clipped_strides_pct(self) -> float | None: ...
    @property
    def mounting(self) -> MountingStatus: ...
    @property
    def strides(self) -> int: ...
    @property
    def notes(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class AnalysedRun:
    """One runner's recorded run, analysed.

    Parameters
    ----------
    run, started_utc : of a recorded run; None for files that do not say.
    version : of the software that analysed it.
    """

    runner: str
    run: str | None
    started_utc: datetime | None
    version: str
    results: Results
    summary: Mapping[str, float | None]
    quality: Mapping[Foot, FootDataQuality]

    @property
    def origin_s(self) -> float:
        """Session time at which the recording begins."""
        return self.results.bouts[0].start_s if self.results.bouts else 0.0

    @property
    def end_s(self) -> float:
        """Session time at which the recording ends."""
        return self.results.bouts[-1].end_s if self.results.bouts else 0.0


@dataclass(frozen=True, slots=True)
class PodStatus:
    """A pod now.

    Parameters
    ----------
    state : in a word or two.
    heard : whether its samples come; None where that is not known, as in a replay.
    battery_pct, rssi_dbm : None until it has said so.
    """

    foot: Foot
    state: str
    heard: bool | None
    battery_pct: float | None
    rssi_dbm: float | None
    loss_pct: float


@dataclass(frozen=True, slots=True)
class RunnerState:
    """What is known of a runner at a moment of a run; times on the session clock.

    Parameters
    ----------
    strides : of the last few minutes.
    windows, findings : of the whole run, windows of half a minute; the last revision of each finding.
    live : windows of ten seconds, at least those of the last few minutes.
    count : strides of both feet so far.
    """

    name: str
    now_s: float
    origin_s: float
    strides: Mapping[Foot, Strides]
    windows: Sequence[Window]
    live_windows: Sequence[Window]
    findings: Sequence[Finding]
    stride_count: int
    pods: Sequence[PodStatus]

    @property
    def newest_stride_end_s(self) -> float | None:
        """End of the newest stride."""
        ends_s = [float(rows.next_initial_contact_s[-1]) for rows in self.strides.values() if len(rows)]
        return max(ends_s, default=None)


@dataclass(frozen=True, slots=True)
class SquadState:
    """Everybody who runs now.

    Parameters
    ----------
    title : what goes on, in a few words.
    number : grows whenever something has changed.
    """

    title: str
    revision: int
    runners: Sequence[RunnerState]


@dataclass(frozen=True, slots=True)
class RunListEntry:
    """A recorded run, as a list shows it."""

    run: str
    started_utc: datetime
    runners: tuple[str, ...]
    ended: bool


class ViewDataSource(Protocol):
    """What the wall is shown. All of it may be called from any thread; `recorded` may take seconds."""

    def squad_state(self) -> SquadState:
        """Everybody now. Readers come back at their own pace, so that a slow one holds nothing up."""

    def runs(self) -> Sequence[RunListEntry]:
        """Recorded runs, newest first."""

    def analysed_runs(self, run: str) -> Mapping[str, AnalysedRun]:
        """A recorded run by runner, for its report and its replay; KeyError where there is none."""

"""What the views need from the service: runs in progress and recorded runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from surefoot.analysis.companions import Companion, CompanionReading
from surefoot.analysis.findings import Finding, Kind
from surefoot.analysis.inversion.chirality import Chirality
from surefoot.analysis.inversion.watched import LandingsWatched
from surefoot.analysis.model import Foot, MountingStatus, Strides, Window
from surefoot.analysis.session import Results
from surefoot.analysis.speed_scale import SpeedScale
from surefoot.analysis.time_watched import TimeWatched
from surefoot.analysis.track import JoinedTrack
from surefoot.analysis.weeks.baselines import Looked
from surefoot.analysis.weeks.timeline import Moment


class FootDataQuality(Protocol):
    """Data quality of one foot."""

    @property
    def sampling_rate_hz(self) -> float: ...
    @property
    def loss_pct(self) -> float: ...
    @property
    def clipped_strides_pct(self) -> float | None: ...
    @property
    def mounting(self) -> MountingStatus: ...
    @property
    def side(self) -> Chirality: ...
    @property
    def strides(self) -> int: ...
    @property
    def landings(self) -> LandingsWatched: ...
    @property
    def watched(self) -> TimeWatched: ...
    @property
    def notes(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class AnalysedRun:
    """Analysis of one runner's recorded run.

    Parameters
    ----------
    runner, name : the runner's id, and what they are called; empty for CSV files.
    run, started_utc : None for CSV files, which have neither.
    version : version of the software that analysed it.
    ended : False for a run in progress or cut off, and for CSV files.
    track : what a watch kept of the run; None without one.
    speed_scale : what distances from the pods are multiplied with; None where nothing has taught it.
    looked : the run beside the runner's usual; None where none was confirmed when it began.
    """

    runner: str
    name: str
    run: str | None
    started_utc: datetime | None
    version: str
    results: Results
    summary: Mapping[str, float | None]
    quality: Mapping[Foot, FootDataQuality]
    ended: bool = False
    track: JoinedTrack | None = None
    speed_scale: SpeedScale | None = None
    looked: Looked | None = None

    @property
    def speed_factor(self) -> float:
        """What speeds and lengths from the pods are to be multiplied with."""
        return 1.0 if self.speed_scale is None else self.speed_scale.factor

    @property
    def asks_whether_exchanged(self) -> bool:
        """Whether a finding asks if the pods were on each other's feet."""
        return any(finding.kind is Kind.EXCHANGED_PODS for finding in self.results.findings)

    @property
    def origin_s(self) -> float:
        """Session time of the start of the recording."""
        return self.results.bouts[0].start_s if self.results.bouts else 0.0

    @property
    def end_s(self) -> float:
        """Session time of the end of the recording."""
        return self.results.bouts[-1].end_s if self.results.bouts else 0.0


LOW_BATTERY_PCT = 15.0
"""A pod's battery below this is worth a word."""


@dataclass(frozen=True, slots=True)
class PodStatus:
    """Current state of a pod.

    Parameters
    ----------
    state : in a word or two, such as "out of reach".
    heard : whether samples arrive; None if not known, as in a replay.
    battery_pct, rssi_dbm : None until the pod has reported them.
    """

    foot: Foot
    state: str
    heard: bool | None
    battery_pct: float | None
    rssi_dbm: float | None
    loss_pct: float


@dataclass(frozen=True, slots=True)
class TimedSession:
    """Where a runner is in a session of running and walking that their phone times.

    Parameters
    ----------
    alone : whether it is all that is known of the runner now, as no run of theirs is followed.
    """

    moment: Moment
    is_paused: bool
    alone: bool = False


@dataclass(frozen=True, slots=True)
class RunnerState:
    """State of a runner at a moment of a run; times on the session clock.

    Parameters
    ----------
    runner, name : the runner's id, and what they are called.
    strides : strides of the last few minutes.
    windows, findings : half-minute windows, and the last revision of each finding, of the whole run.
    live_windows : ten-second windows, at least those of the last few minutes.
    stride_count : strides of both feet so far.
    companions : what sensors beside the pods said, at least in the last few minutes.
    behind_s : by how much what is known here lags behind what the pods send.
    timed : the session that their phone times; None without one.
    """

    runner: str
    name: str
    now_s: float
    origin_s: float
    strides: Mapping[Foot, Strides]
    windows: Sequence[Window]
    live_windows: Sequence[Window]
    findings: Sequence[Finding]
    stride_count: int
    pods: Sequence[PodStatus]
    companions: Sequence[CompanionReading] = ()
    behind_s: float = 0.0
    timed: TimedSession | None = None

    @property
    def has_foot_pod_alone(self) -> bool:
        """Whether a foot pod of another maker tells of this runner, and no pod."""
        told = any(reading.companion is Companion.FOOT_POD for reading in self.companions)
        return told and not self.pods and not self.stride_count

    @property
    def has_timer_alone(self) -> bool:
        """Whether all that is known of this runner is a session that their phone times."""
        return self.timed is not None and self.timed.alone

    @property
    def newest_stride_end_s(self) -> float | None:
        """Session time at which the newest stride ended; None without strides."""
        ends_s = [float(rows.next_initial_contact_s[-1]) for rows in self.strides.values() if len(rows)]
        return max(ends_s, default=None)


@dataclass(frozen=True, slots=True)
class SquadState:
    """State of all runners.

    Parameters
    ----------
    title : heading of the page.
    revision : grows with every change.
    notices : sentences on what the service did meanwhile, oldest first.
    """

    title: str
    revision: int
    runners: Sequence[RunnerState]
    notices: Sequence[str] = ()

    def runner(self, wanted: str) -> RunnerState | None:
        """The runner with an id; None if they are not there."""
        return next((each for each in self.runners if each.runner == wanted), None)


@dataclass(frozen=True, slots=True)
class RunListEntry:
    """An entry of the list of recorded runs.

    Parameters
    ----------
    names : what each runner is called, by id.
    ended : False if it is in progress or was cut off.
    """

    run: str
    started_utc: datetime
    names: Mapping[str, str]
    ended: bool


class Worn(StrEnum):
    """How a runner says that the pods were worn."""

    EXCHANGED = "exchanged"
    AS_NAMED = "as-named"


class ExportForm(StrEnum):
    """A form in which a recorded run leaves for other tools."""

    FIT = "fit"
    CSV = "csv"
    PARQUET = "parquet"
    BIDS = "bids"
    MCAP = "mcap"
    SAMPLES = "samples"


class UncorrectableError(Exception):
    """A recorded run cannot be corrected; str() is one sentence for people."""


class UnexportableError(Exception):
    """A recorded run cannot be exported; str() is one sentence for people."""


class ViewDataSource(Protocol):
    """Port to the wall's data. Methods are called from any thread; those about one run may take seconds."""

    def squad_state(self) -> SquadState:
        """State of all runners now; each browser connection polls it at its own rate."""

    def runs(self) -> Sequence[RunListEntry]:
        """Recorded runs, newest first."""

    def analysed_runs(self, run: str) -> Mapping[str, AnalysedRun]:
        """Runner's id → analysis of a recorded run, for report and replay.

        Raises
        ------
        KeyError
            if there is no such run.
        """

    def answer_whether_exchanged(self, run: str, runner: str, worn: Worn) -> None:
        """Correct a recorded run by a runner's answer, and analyse it again; nothing where that is no longer asked.

        Raises
        ------
        KeyError
            if there is no such run of that runner.
        UncorrectableError
            if it has not ended, or cannot be read, written or stored.
        """

    def export_forms(self) -> Sequence[ExportForm]:
        """Forms in which recorded runs can be exported here."""

    def export(self, run: str, runner: str, form: ExportForm, folder: Path) -> Path:
        """Write a recorded run in one form into a folder; the one file that holds all of it.

        Raises
        ------
        KeyError
            if there is no such run of that runner.
        UnexportableError
            if it cannot be read or written, or nothing was recorded.
        """

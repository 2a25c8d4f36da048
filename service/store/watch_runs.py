"""Runs without pods, as watches kept them: for load over weeks. Where they led is not kept."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from surefoot.sensor_ingest.recording.runner_ids import is_runner_id, runner_id, shown_name
from surefoot.sensor_ingest.watches.activity import Activity
from surefoot.service.store.connection import connect, store_errors, transaction
from surefoot.service.store.notebook import Notebook, NoteKind

NANOSECONDS = 1_000_000_000
LABEL = "watch-"
"""Names of such runs begin with it."""
SAME_SHARE = 0.5
"""Two runs of a watch that have more than this share of the shorter one in common are one run: nobody runs twice at a
time, and other programs cut the ends of a run."""


@dataclass(frozen=True, slots=True)
class WatchRun:
    """A row of the table.

    Parameters
    ----------
    runner, name : the runner's id, and what they are called.
    time_ns : its start, nanoseconds since 1970.
    utc_offset_s : local time less UTC; None where the file did not tell, as all that follows where it may be None.
    duration_s : by the watch's timer.
    heart_rate_bpm, cadence_spm : means.
    form : of the file.
    """

    runner: str
    time_ns: int
    name: str
    utc_offset_s: float | None
    duration_s: float
    distance_m: float | None
    ascent_m: float | None
    heart_rate_bpm: float | None
    cadence_spm: float | None
    sport: str
    form: str

    @classmethod
    def of(cls, activity: Activity, runner: str) -> Self:
        """A runner's activity; `runner` is their id or name."""
        return cls(
            runner=runner_id(runner),
            time_ns=round(activity.started_utc.timestamp() * 1000.0) * 1_000_000,
            name=runner if is_runner_id(runner) else shown_name(runner),
            utc_offset_s=activity.utc_offset_s,
            duration_s=activity.duration_s,
            distance_m=_known(activity.distance_m),
            ascent_m=_known(activity.ascent_m),
            heart_rate_bpm=_known(activity.heart_rate_bpm),
            cadence_spm=_known(activity.cadence_spm),
            sport=activity.sport,
            form=activity.form,
        )

    @property
    def started_utc(self) -> datetime:
        """When it began."""
        return datetime.fromtimestamp(self.time_ns / NANOSECONDS, UTC)

    @property
    def label(self) -> str:
        """How it is called among a runner's runs."""
        return f"{LABEL}{self.started_utc:%Y%m%dT%H%M%SZ}"

    def is_same(self, other: WatchRun) -> bool:
        """Whether both are one run of one runner."""
        if self.runner != other.runner:
            return False
        begin_s = max(self.time_ns, other.time_ns) / NANOSECONDS
        end_s = min(each.time_ns / NANOSECONDS + each.duration_s for each in (self, other))
        return end_s - begin_s > SAME_SHARE * min(self.duration_s, other.duration_s)


class WatchRuns:
    """The runs in a store, and their notes beside it."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._notebook = Notebook(store)

    def add(self, run: WatchRun) -> WatchRun | None:
        """Keep a run; the one that is kept already, if it is the same.

        Raises
        ------
        StoreError
            if the store cannot be written.
        """
        with closing(connect(self._store)) as connection, transaction(connection, self._store):
            known = next((each for each in _rows(connection, run.runner) if each.is_same(run)), None)
            if known is not None:
                return known
            names = WatchRun.__match_args__
            marks = ", ".join(f":{name}" for name in names)
            connection.execute(f"INSERT INTO watch_runs ({', '.join(names)}) VALUES ({marks})", asdict(run))
            self._note(run, forgotten=False)
        return None

    def forget(self, run: WatchRun) -> None:
        """Remove a run; StoreError as above."""
        with closing(connect(self._store)) as connection, transaction(connection, self._store):
            connection.execute("DELETE FROM watch_runs WHERE runner = ? AND time_ns = ?", (run.runner, run.time_ns))
            self._note(run, forgotten=True)

    def all(self, runner: str | None = None) -> list[WatchRun]:
        """All runs or those of a runner's id, oldest first."""
        with closing(connect(self._store)) as connection, store_errors(self._store):
            return _rows(connection, runner)

    def without_pods(self, runner: str) -> list[WatchRun]:
        """A runner's runs of whose time no pod tells: each run counts once, however it was recorded."""
        with closing(connect(self._store)) as connection, store_errors(self._store):
            return _rows(
                connection,
                runner,
                " AND NOT EXISTS (SELECT 1 FROM runs JOIN summaries USING (run, runner) WHERE"
                " runs.runner = watch_runs.runner AND runs.time_ns < watch_runs.time_ns + 1e9 * duration_s"
                " AND summaries.time_ns > watch_runs.time_ns)",
            )

    def _note(self, run: WatchRun, *, forgotten: bool) -> None:
        with store_errors(self._store):
            self._notebook.append(NoteKind.WATCH_RUN, {**asdict(run), "forgotten": int(forgotten)})


def kept_watch_runs(notebook: Notebook) -> Iterable[Mapping[str, Any]]:
    """Rows that the notes tell of, without those that were forgotten."""
    newest = {(each["runner"], each["time_ns"]): each for each in notebook.entries(NoteKind.WATCH_RUN)}
    return [each for each in newest.values() if not each["forgotten"]]


def _rows(connection: sqlite3.Connection, runner: str | None, more: str = "") -> list[WatchRun]:
    query = f"SELECT * FROM watch_runs WHERE (?1 IS NULL OR runner = ?1){more} ORDER BY time_ns"
    return [WatchRun(**dict(row)) for row in connection.execute(query, (runner,))]


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value

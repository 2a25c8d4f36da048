"""Writes results to the store."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from surefoot.analysis.companions import CompanionReading
from surefoot.analysis.findings import Finding, Severity
from surefoot.analysis.model import Bout, Foot, Strides, Window
from surefoot.analysis.session import Results
from surefoot.analysis.weeks.usual import NOTHING_KNOWN, Usual
from surefoot.sensor_ingest.recording.pod_health import HealthNote, PodHealth
from surefoot.service.alerts.policy import AlertEvent
from surefoot.service.serialization.encoding import dumps
from surefoot.service.serialization.findings import finding_to_json
from surefoot.service.serialization.store_rows import pod_health_to_json, stride_rows, window_to_json
from surefoot.service.store.absorbing import absorb_run
from surefoot.service.store.baselines import end_baselines, freeze_baselines, freeze_usual
from surefoot.service.store.boot_time import BootTime
from surefoot.service.store.connection import OpenedFile, connect, transaction
from surefoot.service.store.dates import align_dates
from surefoot.service.store.notebook import Notebook, NoteKind
from surefoot.service.store.replacing import drop_results
from surefoot.service.store.schema import FIRST_GENERATION

NANOSECONDS = 1_000_000_000
SAME_CONTACT_S = 0.1
"""Contacts of a foot this close are the same one; from a recording with a hole they differ by up to 2 ms."""
SAME_CONTACT_NS = round(SAME_CONTACT_S * NANOSECONDS)


class RunClock:
    """Converts a run's session time to nanoseconds since 1970."""

    def __init__(self, created_utc: datetime) -> None:
        microseconds = round(created_utc.timestamp() * 1_000_000)
        self.zero_ns = microseconds * 1000

    def ns(self, session_s: float) -> int:
        """Nanoseconds since 1970 of a session time."""
        return self.zero_ns + round(session_s * NANOSECONDS)


class StoreWriter:
    """Inserts rows; what is stored already stays as it is. Open while the context is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = connect(path)
        self._file = OpenedFile.at(path)
        self._notebook = Notebook(path)
        self._generation = FIRST_GENERATION

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @property
    def rows_added(self) -> int:
        """Number of rows added since opening; what was stored already does not count."""
        return self._connection.total_changes

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all rows added while entered, or none; StoreError where the disk fails."""
        self._file.check()
        with transaction(self._connection, self.path):
            yield

    def add_run(
        self,
        run: str,
        runner: str,
        name: str,
        time_ns: int,
        software: str,
        feet: Sequence[Foot],
        clock_sd_s: float | None = None,
    ) -> None:
        """Add a runner's part in a run; `name` is what the runner is called, `clock_sd_s` as of a `Session`, None where
        the pods were timed live."""
        self._add(
            "runs",
            run=run,
            runner=runner,
            name=name,
            time_ns=time_ns,
            software=software,
            feet=dumps(list(map(str, feet))),
            clock_sd_s=clock_sd_s,
            generation=self._generation,
        )

    def begin_generation(self, run: str, runner: str, pods: Mapping[str, Foot]) -> None:
        """Drop a runner's results of a run; those added from now on are of its next generation.

        Alerts stay. `pods` says on which foot each pod was, by serial number, and is told of their health rows.
        """
        self._generation = drop_results(self._connection, run, runner, pods)

    def absorb(self, run: str, into: str, later_s: float) -> None:
        """Take a run for part of another one; see `absorb_run`."""
        absorb_run(self._connection, run, into, later_s)

    def add_results(
        self, run: str, runner: str, clock: RunClock, results: Results, usual: Usual = NOTHING_KNOWN
    ) -> None:
        """Add strides, windows, bouts and findings, and the baselines that the windows make, or are compared with."""
        for strides in results.strides.values():
            self.add_strides(run, runner, clock, strides)
        for window in results.windows:
            self.add_window("windows", run, runner, clock, window)
        if results.windows:
            freeze_baselines(self._connection, run, runner, self._generation)
            freeze_usual(self._connection, run, runner, self._generation, usual)
        for window in results.live:
            self.add_window("live", run, runner, clock, window)
        for bout in results.bouts:
            self.add_bout(run, runner, bout)
        for finding in results.findings:
            self.add_finding(run, runner, clock, finding)
        for reading in results.companions:
            self.add_companion(run, runner, clock, reading)

    def set_run_clock(self, run: str, zero: BootTime, *, dated: bool) -> None:
        """Set when a run's session time is 0; `dated` is whether a new run's date can be trusted."""
        self._connection.execute(
            "INSERT INTO run_clocks (run, boot, zero_s, dated) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET boot = excluded.boot, zero_s = excluded.zero_s",
            (run, zero.boot, zero.seconds, int(dated)),
        )
        self._note_clock(run)

    def is_dated(self, run: str) -> bool:
        """Whether a run's date can be trusted."""
        known = self._connection.execute("SELECT dated FROM run_clocks WHERE run = ?", (run,)).fetchone()
        return known is None or bool(known["dated"])

    def set_date(self, run: str, zero_ns: int) -> None:
        """Move a run to the date that it has turned out to have begun at."""
        align_dates(self._connection, run, zero_ns)
        self._connection.execute("UPDATE run_clocks SET dated = 1 WHERE run = ?", (run,))
        self._note_clock(run)

    def _note_clock(self, run: str) -> None:
        for row in self._connection.execute("SELECT run, boot, zero_s, dated FROM run_clocks WHERE run = ?", (run,)):
            self._notebook.append(NoteKind.CLOCK, dict(row))

    def align_dates(self, run: str, zero_ns: int) -> None:
        """Move a run's rows to the date of its recording."""
        align_dates(self._connection, run, zero_ns)

    def add_strides(self, run: str, runner: str, clock: RunClock, strides: Strides) -> None:
        """Add a foot's strides, but for those whose contact is within `SAME_CONTACT_NS` of a stored one."""
        self._connection.executemany(
            "INSERT OR IGNORE INTO strides (run, runner, foot, generation, time_ns, initial_contact_s,"
            " terminal_contact_s, next_initial_contact_s, running, confidence, flags, metrics)"
            " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12 WHERE NOT EXISTS (SELECT 1 FROM strides"
            " WHERE run = ?1 AND runner = ?2 AND foot = ?3"
            f" AND time_ns BETWEEN ?5 - {SAME_CONTACT_NS} AND ?5 + {SAME_CONTACT_NS})",
            [
                (run, runner, strides.foot.value, self._generation, clock.ns(time_s), *row)
                for time_s, *row in stride_rows(strides)
            ],
        )

    def add_window(
        self, source: Literal["windows", "live"], run: str, runner: str, clock: RunClock, window: Window
    ) -> None:
        """Add a window, unless it is there, begun less than half its length before or after; its time is its end."""
        half_s = (window.end_s - window.start_s) / 2.0
        known = self._connection.execute(
            f"SELECT 1 FROM {source} WHERE run = ? AND runner = ? AND start_s > ? AND start_s < ?",
            (run, runner, window.start_s - half_s, window.start_s + half_s),
        )
        if known.fetchone() is not None:
            return
        self._add(
            source,
            run=run,
            runner=runner,
            time_ns=clock.ns(window.end_s),
            start_s=window.start_s,
            end_s=window.end_s,
            gait=window.gait.value,
            body=window_to_json(window),
            generation=self._generation,
        )

    def add_bout(self, run: str, runner: str, bout: Bout) -> None:
        """Add a bout, unless its time is told already."""
        known = self._connection.execute(
            "SELECT 1 FROM bouts WHERE run = ? AND runner = ? AND start_s < ? AND end_s > ?",
            (run, runner, bout.end_s - SAME_CONTACT_S, bout.start_s + SAME_CONTACT_S),
        )
        if known.fetchone() is None:
            self._add(
                "bouts",
                run=run,
                runner=runner,
                kind=str(bout.kind),
                start_s=bout.start_s,
                end_s=bout.end_s,
                generation=self._generation,
            )

    def add_finding(self, run: str, runner: str, clock: RunClock, finding: Finding) -> None:
        """Add a revision of a finding."""
        self._add(
            "findings",
            run=run,
            runner=runner,
            time_ns=clock.ns(finding.time_s),
            id=finding.id,
            revision=finding.revision,
            body=finding_to_json(finding),
            generation=self._generation,
        )

    def add_companion(self, run: str, runner: str, clock: RunClock, reading: CompanionReading) -> None:
        """Add what a sensor beside the pods said."""
        self._add(
            "companions",
            run=run,
            runner=runner,
            time_ns=clock.ns(reading.time_s),
            companion=reading.companion.value,
            time_s=reading.time_s,
            body=dumps(dict(reading.values)),
            generation=self._generation,
        )

    def add_health(self, run: str, clock: RunClock, notes: Sequence[HealthNote], runner: str | None = None) -> None:
        """Add how the pods were, of all runners or of one."""
        for note in notes:
            for pod in note.pods:
                if runner in (None, pod.runner):
                    self._add_pod_health(run, clock.ns(note.at_s), pod)

    def _add_pod_health(self, run: str, time_ns: int, pod: PodHealth) -> None:
        self._add(
            "pod_health",
            run=run,
            runner=pod.runner,
            time_ns=time_ns,
            foot=pod.foot.value,
            serial=pod.serial,
            body=pod_health_to_json(pod),
        )

    def add_summary(
        self, run: str, runner: str, time_ns: int, body: Mapping[str, Any], usual: Usual = NOTHING_KNOWN
    ) -> None:
        """Add the summary of a runner's run, which marks it as over; its baselines end there."""
        end_baselines(self._connection, run, runner, time_ns, self._generation, usual)
        self._add(
            "summaries",
            run=run,
            runner=runner,
            time_ns=time_ns,
            body=dumps(dict(body)),
            generation=self._generation,
        )
        self._notebook.append(NoteKind.FINISHED, {"run": run, "runner": runner})

    def add_alert(
        self, run: str, runner: str, time_ns: int, alert_id: str, body: Mapping[str, Any], age_s: float | None
    ) -> None:
        """Add an alert, unless it is there; `age_s` is how long ago it was due, None for a run read from its recording.

        A finding is raised again only if it is worse than any of its alerts told.
        """
        if body["event"] == AlertEvent.RAISED and Severity(body["severity"]).rank <= self._told_rank(run, runner, body):
            return
        row: dict[str, str | float | int | None] = {
            "run": run,
            "runner": runner,
            "time_ns": time_ns,
            "id": alert_id,
            "body": dumps(dict(body)),
            "age_s": age_s,
            "stored_utc_s": time.time(),
        }
        if self._add("alerts", **row):
            self._notebook.append(NoteKind.ALERT, row)

    def _told_rank(self, run: str, runner: str, body: Mapping[str, Any]) -> int:
        """The highest rank of severity in the alerts about a finding; −1 without any."""
        rows = self._connection.execute(
            "SELECT json_extract(body, '$.severity') FROM alerts WHERE run = ? AND runner = ?"
            " AND json_extract(body, '$.finding') = ?",
            (run, runner, body.get("finding")),
        )
        return max((Severity(severity).rank for (severity,) in rows), default=-1)

    def _add(self, table: str, **row: str | float | int | None) -> bool:
        """Insert a row; whether it is new."""
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        insert = f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})"
        return self._connection.execute(insert, tuple(row.values())).rowcount > 0

"""Writes results to the store."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from surefoot.analysis.findings import Finding
from surefoot.analysis.model import Bout, Foot, Strides, Window
from surefoot.sensor_ingest.recording.pod_health import PodHealth
from surefoot.service.serialization.encoding import dumps
from surefoot.service.serialization.findings import finding_to_json
from surefoot.service.serialization.store_rows import pod_health_to_json, stride_rows, window_to_json
from surefoot.service.store.connection import connect, transaction

NANOSECONDS = 1_000_000_000


class RunClock:
    """Converts a run's session time to nanoseconds since 1970."""

    def __init__(self, created_utc: datetime) -> None:
        microseconds = round(created_utc.timestamp() * 1_000_000)
        self.zero_ns = microseconds * 1000

    def ns(self, session_s: float) -> int:
        """Nanoseconds since 1970 of a session time."""
        return self.zero_ns + round(session_s * NANOSECONDS)


class StoreWriter:
    """Inserts rows; a row whose key exists stays as it is. Open while the context is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = connect(path)

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
        with transaction(self._connection, self.path):
            yield

    def add_run(self, run: str, runner: str, time_ns: int, software: str, feet: Sequence[Foot]) -> None:
        """Add a runner's part in a run."""
        self._add("runs", run=run, runner=runner, time_ns=time_ns, software=software, feet=dumps(list(map(str, feet))))

    def add_strides(self, run: str, runner: str, clock: RunClock, strides: Strides, first_number: int) -> None:
        """Add a foot's next strides; they are numbered over the run, from `first_number` on."""
        self._connection.executemany(
            "INSERT OR IGNORE INTO strides (run, runner, foot, number, time_ns, initial_contact_s, terminal_contact_s,"
            " next_initial_contact_s, running, confidence, flags, metrics) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (run, runner, strides.foot.value, number, clock.ns(time_s), *row)
                for number, (time_s, *row) in enumerate(stride_rows(strides), first_number)
            ],
        )

    def add_window(
        self, source: Literal["windows", "live"], run: str, runner: str, clock: RunClock, window: Window
    ) -> None:
        """Add a window; its time is its end."""
        self._add(
            source,
            run=run,
            runner=runner,
            time_ns=clock.ns(window.end_s),
            start_s=window.start_s,
            end_s=window.end_s,
            gait=window.gait.value,
            body=window_to_json(window),
        )

    def add_bout(self, run: str, runner: str, bout: Bout) -> None:
        """Add a bout."""
        self._add("bouts", run=run, runner=runner, kind=str(bout.kind), start_s=bout.start_s, end_s=bout.end_s)

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
        )

    def add_pod_health(self, run: str, time_ns: int, pod: PodHealth) -> None:
        """Add how a pod is doing."""
        self._add(
            "pod_health",
            run=run,
            runner=pod.runner,
            time_ns=time_ns,
            foot=pod.foot.value,
            serial=pod.serial,
            body=pod_health_to_json(pod),
        )

    def add_summary(self, run: str, runner: str, time_ns: int, body: Mapping[str, Any]) -> None:
        """Add the summary of a runner's run, which marks it as over."""
        self._add("summaries", run=run, runner=runner, time_ns=time_ns, body=dumps(dict(body)))

    def add_alert(
        self, run: str, runner: str, time_ns: int, alert_id: str, body: Mapping[str, Any], age_s: float | None
    ) -> None:
        """Add an alert; `age_s` is how long ago it was due, None for a run read from its recording."""
        self._add(
            "alerts",
            run=run,
            runner=runner,
            time_ns=time_ns,
            id=alert_id,
            body=dumps(dict(body)),
            age_s=age_s,
            stored_utc_s=time.time(),
        )

    def _add(self, table: str, **row: str | float | int | None) -> None:
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        self._connection.execute(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))

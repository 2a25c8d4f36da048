"""Runs in progress, read incrementally from the store that another process writes."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from surefoot.analysis.companions import CompanionReading
from surefoot.analysis.findings import Finding, latest
from surefoot.analysis.model import Foot, Strides, Window
from surefoot.service.serialization.findings import finding_from_json
from surefoot.service.serialization.store_rows import companion_from_row, strides_from_rows, window_from_row
from surefoot.service.store.boot_time import BootTime
from surefoot.service.store.connection import OpenedFile, connect, snapshot
from surefoot.service.store.writing import NANOSECONDS

TABLES = ("strides", "windows", "live", "findings", "pod_health", "companions")
RETAIN_S = 300.0
"""Strides and `live` windows are kept in memory for so long."""

RunKey = tuple[str, str]
"""Run and runner."""


@dataclass(slots=True)
class RunInProgress:
    """A runner's part of a run in progress; strides, companions and `live` windows of the last `RETAIN_S` only.

    Parameters
    ----------
    name : what the runner is called.
    zero : when its session time is 0.
    counts : number of strides by foot.
    health : newest pod health by foot, with `time_ns`.
    """

    name: str
    begun_ns: int
    zero: BootTime
    strides: dict[Foot, Strides]
    windows: list[Window] = field(default_factory=list)
    live: list[Window] = field(default_factory=list)
    findings: tuple[Finding, ...] = ()
    counts: dict[Foot, int] = field(default_factory=dict)
    health: dict[Foot, Mapping[str, Any]] = field(default_factory=dict)
    companions: tuple[CompanionReading, ...] = ()

    @property
    def told_s(self) -> float:
        """Session time of the newest stride or pod health; 0 without."""
        ends_s = [float(rows.next_initial_contact_s[-1]) for rows in self.strides.values() if len(rows)]
        notes_s = [(row["time_ns"] - self.begun_ns) / NANOSECONDS for row in self.health.values()]
        return max([*ends_s, *notes_s], default=0.0)


class StoreTail:
    """Reads the runs that have no summary yet; open while the context is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._begin()

    def _begin(self) -> None:
        self._connection = connect(self.path)
        self._file = OpenedFile.at(self.path)
        self._seen = dict.fromkeys(TABLES, 0)
        self._open: dict[RunKey, RunInProgress] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def read(self, since: BootTime) -> Mapping[RunKey, RunInProgress]:
        """Runs begun after `since` that have not ended; StoreError where the store cannot be read."""
        if self._file.is_replaced:
            self._connection.close()
            self._begin()
        with snapshot(self._connection, self.path):
            self._find(since)
            for table in TABLES:
                for key, rows in self._new(table).items():
                    if key in self._open:
                        _add(self._open[key], table, rows)
        return self._open

    def _find(self, since: BootTime) -> None:
        rows = self._connection.execute(
            "SELECT run, runner, name, runs.time_ns, feet, zero_s FROM runs JOIN run_clocks USING (run)"
            " LEFT JOIN summaries USING (run, runner) WHERE summaries.seq IS NULL AND boot = ? AND zero_s > ?",
            (since.boot, since.seconds),
        ).fetchall()
        known, self._open = self._open, {}
        for row in rows:
            key, feet = (row["run"], row["runner"]), json.loads(row["feet"])
            zero = BootTime(since.boot, row["zero_s"])
            new = RunInProgress(
                row["name"], row["time_ns"], zero, {Foot(foot): Strides.empty(Foot(foot)) for foot in feet}
            )
            self._open[key] = known.get(key, new)
            self._open[key].zero = zero

    def _new(self, table: str) -> Mapping[RunKey, list[sqlite3.Row]]:
        runs = sorted({run for run, _ in self._open})
        rows = self._connection.execute(
            f"SELECT * FROM {table} WHERE seq > ? AND run IN ({', '.join('?' * len(runs))}) ORDER BY seq",
            (self._seen[table], *runs),
        ).fetchall()
        found: dict[RunKey, list[sqlite3.Row]] = defaultdict(list)
        for row in rows:
            found[row["run"], row["runner"]].append(row)
        self._seen[table] = rows[-1]["seq"] if rows else self._seen[table]
        return found


def _add(known: RunInProgress, table: str, rows: Sequence[sqlite3.Row]) -> None:
    match table:
        case "windows":
            known.windows += map(window_from_row, rows)
        case "live":
            joined = [*known.live, *map(window_from_row, rows)]
            known.live = [window for window in joined if window.end_s >= joined[-1].end_s - RETAIN_S]
        case "findings":
            known.findings = latest([*known.findings, *(finding_from_json(row["body"]) for row in rows)])
        case "pod_health":
            known.health.update(
                {Foot(row["foot"]): {"time_ns": row["time_ns"], **json.loads(row["body"])} for row in rows}
            )
        case "companions":
            said = (*known.companions, *map(companion_from_row, rows))
            known.companions = tuple(each for each in said if each.time_s >= said[-1].time_s - RETAIN_S)
        case _:
            for foot in known.strides:
                _add_strides(known, foot, [row for row in rows if row["foot"] == foot])


def _add_strides(known: RunInProgress, foot: Foot, rows: Sequence[sqlite3.Row]) -> None:
    if not rows:
        return
    known.counts[foot] = known.counts.get(foot, 0) + len(rows)
    joined = Strides.join([known.strides[foot], strides_from_rows(rows, foot)])
    in_order = joined[np.argsort(joined.initial_contact_s, kind="stable")]
    recent = in_order.initial_contact_s >= in_order.initial_contact_s[-1] - RETAIN_S
    known.strides[foot] = in_order[recent]

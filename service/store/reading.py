"""Reads the store; any number of readers may be open beside the writer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from surefoot.analysis.companions import Companion, CompanionReading
from surefoot.analysis.findings import Finding, Kind
from surefoot.analysis.model import Bout, BoutKind, Flag, Foot, Window
from surefoot.analysis.session import Results
from surefoot.analysis.time_watched import BLIND_FLAGS, Aspect
from surefoot.sensor_ingest.recording.pair_clock import TIMED_LIVE
from surefoot.service.serialization.findings import finding_from_json
from surefoot.service.serialization.store_rows import (
    COMPARED_WINDOWS,
    companion_from_row,
    compared_window_from_row,
    strides_from_rows,
    window_from_row,
)
from surefoot.service.store.boot_time import BootTime
from surefoot.service.store.connection import connect, store_errors
from surefoot.service.store.writing import NANOSECONDS


@dataclass(frozen=True, slots=True)
class StoredRun:
    """One runner's part of a run.

    Parameters
    ----------
    summary : see `run_summary`; None while the run is in progress, or where it was cut off.
    """

    run: str
    runner: str
    started_utc: datetime
    feet: tuple[Foot, ...]
    summary: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class ToldFinding:
    """What an alert says of its finding: enough to know it again."""

    id: str
    kind: Kind
    foot: Foot | None
    time_s: float

    @classmethod
    def from_alert(cls, body: Mapping[str, Any]) -> ToldFinding:
        """The finding of an alert."""
        foot = None if body["foot"] == "both" else Foot(body["foot"])
        return cls(body["finding"], Kind(body["kind"]), foot, body["time_s"])


def mount_of(serials: Mapping[Foot, str]) -> str | None:
    """What tells whether a runner wore the same pods on the same feet; None with fewer than two."""
    return " ".join(serials[foot] for foot in Foot) if len(serials) == len(Foot) else None


class StoreReader:
    """Reads the store; open while the context is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = connect(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def pods_worn(self) -> list[tuple[int, str, str]]:
        """Of each run, when it began in nanoseconds since 1970, a pod's serial number, and the runner who wore it."""
        rows = self._rows(
            "SELECT min(time_ns) AS began_ns, serial, runner FROM pod_health GROUP BY run, serial, runner"
        )
        return [(row["began_ns"], row["serial"], row["runner"]) for row in rows]

    def mounts(self, runner: str) -> Mapping[str, str]:
        """Run → which pod a runner wore on which foot, where both are known."""
        query = "SELECT DISTINCT run, foot, serial FROM pod_health WHERE runner = ? ORDER BY run, foot, serial"
        worn: dict[str, dict[Foot, str]] = {}
        for row in self._rows(query, runner):
            worn.setdefault(row["run"], {})[Foot(row["foot"])] = row["serial"]
        return {run: mount for run, serials in worn.items() if (mount := mount_of(serials))}

    def runs(self, runner: str | None = None) -> tuple[StoredRun, ...]:
        """All runs, or those of one runner, oldest first."""
        rows = self._rows(
            "SELECT runs.*, summaries.body AS summary FROM runs LEFT JOIN summaries USING (run, runner)"
            " WHERE ?1 IS NULL OR runner = ?1 ORDER BY runs.time_ns, runs.seq",
            runner,
        )
        return tuple(
            StoredRun(
                row["run"],
                row["runner"],
                datetime.fromtimestamp(row["time_ns"] / NANOSECONDS, UTC),
                tuple(Foot(foot) for foot in json.loads(row["feet"])),
                None if row["summary"] is None else json.loads(row["summary"]),
            )
            for row in rows
        )

    def runners(self) -> tuple[str, ...]:
        """Ids of all runners."""
        return tuple(row["runner"] for row in self._rows("SELECT DISTINCT runner FROM runs ORDER BY runner"))

    def results(self, run: str, runner: str) -> Results:
        """All results of a runner's run, bit for bit as they were recorded."""
        feet = next((each.feet for each in self.runs(runner) if each.run == run), ())
        strides = {foot: strides_from_rows(self._of(run, runner, "strides", "time_ns", foot), foot) for foot in feet}
        windows, live = self.windows(run, runner), self.windows(run, runner, "live")
        clock_sd_s = self._clock_sd_s(run, runner)
        return Results(
            strides,
            windows,
            self.bouts(run, runner),
            self.findings(run, runner),
            live,
            clock_sd_s,
            self.companions(run, runner),
        )

    def _clock_sd_s(self, run: str, runner: str) -> float:
        """How well the feet's clocks were known against each other."""
        rows = self._rows("SELECT clock_sd_s FROM runs WHERE run = ? AND runner = ?", run, runner)
        known_s = rows[0]["clock_sd_s"] if rows else None
        return TIMED_LIVE.sd_s if known_s is None else float(known_s)

    def ended_ns(self, run: str, runner: str) -> int | None:
        """When a runner's run ended, in nanoseconds since 1970; None without a summary."""
        rows = self._rows("SELECT time_ns FROM summaries WHERE run = ? AND runner = ?", run, runner)
        return int(rows[0]["time_ns"]) if rows else None

    def windows(self, run: str, runner: str, source: Literal["windows", "live"] = "windows") -> tuple[Window, ...]:
        """Windows of 30 s, or `live` ones of 10 s, in order of time."""
        return tuple(window_from_row(row) for row in self._of(run, runner, source, "start_s"))

    def compared_windows(self, run: str, runner: str) -> tuple[Window, ...]:
        """The same of 30 s, with nothing but what is told of a whole run among others."""
        return tuple(map(compared_window_from_row, self._rows(COMPARED_WINDOWS, run, runner)))

    def bouts(self, run: str, runner: str) -> tuple[Bout, ...]:
        """Bouts in order of time."""
        rows = self._of(run, runner, "bouts", "start_s")
        return tuple(Bout(BoutKind(row["kind"]), row["start_s"], row["end_s"]) for row in rows)

    def summary(self, run: str, runner: str) -> Mapping[str, Any] | None:
        """The summary of a runner's run; None without one."""
        rows = self._rows("SELECT body FROM summaries WHERE run = ? AND runner = ?", run, runner)
        return json.loads(rows[0]["body"]) if rows else None

    def stride_count(self, run: str, runner: str) -> int:
        """Strides of both feet."""
        rows = self._rows("SELECT count(*) AS many FROM strides WHERE run = ? AND runner = ?", run, runner)
        return int(rows[0]["many"])

    def running_contacts(self, run: str, runner: str) -> Mapping[Foot, int]:
        """Running strides of each foot that has any."""
        query = "SELECT foot, count(*) AS many FROM strides WHERE run = ? AND runner = ? AND running GROUP BY foot"
        return {Foot(row["foot"]): row["many"] for row in self._rows(query, run, runner)}

    def first_flags(self, run: str, runner: str, since_s: float) -> Mapping[Foot, Flag]:
        """Flags of each foot's first stride from a session time on."""
        query = (
            "SELECT foot, flags, min(initial_contact_s) FROM strides"
            " WHERE run = ? AND runner = ? AND initial_contact_s >= ? GROUP BY foot"
        )
        return {Foot(row["foot"]): Flag(row["flags"]) for row in self._rows(query, run, runner, since_s)}

    def watched_strides(self, run: str, runner: str) -> Mapping[Foot, int]:
        """Strides of each foot in which an ankle roll would have been seen."""
        query = (
            "SELECT foot, count(*) AS many FROM strides WHERE run = ? AND runner = ? AND (flags & ?) = 0 GROUP BY foot"
        )
        blind = BLIND_FLAGS[Aspect.ROLLS]
        return {Foot(row["foot"]): row["many"] for row in self._rows(query, run, runner, blind)}

    def findings(self, run: str, runner: str) -> tuple[Finding, ...]:
        """Every revision of every finding, in the order in which they became known."""
        return tuple(finding_from_json(row["body"]) for row in self._of(run, runner, "findings", "seq"))

    def companions(self, run: str, runner: str) -> tuple[CompanionReading, ...]:
        """What sensors beside the pods said, in order of time."""
        return tuple(map(companion_from_row, self._of(run, runner, "companions", "time_ns, companion")))

    def treadmill_runs(self, runner: str) -> tuple[str, ...]:
        """A runner's runs in which a treadmill said its speed."""
        query = "SELECT DISTINCT run FROM companions WHERE runner = ? AND companion = ? ORDER BY run"
        return tuple(row["run"] for row in self._rows(query, runner, Companion.TREADMILL.value))

    def session_zero(self, run: str) -> BootTime | None:
        """When the session time of a run that was recorded live is 0; None of any other."""
        rows = self._rows("SELECT boot, zero_s FROM run_clocks WHERE run = ?", run)
        return BootTime(rows[0]["boot"], rows[0]["zero_s"]) if rows else None

    def undated_runs(self) -> dict[str, BootTime]:
        """Run whose date cannot be trusted → when its session time is 0."""
        rows = self._rows("SELECT run, boot, zero_s FROM run_clocks WHERE NOT dated")
        return {row["run"]: BootTime(row["boot"], row["zero_s"]) for row in rows}

    def newest_dated_s(self) -> float:
        """When the newest run began whose date can be trusted, in seconds since 1970; 0 without any."""
        rows = self._rows(
            "SELECT max(time_ns) AS newest_ns FROM runs LEFT JOIN run_clocks USING (run) WHERE coalesce(dated, 1)"
        )
        return float((rows[0]["newest_ns"] or 0) / NANOSECONDS)

    def alerts(self, run: str, runner: str) -> tuple[Mapping[str, Any], ...]:
        """Alerts in the order in which they were raised."""
        return tuple(json.loads(row["body"]) for row in self._of(run, runner, "alerts", "seq"))

    def told_findings(self, run: str, runner: str) -> tuple[ToldFinding, ...]:
        """The findings that alerts were about, as they were first told."""
        rows = self._rows(
            "SELECT json_extract(body, '$.finding') AS finding, min(seq), body FROM alerts WHERE run = ? AND runner = ?"
            " AND finding IS NOT NULL GROUP BY finding ORDER BY min(seq)",
            run,
            runner,
        )
        return tuple(ToldFinding.from_alert(json.loads(row["body"])) for row in rows)

    def pod_health(self, run: str, runner: str, foot: Foot) -> tuple[Mapping[str, Any], ...]:
        """A pod's health rows with `time_ns`, in order of time."""
        rows = self._of(run, runner, "pod_health", "time_ns", foot)
        return tuple({"time_ns": row["time_ns"], "serial": row["serial"], **json.loads(row["body"])} for row in rows)

    def _of(self, run: str, runner: str, table: str, order: str, foot: Foot | None = None) -> list[Any]:
        only = "" if foot is None else f" AND foot = '{foot.value}'"
        return self._rows(f"SELECT * FROM {table} WHERE run = ? AND runner = ?{only} ORDER BY {order}", run, runner)

    def _rows(self, query: str, *values: object) -> list[Any]:
        with store_errors(self.path):
            return self._connection.execute(query, values).fetchall()

"""Writes a run's results to the store: the recording is synced first, then rows and alerts in one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from datetime import time as time_of_day
from pathlib import Path
from types import TracebackType
from typing import Self

from surefoot.analysis.session import Results
from surefoot.sensor_ingest.live_run import LiveRun
from surefoot.sensor_ingest.recording.manifest import Manifest
from surefoot.sensor_ingest.recording.pod_health import HealthNote
from surefoot.service.alerts.policy import Alert, AlertPolicy
from surefoot.service.pipeline.kept_usual import kept_usual
from surefoot.service.runtime.date_trust import is_date_trusted
from surefoot.service.runtime.known_findings import KnownFindings
from surefoot.service.runtime.run_dates import begun_utc
from surefoot.service.serialization.alert_messages import alert_to_dict, post_run_alert
from surefoot.service.serialization.encoding import Json
from surefoot.service.serialization.run_summary import summary_to_dict
from surefoot.service.settings import Settings
from surefoot.service.store.boot_time import BootTime
from surefoot.service.store.connection import checkpoint
from surefoot.service.store.reading import StoreReader
from surefoot.service.store.writing import RunClock, StoreWriter


class ResultRecorder:
    """Stores the results of one run while the context is open; results that are stored already stay as they are.

    Parameters
    ----------
    sync_recording : makes the recording that the results come from durable.
    now_s : session clock, None for a run read from its recording.
    monotonic_s : the computer's clock that no change of the date moves.
    on_redated : called with the beginning of a run that turns out to have had a wrong date.
    on_rows : called after every transaction, for the exporters.
    on_stored : gets the number of new rows after every transaction.
    """

    def __init__(
        self,
        store: Path,
        run: Manifest,
        settings: Settings,
        *,
        sync_recording: Callable[[], None] = lambda: None,
        now_s: Callable[[], float] | None = None,
        monotonic_s: Callable[[], float] = time.monotonic,
        on_redated: Callable[[datetime], None] = lambda _: None,
        on_rows: Callable[[], None] = lambda: None,
        on_stored: Callable[[int], None] = lambda _: None,
    ) -> None:
        with StoreReader(store) as reader:
            self._newest_s = reader.newest_dated_s()
            self._known = {
                name: KnownFindings(reader.findings(run.run_id, name), reader.told_findings(run.run_id, name))
                for name in run.runners
            }
        self._writer = StoreWriter(store)
        self._run = run
        self._clock = RunClock(run.created_utc)
        self._sync_recording = sync_recording
        self._now_s = now_s
        self._monotonic_s = monotonic_s
        self._on_redated = on_redated
        self._dated = True
        self._on_rows = on_rows
        self._on_stored = on_stored
        self._usual = {name: kept_usual(run, name) for name in run.runners}
        self._policies = {name: AlertPolicy(settings.alerts_for(name), self._local_time) for name in run.runners}
        self._announced = False

    @classmethod
    def for_live_run(
        cls,
        live: LiveRun,
        settings: Settings,
        on_rows: Callable[[], None],
        on_stored: Callable[[int], None] = lambda _: None,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> Self:
        """A recorder of a run in progress."""
        run = live.run.manifest
        return cls(
            settings.store_path,
            run,
            settings,
            sync_recording=live.flush,
            now_s=lambda: live.now_s,
            monotonic_s=monotonic_s,
            on_redated=live.redate,
            on_rows=on_rows,
            on_stored=on_stored,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the store."""
        self._writer.close()

    def record(self, runner: str, results: Results, watermark_s: float) -> None:
        """Store a runner's new results and the alerts due; `watermark_s` is the session time up to which all is known.

        Raises
        ------
        StoreError, RunUnwritableError
            where it cannot be written; the run must then be analysed again from its recording.
        """
        findings = [self._known[runner].under_first_id(finding) for finding in results.findings]
        alerts = self._policies[runner].push(findings, watermark_s)
        strides = any(len(rows) for rows in results.strides.values())
        others = (results.windows, results.live, results.bouts, results.companions, findings, alerts)
        if not (strides or any(others)):
            return
        self._sync_recording()
        with self._transaction():
            found = replace(results, findings=tuple(findings))
            self._writer.add_results(self._run.run_id, runner, self._clock, found, self._usual[runner])
            self._add_alerts(runner, alerts)
        self._on_rows()

    def record_health(self, notes: Sequence[HealthNote]) -> None:
        """Store how the pods were; errors as of `record`."""
        self._sync_recording()
        with self._transaction():
            self._writer.add_health(self._run.run_id, self._clock, notes)
        self._on_rows()

    def checkpoint(self) -> None:
        """Checkpoint the store's write-ahead log; blocks, so call it from a thread."""
        checkpoint(self._writer.path)

    def finish(self, end_s: float) -> None:
        """Store the summaries of a run that is over, and the alerts that follow from them."""
        with StoreReader(self._writer.path) as reader:
            results = {name: reader.results(self._run.run_id, name) for name in self._run.runners}
        time_ns = self._clock.ns(end_s)
        with self._transaction():
            for name, found in results.items():
                self._add_alerts(name, self._policies[name].end(end_s))
                body = summary_to_dict(found, self._clock.zero_ns, time_ns, self._run.parameters)
                self._writer.add_summary(self._run.run_id, name, time_ns, body, self._usual[name])
                alert = post_run_alert(self._run.run_id, name, self._run.names[name], body, time_ns)
                if alert is not None:
                    self._add_alert(name, alert, end_s, time_ns)
        self._on_rows()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """A transaction; the first one announces the run."""
        with self._writer.transaction():
            if not self._announced:
                self._set_run_clock()
            if not self._dated:
                self._correct_date()
            before = self._writer.rows_added
            if not self._announced:
                for runner, name in self._run.names.items():
                    feet = [pod.foot for pod in self._run.pods if pod.runner == runner]
                    kept = self._run.pair_clocks.get(runner)
                    self._writer.add_run(
                        self._run.run_id,
                        runner,
                        name,
                        self._clock.zero_ns,
                        self._run.software,
                        feet,
                        None if kept is None else kept.sd_s,
                    )
            yield
        self._announced = True
        self._on_stored(self._writer.rows_added - before)

    def _set_run_clock(self) -> None:
        """Store when the session time of a live run is 0, and let stored rows follow the date of the recording."""
        self._writer.align_dates(self._run.run_id, self._clock.zero_ns)
        if self._now_s is not None:
            now = BootTime.now(self._monotonic_s)
            zero = replace(now, seconds=now.seconds - self._now_s())
            dated = is_date_trusted(self._clock.zero_ns / 1e9, self._newest_s)
            self._writer.set_run_clock(self._run.run_id, zero, dated=dated)
            self._dated = self._writer.is_dated(self._run.run_id)

    def _correct_date(self) -> None:
        """Move the run to its right date, as soon as the computer has it."""
        utc_s = time.time()
        if self._now_s is not None and is_date_trusted(utc_s, self._newest_s):
            begun = begun_utc(self._now_s(), utc_s)
            self._on_redated(begun)
            self._clock = RunClock(begun)
            self._writer.set_date(self._run.run_id, self._clock.zero_ns)
            self._dated = True

    def _add_alerts(self, runner: str, alerts: Sequence[Alert]) -> None:
        for alert in alerts:
            time_ns = self._clock.ns(alert.at_s)
            self._add_alert(
                runner,
                alert_to_dict(self._run.run_id, runner, self._run.names[runner], alert, time_ns),
                alert.at_s,
                time_ns,
            )

    def _add_alert(self, runner: str, body: Json, at_s: float, time_ns: int) -> None:
        age_s = max(self._now_s() - at_s, 0.0) if self._now_s is not None else None
        self._writer.add_alert(self._run.run_id, runner, time_ns, str(body["id"]), body, age_s)

    def _local_time(self, session_s: float) -> time_of_day:
        return datetime.fromtimestamp(self._clock.ns(session_s) / 1e9, UTC).astimezone().time()

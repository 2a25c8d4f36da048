"""Reports the running service: its status in a file, its metrics on a loopback port."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from types import TracebackType
from typing import Self

from surefoot.service import VERSION
from surefoot.service.exporters.status import ExporterStatus
from surefoot.service.problem_log import ProblemLog
from surefoot.service.runtime.recording_monitor import RecordingMonitor
from surefoot.service.settings import Settings
from surefoot.service.store.service_status import ServiceStatus, SinkStatus, write_status
from surefoot.service.views.service_metrics import metrics_text

log = logging.getLogger(__name__)

PERIOD_S = 10.0


class StatusReporter:
    """Writes the status every `PERIOD_S` while the context is open, and once more when it ends."""

    def __init__(self, settings: Settings, monitor: RecordingMonitor, sinks: Mapping[str, ExporterStatus]) -> None:
        self._settings = settings
        self._monitor = monitor
        self._sinks = sinks
        self._started_utc_s = time.time()
        self._problems = ProblemLog(log, logging.WARNING)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="status", daemon=True)

    def __enter__(self) -> Self:
        self._write(self.status())
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._thread.join()
        self._write(replace(self.status(), running=kind is not None))

    def status(self) -> ServiceStatus:
        """The service now."""
        sinks = tuple(
            SinkStatus(sink.name, sink.problem, sink.delivered, sink.restarts) for sink in self._sinks.values()
        )
        return ServiceStatus(VERSION, self._started_utc_s, time.time(), True, self._monitor.status, sinks)

    def metrics(self) -> str:
        """Metrics in Prometheus' text format; StoreError where the store cannot be read."""
        return metrics_text(self._settings.store_path, self.status())

    def _run(self) -> None:
        while not self._ending.wait(PERIOD_S):
            self._write(self.status())

    def _write(self, status: ServiceStatus) -> None:
        try:
            write_status(self._settings.data, status)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            self._problems.report(f"The status cannot be written ({reason})", "; recording goes on.")
        else:
            self._problems.resolve("The status is written again.")

"""The service's metrics about itself; none has a runner's name, a run or a pod's serial number in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from surefoot.dashboards.wall.access import MetricsToken
from surefoot.dashboards.wall.metrics_page import MetricsPage
from surefoot.service.errors.store import StoreError
from surefoot.service.exporters.exporter_thread import SINK_TABLES
from surefoot.service.serialization.prometheus import MetricFamily, Sample, prometheus_text
from surefoot.service.settings import Settings
from surefoot.service.store.boot_time import BootTime
from surefoot.service.store.outbox import Backlog, Outbox
from surefoot.service.store.service_status import RecordingStatus, ServiceStatus, SinkStatus, read_status


def metrics_text(store: Path, status: ServiceStatus | None) -> str:
    """Metrics in Prometheus' text format; without a service that runs, of what waits in the store alone.

    Raises
    ------
    StoreError
        if the store cannot be read.
    """
    alive = status is not None and status.is_alive(BootTime.now())
    names = [sink.name for sink in status.sinks] if status is not None else []
    families = [_gauge("surefoot_up", "Whether the service runs.", _one(int(alive)))]
    if status is not None and alive:
        families += [*_service(status), *_recording(status.recording), *_sinks(status.sinks)]
    return prometheus_text([*families, *_backlogs(sink_backlogs(store, names))])


def metrics_page(settings: Settings) -> MetricsPage:
    """Metrics of a service in another process, for the wall."""

    def read() -> str:
        try:
            return metrics_text(settings.store_path, read_status(settings.data))
        except StoreError as error:
            raise OSError(str(error)) from error

    return MetricsPage(read, MetricsToken(settings.metrics.token.get_secret_value()))


def sink_backlogs(store: Path, names: Sequence[str]) -> Mapping[str, Backlog]:
    """Sink → its rows that wait or were refused; StoreError where the store cannot be read."""
    found = {}
    for name in names:
        with Outbox(store, name) as outbox:
            found[name] = outbox.backlog(SINK_TABLES[name])
    return found


def _service(status: ServiceStatus) -> Iterator[MetricFamily]:
    yield _gauge("surefoot_build_info", "Version of the software.", [({"version": status.version}, 1)])
    started = _one(status.started_utc_s)
    yield _gauge("surefoot_start_time_seconds", "When the service started, in seconds since 1970.", started)


def _recording(recording: RecordingStatus) -> Iterator[MetricFamily]:
    pods, totals = recording.pods, recording.totals
    yield _counter("surefoot_runs_total", "Runs begun or continued since the start.", _one(recording.runs))
    restarts = _one(recording.restarts)
    yield _counter("surefoot_recording_restarts_total", "Times that recording began again after an error.", restarts)
    yield _counter("surefoot_rows_stored_total", "Rows written to the local store.", _one(recording.rows))
    lag = [] if recording.lag_s is None else _one(recording.lag_s)
    yield _gauge("surefoot_analysis_lag_seconds", "Age of the newest sample analysed, during a run.", lag)
    states = _by("state", connected=pods.connected, away=pods.away, refused=pods.refused)
    yield _gauge("surefoot_pods", "Pods of the run in progress.", states)
    results = _by(
        "result", received=totals.received, duplicate=totals.duplicate, malformed=totals.malformed, lost=totals.lost
    )
    yield _counter("surefoot_packets_total", "Packets of all pods; duplicate and malformed are received too.", results)
    yield _counter("surefoot_pod_reconnects_total", "Connections after a pod's first.", _one(totals.reconnects))
    yield _counter("surefoot_pod_reboots_total", "Restarts of pods during runs.", _one(totals.reboots))


def _sinks(sinks: Sequence[SinkStatus]) -> Iterator[MetricFamily]:
    up = [({"sink": sink.name}, int(not sink.problem)) for sink in sinks]
    yield _gauge("surefoot_sink_up", "Whether the sink takes rows.", up)
    delivered = [({"sink": sink.name}, sink.delivered) for sink in sinks]
    taken = "Rows that the sink has taken, or that were out of date for it."
    yield _counter("surefoot_sink_rows_written_total", taken, delivered)
    restarts = [({"sink": sink.name}, sink.restarts) for sink in sinks]
    yield _counter("surefoot_sink_restarts_total", "Restarts of the exporter after an unexpected error.", restarts)


def _backlogs(backlogs: Mapping[str, Backlog]) -> Iterator[MetricFamily]:
    waiting = [({"sink": name}, backlog.waiting) for name, backlog in backlogs.items()]
    yield _gauge("surefoot_sink_rows_waiting", "Rows that wait for the sink.", waiting)
    refused = [({"sink": name}, backlog.refused) for name, backlog in backlogs.items()]
    yield _gauge("surefoot_sink_rows_refused", "Rows that the sink has refused for good.", refused)
    lags = [({"sink": name}, backlog.lag_s) for name, backlog in backlogs.items()]
    yield _gauge("surefoot_sink_lag_seconds", "Age of the oldest row that waits for the sink.", lags)


def _one(value: float) -> list[Sample]:
    return [({}, value)]


def _by(label: str, **values: float) -> list[Sample]:
    return [({label: name}, value) for name, value in values.items()]


def _gauge(name: str, meaning: str, samples: Sequence[Sample]) -> MetricFamily:
    return MetricFamily(name, "gauge", meaning, samples)


def _counter(name: str, meaning: str, samples: Sequence[Sample]) -> MetricFamily:
    return MetricFamily(name, "counter", meaning, samples)

"""All exporters in a thread of their own, so that a slow server does not delay the recording."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from types import TracebackType
from typing import Self

from surefoot.service.errors.store import StoreError
from surefoot.service.exporters.command import CommandExporter
from surefoot.service.exporters.influxdb import InfluxExporter
from surefoot.service.exporters.influxdb_client import InfluxClient
from surefoot.service.exporters.mail import Mail
from surefoot.service.exporters.messages import MessageExporter
from surefoot.service.exporters.mqtt import PUBLISHED_TABLES, MqttExporter
from surefoot.service.exporters.ntfy import Ntfy
from surefoot.service.exporters.private_influxdb import PRIVATE_BUCKET, PrivateInfluxExporter, private_client
from surefoot.service.exporters.private_mqtt import PRIVATE_TOPIC, PrivateMqttExporter
from surefoot.service.exporters.status import ExporterStatus, RowsAvailable
from surefoot.service.exporters.web_push import WebPush
from surefoot.service.problem_log import ProblemLog
from surefoot.service.settings import Settings
from surefoot.service.store.outbox import Outbox
from surefoot.service.store.schema import EXPORTED_TABLES

log = logging.getLogger(__name__)

DRAIN_TIMEOUT_S = 5.0
"""Longest wait for pending rows when leaving; the rest is exported next time."""
RESTART_DELAY_S = 5.0
"""Pause before an exporter that failed is restarted."""
DRAIN_POLL_S = 0.05
CANCEL_RETRY_S = 1.0
"""Tasks that have not ended within this time after a cancellation are cancelled again."""

SINK_TABLES = {
    "influxdb": EXPORTED_TABLES,
    "mqtt": PUBLISHED_TABLES,
    "command": ("alerts",),
    "e-mail": ("summaries",),
    "ntfy": ("summaries",),
    "web push": ("summaries",),
    PRIVATE_BUCKET: (),
    PRIVATE_TOPIC: (),
}
"""Exporter → the tables that it exports."""
MESSAGE_SINKS = ("e-mail", "ntfy", "web push")
"""Exporters that any process may run beside others; they send nothing twice."""

RunExporter = Callable[[Settings, ExporterStatus, RowsAvailable], Awaitable[None]]


async def _influxdb(settings: Settings, status: ExporterStatus, rows_available: RowsAvailable) -> None:
    days = settings.influxdb.retention_days
    with Outbox(settings.store_path, status.name) as outbox, InfluxClient(settings.influxdb) as influx:
        await InfluxExporter(outbox, influx, status, retention_days=days).run(rows_available)


async def _mqtt(settings: Settings, status: ExporterStatus, rows_available: RowsAvailable) -> None:
    with Outbox(settings.store_path, status.name) as outbox:
        await MqttExporter(outbox, settings.mqtt, status).run(rows_available)


async def _command(settings: Settings, status: ExporterStatus, rows_available: RowsAvailable) -> None:
    with Outbox(settings.store_path, status.name) as outbox:
        await CommandExporter(outbox, settings.command, status).run(rows_available)


async def _mail(settings: Settings, status: ExporterStatus, rows_available: RowsAvailable) -> None:
    with Outbox(settings.store_path, status.name) as outbox:
        await MessageExporter(outbox, settings, status, Mail(settings.messages)).run(rows_available)


async def _ntfy(settings: Settings, status: ExporterStatus, rows_available: RowsAvailable) -> None:
    with Outbox(settings.store_path, status.name) as outbox:
        await MessageExporter(outbox, settings, status, Ntfy(settings.messages)).run(rows_available)


async def _web_push(settings: Settings, status: ExporterStatus, rows_available: RowsAvailable) -> None:
    with Outbox(settings.store_path, status.name) as outbox:
        await MessageExporter(outbox, settings, status, WebPush(settings)).run(rows_available)


async def _private_influxdb(settings: Settings, status: ExporterStatus, rows_available: RowsAvailable) -> None:
    with private_client(settings.influxdb) as influx:
        await PrivateInfluxExporter(settings.data, influx, status).run(rows_available)


async def _private_mqtt(settings: Settings, status: ExporterStatus, rows_available: RowsAvailable) -> None:
    with Outbox(settings.store_path, status.name) as outbox:
        await PrivateMqttExporter(outbox, settings.mqtt, status).run(rows_available)


class ExporterThread:
    """Runs the exporters that the settings name while the context is open; `statuses` has one per exporter.

    Parameters
    ----------
    sinks : exporters that may run here.
    """

    def __init__(self, settings: Settings, sinks: Collection[str] = tuple(SINK_TABLES)) -> None:
        wanted: dict[str, tuple[object, RunExporter, tuple[str, ...]]] = {
            "influxdb": (settings.influxdb.url, _influxdb, EXPORTED_TABLES),
            "mqtt": (settings.mqtt.host, _mqtt, ("alerts", "summaries")),
            "command": (settings.command.program, _command, ("alerts",)),
            "e-mail": (settings.messages.smtp_host, _mail, ("summaries",)),
            "ntfy": (settings.messages.ntfy_url, _ntfy, ("summaries",)),
            "web push": (settings.messages.push_contact, _web_push, ("summaries",)),
            PRIVATE_BUCKET: (settings.influxdb.url and settings.influxdb.private_bucket, _private_influxdb, ()),
            PRIVATE_TOPIC: (settings.mqtt.host and settings.mqtt.private_topic, _private_mqtt, ()),
        }
        self._settings = settings
        self._exporters = {
            name: run_exporter for name, (there, run_exporter, _) in wanted.items() if there and name in sinks
        }
        self._drained_tables = {name: tables for name, (_, _, tables) in wanted.items() if name in self._exporters}
        self.statuses = {name: ExporterStatus(name) for name in self._exporters}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._signals: list[RowsAvailable] = []
        self._started, self._leave = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), name="exporters", daemon=True)

    def __enter__(self) -> Self:
        if self._exporters:
            self._thread.start()
            self._started.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._leave.set)
            self._thread.join()

    def notify(self) -> None:
        """Wake the exporters for new rows; may be called from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._notify)

    def _notify(self) -> None:
        for rows_available in self._signals:
            rows_available.notify()

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        work = []
        for name, run_exporter in self._exporters.items():
            rows_available = RowsAvailable()
            self._signals.append(rows_available)
            work.append(
                asyncio.create_task(
                    self._run_with_restart(run_exporter, self.statuses[name], rows_available), name=name
                )
            )
        self._started.set()
        await self._leave.wait()
        self._notify()
        with suppress(TimeoutError, StoreError):
            async with asyncio.timeout(DRAIN_TIMEOUT_S):
                await self._wait_until_drained()
        while work:
            for task in work:
                task.cancel()  # repeated, as a client's own exception may replace the first cancellation
            work = list((await asyncio.wait(work, timeout=CANCEL_RETRY_S))[1])

    async def _run_with_restart(
        self, run_exporter: RunExporter, status: ExporterStatus, rows_available: RowsAvailable
    ) -> None:
        """Run an exporter; restart it after any exception, as its cursor is in the store."""
        problems = ProblemLog(log, logging.ERROR)
        while True:
            try:
                await run_exporter(self._settings, status, rows_available)
            except StoreError as error:  # told in one sentence: it is no fault of the exporter
                status.mark_down(str(error))
                status.restarts += 1
                problems.report(f"{status.name}: {error}", f" Beginning anew in {RESTART_DELAY_S:.0f} s.")
            except Exception as error:
                status.mark_down(str(error))
                status.restarts += 1
                log.exception("%s: beginning anew", status.name)
            await asyncio.sleep(RESTART_DELAY_S)

    async def _wait_until_drained(self) -> None:
        """Return when every exporter that is up has no pending rows."""
        for name, tables in self._drained_tables.items():
            with Outbox(self._settings.store_path, name) as outbox:
                while not self.statuses[name].problem and any(outbox.pending_count(table) for table in tables):
                    await asyncio.sleep(DRAIN_POLL_S)

"""All shippers in a thread of their own, so that no slow server ever holds up a pod."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from surefoot.service.errors import StoreError
from surefoot.service.exporters.command import CommandShipper
from surefoot.service.exporters.influxdb import InfluxShipper
from surefoot.service.exporters.influxdb_client import Influx
from surefoot.service.exporters.mqtt import MqttShipper
from surefoot.service.exporters.status import News, SinkState
from surefoot.service.settings import Settings
from surefoot.service.store.outbox import Outbox
from surefoot.service.store.schema import SHIPPED

log = logging.getLogger(__name__)

LAST_S = 5.0
"""At the end, for what is still on its way; the rest is shipped next time."""
AGAIN_S = 5.0
LOOK_S, ASK_AGAIN_S = 0.05, 1.0

Ship = Callable[[Settings, SinkState, News], Awaitable[None]]


async def _influxdb(settings: Settings, state: SinkState, news: News) -> None:
    days = settings.influxdb.retention_days
    with Outbox(settings.store_path, state.name) as outbox, Influx(settings.influxdb) as influx:
        await InfluxShipper(outbox, influx, state, retention_days=days).run(news)


async def _mqtt(settings: Settings, state: SinkState, news: News) -> None:
    with Outbox(settings.store_path, state.name) as outbox:
        await MqttShipper(outbox, settings.mqtt, state).run(news)


async def _command(settings: Settings, state: SinkState, news: News) -> None:
    with Outbox(settings.store_path, state.name) as outbox:
        await CommandShipper(outbox, settings.command, state).run(news)


class Dispatch:
    """Ships to everything that the settings name, while the context is open; `states` say how that goes."""

    def __init__(self, settings: Settings) -> None:
        wanted: dict[str, tuple[object, Ship, tuple[str, ...]]] = {
            "influxdb": (settings.influxdb.url, _influxdb, SHIPPED),
            "mqtt": (settings.mqtt.host, _mqtt, ("alerts", "summaries")),
            "command": (settings.command.program, _command, ("alerts",)),
        }
        self._settings = settings
        self._ships = {name: ship for name, (there, ship, _) in wanted.items() if there}
        self._awaited = {name: sources for name, (_, _, sources) in wanted.items() if name in self._ships}
        self.states = {name: SinkState(name) for name in self._ships}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news: list[News] = []
        self._started, self._leave = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), name="dispatch", daemon=True)

    def __enter__(self) -> Self:
        if self._ships:
            self._thread.start()
            self._started.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._leave.set)
            self._thread.join()

    def tell(self) -> None:
        """There are new rows; may be called from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._tell)

    def _tell(self) -> None:
        for news in self._news:
            news.tell()

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        work = []
        for name, ship in self._ships.items():
            news = News()
            self._news.append(news)
            work.append(asyncio.create_task(self._for_ever(ship, self.states[name], news), name=name))
        self._started.set()
        await self._leave.wait()
        self._tell()
        with suppress(TimeoutError, StoreError):
            async with asyncio.timeout(LAST_S):
                await self._nothing_waits()
        while work:
            for task in work:
                task.cancel()  # again, where a client's own failure took the first one's place
            work = list((await asyncio.wait(work, timeout=ASK_AGAIN_S))[1])

    async def _for_ever(self, ship: Ship, state: SinkState, news: News) -> None:
        """A shipper that fails, whatever it is, begins anew: its cursor is in the store."""
        while True:
            try:
                await ship(self._settings, state, news)
            except Exception as error:
                state.failed(str(error))
                log.exception("%s: beginning anew", state.name)
            await asyncio.sleep(AGAIN_S)

    async def _nothing_waits(self) -> None:
        """Until every sink that works has had everything."""
        for name, sources in self._awaited.items():
            with Outbox(self._settings.store_path, name) as outbox:
                while not self.states[name].problem and any(outbox.waiting(source) for source in sources):
                    await asyncio.sleep(LOOK_S)

"""Runs the wall in its own thread, so that viewers cannot delay a run."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress
from functools import partial
from ssl import SSLContext
from types import TracebackType
from typing import Any

import uvicorn

from surefoot.dashboards.data_source import ViewDataSource
from surefoot.dashboards.diary_source import DiarySource
from surefoot.dashboards.history_source import HistorySource
from surefoot.dashboards.part_store import PartStore
from surefoot.dashboards.plan_source import PlanSource
from surefoot.dashboards.timer_source import TimerSource
from surefoot.dashboards.viewers import AccountBook
from surefoot.dashboards.wall.application import WallApplication
from surefoot.dashboards.wall.connections import MAX_HEAD_BYTES, Connections, WallProtocol
from surefoot.dashboards.wall.metrics_page import MetricsPage

LOOPBACK = "127.0.0.1"
START_TIMEOUT_S, STOP_TIMEOUT_S = 10.0, 5.0
BACKLOG = 512
UVICORN_OPTIONS: dict[str, Any] = {
    "interface": "asgi3",
    "ws": "none",
    "log_config": None,
    "access_log": False,
    "lifespan": "off",
    "proxy_headers": True,
    "forwarded_allow_ips": LOOPBACK,
    "h11_max_incomplete_event_size": MAX_HEAD_BYTES,
}
"""A proxy on this computer may say whom it asks for."""


class WallServer:
    """Context manager that serves the wall while it is entered.

    Parameters
    ----------
    port : 0 for any that is free.
    tls : certificate and key, for HTTPS; None for HTTP.
    parts : takes what gateways send; None where nothing is taken.
    diary, history, plans : keep what runners say, and show it over weeks; None where nothing is kept.
    timers : know the next session of a runner's plan, and where it is now; None without the page that times it.

    Raises
    ------
    OSError
        if the address cannot be used.
    """

    def __init__(
        self,
        source: ViewDataSource,
        host: str = LOOPBACK,
        port: int = 0,
        accounts: AccountBook | None = None,
        metrics: MetricsPage | None = None,
        tls: SSLContext | None = None,
        parts: PartStore | None = None,
        diary: DiarySource | None = None,
        history: HistorySource | None = None,
        timers: TimerSource | None = None,
        plans: PlanSource | None = None,
    ) -> None:
        self._source = source
        self._kept = parts, diary, history, timers, plans
        self._accounts = accounts
        self._metrics = metrics
        self._tls = tls
        self._socket = listening_socket(host, port)
        self.port = int(self._socket.getsockname()[1])
        self._ready = threading.Event()
        self._stop: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="wall", daemon=True)

    def __enter__(self) -> WallServer:
        self._thread.start()
        self._ready.wait(START_TIMEOUT_S)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stop is not None:
            loop, closing = self._stop
            with suppress(RuntimeError):  # it has ended by itself
                loop.call_soon_threadsafe(closing.set)
        self._thread.join(STOP_TIMEOUT_S)
        self._socket.close()

    async def _serve(self) -> None:
        wall = WallApplication(self._source, self._accounts, self._metrics, *self._kept)
        self._stop = asyncio.get_running_loop(), wall.closing
        config = uvicorn.Config(wall.application(), **UVICORN_OPTIONS)
        config.load()
        connections = Connections(partial(WallProtocol, config), self._tls)
        accepting = asyncio.create_task(connections.accept(self._socket), name="accept")
        self._ready.set()
        await wall.closing.wait()
        accepting.cancel()
        await connections.end()


def listening_socket(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises
    ------
    OSError
        if the address cannot be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError:
        listening.close()
        raise
    return listening

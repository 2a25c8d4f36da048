"""Connections of the wall: how many there may be, how long each may keep it waiting, and how much it may send ahead."""

from __future__ import annotations

import asyncio
import socket
from asyncio.sslproto import SSLProtocol
from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv6Address, ip_address, ip_network
from ssl import SSLContext

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

MAX_CONNECTIONS, MAX_PER_NETWORK = 256, 128
"""In all, and of one address; far below the 1024 files that a process may usually have open."""
MAX_WAIT_S = 10.0
"""Longest wait for the rest of a request, for a TLS handshake, and for a client that does not take its answer."""
CHECK_PERIOD_S = 1.0
END_TIMEOUT_S = 1.0
MAX_HEAD_BYTES = 16_384
"""Of a request's line and headers, and of what is sent before the answer to the request before."""
IPV6_SITE_BITS = 64
"""Of an IPv6 address; whoever has one usually has all others with these bits."""

SSLProtocol.max_size = MAX_HEAD_BYTES  # of each connection's buffer, which has 256 KiB otherwise, all of it in memory


def network_of(address: str) -> str:
    """Whom an address counts for: itself, or its site in IPv6."""
    try:
        found = ip_address(address)
    except ValueError:  # a name that a proxy gave
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((found, IPV6_SITE_BITS), strict=False))
    return address


class WallProtocol(H11Protocol):
    """One connection; knows whether its client keeps it waiting."""

    def __init__(self, config: uvicorn.Config, network: str) -> None:
        super().__init__(config, ServerState(), {})
        self.network = network
        self.closed: asyncio.Future[None] = self.loop.create_future()
        self._moved_s = self.loop.time()

    @property
    def waits(self) -> bool:
        """Whether nothing happens before the client sends or takes something."""
        return self.transport is None or self._is_incomplete or self.transport.get_write_buffer_size() > 0

    @property
    def _is_incomplete(self) -> bool:
        return self.conn.their_state in (h11.IDLE, h11.SEND_BODY)

    def is_overdue(self) -> bool:
        """Whether it has waited for its client all the time, for longer than `MAX_WAIT_S`; to be asked regularly."""
        now_s = self.loop.time()
        if not self.waits:
            self._moved_s = now_s
        return now_s - self._moved_s > MAX_WAIT_S

    def data_received(self, data: bytes) -> None:
        """Take data; a client that sends far ahead of the answers is cut off."""
        super().data_received(data)
        if len(self.conn.trailing_data[0]) > MAX_HEAD_BYTES:
            self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        """Refuse a malformed request, also in the middle of the answer to it."""
        with suppress(h11.LocalProtocolError):
            super().send_400_response(msg)
        self.transport.close()

    def on_response_complete(self) -> None:
        """The next request has its full time."""
        self._moved_s = self.loop.time()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits for the end."""
        super().connection_lost(exc)
        if not self.closed.done():
            self.closed.set_result(None)


class Connections:
    """Accepts connections; one too many costs the oldest that only waits for its client.

    Parameters
    ----------
    protocol : makes the protocol of a connection from a network.
    """

    def __init__(self, protocol: Callable[[str], WallProtocol], tls: SSLContext | None) -> None:
        self._protocol = protocol
        self._tls = tls
        self._tasks: dict[WallProtocol, asyncio.Task[None]] = {}

    async def accept(self, listening: socket.socket) -> None:
        """Accept connections until cancelled."""
        loop = asyncio.get_running_loop()
        listening.setblocking(False)
        while True:
            try:
                connection, address = await loop.sock_accept(listening)
            except OSError:  # too many open files, or a client that is gone
                await asyncio.sleep(CHECK_PERIOD_S)
                continue
            self._admit(connection, network_of(address[0]))
            await asyncio.sleep(0.0)  # where others wait already, accepting does not yield

    async def end(self) -> None:
        """Close all connections; answers in progress have a moment to end."""
        for protocol, task in list(self._tasks.items()):
            if protocol.waits:
                task.cancel()
            else:
                protocol.shutdown()
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=END_TIMEOUT_S)
        for task in list(self._tasks.values()):
            task.cancel()

    def _admit(self, connection: socket.socket, network: str) -> None:
        if not self._make_room(network):
            connection.close()
            return
        protocol = self._protocol(network)
        task = asyncio.create_task(self._attend(connection, protocol), name=f"wall, {network}")
        self._tasks[protocol] = task
        task.add_done_callback(lambda _: self._tasks.pop(protocol, None))

    def _make_room(self, network: str) -> bool:
        """Whether one more may come; where there are too many, the oldest that waits for its client has to go."""
        same = [each for each in self._tasks if each.network == network]
        crowd = same if len(same) >= MAX_PER_NETWORK else list(self._tasks)
        if len(same) < MAX_PER_NETWORK and len(crowd) < MAX_CONNECTIONS:
            return True
        oldest = next((each for each in crowd if each.waits), None)
        if oldest is not None:
            self._tasks.pop(oldest).cancel()
        return oldest is not None

    async def _attend(self, connection: socket.socket, protocol: WallProtocol) -> None:
        """Serve a connection until it is closed or overdue."""
        loop = asyncio.get_running_loop()
        patience_s = None if self._tls is None else MAX_WAIT_S
        with suppress(OSError):  # a handshake that fails, or a client that is gone
            await loop.connect_accepted_socket(
                lambda: protocol, connection, ssl=self._tls, ssl_handshake_timeout=patience_s
            )
        try:
            while protocol.transport is not None and not protocol.closed.done() and not protocol.is_overdue():
                await asyncio.wait([protocol.closed], timeout=CHECK_PERIOD_S)
        finally:
            if protocol.transport is not None:
                protocol.transport.abort()

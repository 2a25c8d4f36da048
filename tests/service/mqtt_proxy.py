"""Proxies in front of mosquitto: a broker that is out of quota for a while, and one that has no MQTT 5."""

from __future__ import annotations

import asyncio
import threading
from typing import Self

PUBACK, QUOTA_EXCEEDED = 0x40, 0x97
VERSION_5, REFUSED_VERSION = b"\x05", b"\x20\x02\x00\x01"


class Proxy:
    """Passes everything on to a broker while entered."""

    def __init__(self, broker_port: int) -> None:
        self.port = 0
        self._broker_port = broker_port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        serving = asyncio.start_server(self._pass_on, "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(serving, self._loop).result()
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _pass_on(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        broker, to_broker = await asyncio.open_connection("127.0.0.1", self._broker_port)
        try:
            if await self._greets(client, to_client, to_broker):
                async with asyncio.TaskGroup() as group:
                    group.create_task(_copy(client, to_broker))
                    group.create_task(self._answer(broker, to_client))
        finally:
            to_client.close()
            to_broker.close()

    async def _greets(
        self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter, to_broker: asyncio.StreamWriter
    ) -> bool:
        """Whether a connection that begins like this goes on."""
        del client, to_client, to_broker
        return True

    async def _answer(self, broker: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        await _copy(broker, to_client)


class QuotaProxy(Proxy):
    """While `exhausted`, every acknowledgement of a message says that the quota is exceeded."""

    def __init__(self, broker_port: int) -> None:
        super().__init__(broker_port)
        self.exhausted = False
        self.refused = 0

    async def _answer(self, broker: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        """Pass packets on to the client, one by one."""
        try:
            while True:
                kind, head = await broker.readexactly(1), b""
                while not head or head[-1] & 0x80:
                    head += await broker.readexactly(1)
                length = sum((byte & 0x7F) << (7 * place) for place, byte in enumerate(head))
                body = await broker.readexactly(length)
                if self.exhausted and kind[0] == PUBACK:
                    self.refused += 1
                    head, body = b"\x03", body[:2] + bytes([QUOTA_EXCEEDED])
                to_client.write(kind + head + body)
        except (asyncio.IncompleteReadError, ConnectionError):
            to_client.close()


class OldVersionProxy(Proxy):
    """Refuses MQTT 5 as a broker does that has 3.1.1 only; `refused` counts it."""

    def __init__(self, broker_port: int) -> None:
        super().__init__(broker_port)
        self.refused = 0

    async def _greets(
        self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter, to_broker: asyncio.StreamWriter
    ) -> bool:
        head = await client.readuntil(b"MQTT")
        version = await client.readexactly(1)
        if version == VERSION_5:
            self.refused += 1
            to_client.write(REFUSED_VERSION)
            return False
        to_broker.write(head + version)
        return True


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65536):
            target.write(data)
    except ConnectionError:
        pass
    target.close()

"""A link to a pod that is being examined: what it says, byte for byte, with nothing forgiven."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager, suppress

from bleak import BleakClient
from bleak.exc import BleakGATTProtocolError

from surefoot.sensor_ingest.ble.adapter import Advertisement, RadioBackend
from surefoot.sensor_ingest.ble.pod_client import CONNECT_TIMEOUT_S, PAIRING_TIMEOUT_S
from surefoot.sensor_ingest.pod_store.store_protocol import STORE_INFO_UUID, TRANSFER_UUID
from surefoot.sensor_ingest.protocol import CONTROL_UUID, INFO_UUID, STREAM_UUID, Command, Opcode

SERIAL_UUID = "00002a25-0000-1000-8000-00805f9b34fb"
REPLY_TIMEOUT_S = 3.0


class ConformLink:
    """One connection; `packets`, with when they came, and `fragments` are all notifications so far."""

    def __init__(self, client: BleakClient) -> None:
        self.packets: list[bytes] = []
        self.arrivals_s: list[float] = []
        self.fragments: list[bytes] = []
        self._client = client
        self._replies: asyncio.Queue[bytes] = asyncio.Queue()

    @property
    def has_store(self) -> bool:
        """The pod has the Store service."""
        return self._client.services.get_characteristic(TRANSFER_UUID) is not None

    def properties(self, uuid: str) -> frozenset[str]:
        """What a characteristic can do; empty without it."""
        found = self._client.services.get_characteristic(uuid)
        return frozenset(found.properties) if found is not None else frozenset()

    async def read(self, uuid: str) -> bytes:
        """Value of a characteristic; empty without it."""
        return bytes(await self._client.read_gatt_char(uuid)) if self.properties(uuid) else b""

    async def info(self) -> bytes:
        """Value of the info characteristic."""
        return await self.read(INFO_UUID)

    async def store_info(self) -> bytes:
        """Value of the store info characteristic."""
        return await self.read(STORE_INFO_UUID)

    async def write_error(self, data: bytes) -> int | None:
        """Write a command that should be refused; the ATT error, None without one."""
        return await _error_of(self._client.write_gatt_char(CONTROL_UUID, data, response=True))

    async def read_error(self, uuid: str) -> int | None:
        """Read what should be refused; the ATT error, None without one."""
        return await _error_of(self._client.read_gatt_char(uuid))

    async def pair(self) -> None:
        """Bond; macOS has no call for it, and does so by itself on a request that needs it. BleakError if refused."""
        with suppress(NotImplementedError):
            async with asyncio.timeout(PAIRING_TIMEOUT_S):
                await self._client.pair()

    async def subscribe_replies(self) -> None:
        """Subscribe to the control point."""
        await self._client.start_notify(CONTROL_UUID, lambda _, data: self._replies.put_nowait(bytes(data)))

    async def subscribe_stream(self) -> None:
        """Subscribe to packets."""
        now_s = asyncio.get_running_loop().time

        def on_packet(_: object, data: bytearray) -> None:
            self.arrivals_s.append(now_s())
            self.packets.append(bytes(data))

        await self._client.start_notify(STREAM_UUID, on_packet)

    async def subscribe_transfer(self) -> None:
        """Subscribe to transfers."""
        await self._client.start_notify(TRANSFER_UUID, lambda _, data: self.fragments.append(bytes(data)))

    async def order(self, opcode: Opcode, *arguments: int) -> bytes:
        """Write a command; its reply, empty if there is none."""
        return await self.write(bytes(Command(opcode, arguments)))

    async def write(self, data: bytes) -> bytes:
        """Write to the control point; the reply, empty if there is none."""
        return (await self.write_all([data]))[0]

    async def write_all(self, commands: Sequence[bytes]) -> list[bytes]:
        """Write to the control point without waiting in between; the replies, empty where none came."""
        for data in commands:
            await self._client.write_gatt_char(CONTROL_UUID, data, response=True)
        return [await self._reply() for _ in commands]

    async def _reply(self) -> bytes:
        try:
            async with asyncio.timeout(REPLY_TIMEOUT_S):
                return await self._replies.get()
        except TimeoutError:
            return b""


async def _error_of(request: Awaitable[object]) -> int | None:
    try:
        await request
    except BleakGATTProtocolError as error:
        return int(error.code)
    return None


@asynccontextmanager
async def conform_link(advertisement: Advertisement, radio: RadioBackend) -> AsyncIterator[ConformLink]:
    """Connect; disconnect on exit."""
    async with BleakClient(advertisement.device, timeout=CONNECT_TIMEOUT_S, **radio.client) as client:
        yield ConformLink(client)

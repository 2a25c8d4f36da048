"""GATT client of one pod for a single connection; after a loss a new one is made."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from typing import TypeVar

from bleak import BleakClient
from bleak.exc import BleakDBusError, BleakError, BleakGATTProtocolError, BleakGATTProtocolErrorCode

from surefoot.sensor_ingest.ble.adapter import Advertisement, RadioBackend
from surefoot.sensor_ingest.ble.errors import LinkLostError, NotBondedError
from surefoot.sensor_ingest.ble.pairing_agent import agreeing_to_pair
from surefoot.sensor_ingest.pod_store.store_protocol import STORE_INFO_UUID, TRANSFER_UUID, StoreInfo
from surefoot.sensor_ingest.protocol import (
    BOND_UUID,
    CONTROL_UUID,
    INFO_UUID,
    STREAM_UUID,
    Command,
    Opcode,
    PodInfo,
    ProtocolError,
    Reply,
)

BATTERY_UUID = "00002a19-0000-1000-8000-00805f9b34fb"
CONNECT_TIMEOUT_S = 10.0
REPLY_TIMEOUT_S = 5.0
PAIRING_TIMEOUT_S = 20.0
"""Includes the time in which a person may have to agree."""
DISCONNECT_TIMEOUT_S = 5.0
"""BlueZ takes about 2 s."""

T = TypeVar("T")
PacketCallback = Callable[[float, bytes], None]
BatteryCallback = Callable[[int], None]

_Code = BleakGATTProtocolErrorCode
_UNBONDED_CODES = (
    _Code.INSUFFICIENT_AUTHENTICATION,
    _Code.INSUFFICIENT_ENCRYPTION,
    _Code.INSUFFICIENT_ENCRYPTION_KEY_SIZE,
)
_BLUEZ_UNBONDED = "org.bluez.Error.NotPermitted", "Not paired"


class PodClient:
    """A link to a pod. All methods may raise BleakError, TimeoutError, OSError, EOFError or LinkLostError.

    Where the pod demands a bond, it is paired with, unless `may_pair` is False: then, and where that fails,
    NotBondedError is raised. Systems that pair by themselves are let do so.
    """

    def __init__(self, advertisement: Advertisement, radio: RadioBackend) -> None:
        self.disconnected = asyncio.Event()
        self.may_pair = True
        self._address = advertisement.device.address
        self._on_system = "backend" not in radio.client
        self._client = BleakClient(advertisement.device, self._on_disconnect, timeout=CONNECT_TIMEOUT_S, **radio.client)
        self._pending_reply: tuple[Opcode, asyncio.Future[Reply | None]] | None = None
        self._command_lock = asyncio.Lock()

    async def connect(self) -> None:
        """Connect and discover services."""
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            await self._client.connect()

    async def close(self) -> None:
        """Disconnect, also after a loss: otherwise BlueZ keeps delivering notifications to this client too."""
        try:
            async with asyncio.timeout(DISCONNECT_TIMEOUT_S):
                await self._client.disconnect()
        except (BleakError, OSError, EOFError, TimeoutError):
            return

    async def read_info(self) -> PodInfo:
        """Read the info characteristic; ProtocolError if it is malformed."""
        return PodInfo.from_bytes(bytes(await self._client.read_gatt_char(INFO_UUID)))

    @property
    def demands_bond(self) -> bool:
        """Whether the pod says that it takes commands from bonded clients only."""
        return self._client.services.get_characteristic(BOND_UUID) is not None

    async def read_bond(self) -> None:
        """Read what only a bonded client can read."""
        may_be_asked = self.may_pair and self._on_system
        async with agreeing_to_pair(self._address) if may_be_asked else nullcontext():
            await self._bonded(lambda: self._client.read_gatt_char(BOND_UUID))

    @property
    def has_store(self) -> bool:
        """Whether the pod keeps what it samples."""
        return self._client.services.get_characteristic(TRANSFER_UUID) is not None

    async def read_store_info(self) -> StoreInfo:
        """Read the store info characteristic; ProtocolError if it is malformed."""
        return StoreInfo.from_bytes(bytes(await self._bonded(lambda: self._client.read_gatt_char(STORE_INFO_UUID))))

    async def subscribe_transfer(self, on_fragment: Callable[[bytes], None]) -> None:
        """Call `on_fragment(data)` for each notification of a transfer."""
        await self._client.start_notify(TRANSFER_UUID, lambda _, data: on_fragment(bytes(data)))

    async def subscribe_replies(self) -> None:
        """Subscribe to the control point; required before the first command."""
        await self._bonded(lambda: self._client.start_notify(CONTROL_UUID, lambda _, data: self._on_reply(bytes(data))))

    async def subscribe_packets(self, on_packet: PacketCallback) -> None:
        """Call `on_packet(arrival_s, data)` for each notification; arrival in the event loop's time."""
        now_s = asyncio.get_running_loop().time

        def on_notification(_: object, data: bytearray) -> None:
            arrival_s = now_s()
            on_packet(arrival_s, bytes(data))

        await self._client.start_notify(STREAM_UUID, on_notification)

    async def subscribe_battery(self, on_battery: BatteryCallback) -> None:
        """Call `on_battery(percent)` now and on each change; does nothing without a battery service."""
        if self._client.services.get_characteristic(BATTERY_UUID) is None:
            return

        def on_value(data: bytes | bytearray) -> None:
            if len(data) == 1 and data[0] <= 100:
                on_battery(data[0])

        on_value(await self._client.read_gatt_char(BATTERY_UUID))
        await self._client.start_notify(BATTERY_UUID, lambda _, data: on_value(data))

    async def send_command(self, opcode: Opcode, *arguments: int) -> Reply:
        """Write a command and wait for its reply."""
        async with self._command_lock:
            if self.disconnected.is_set():
                raise LinkLostError("the pod is out of reach")
            reply_future: asyncio.Future[Reply | None] = asyncio.get_running_loop().create_future()
            self._pending_reply = opcode, reply_future
            command = bytes(Command(opcode, arguments))
            try:
                async with asyncio.timeout(REPLY_TIMEOUT_S):
                    await self._bonded(lambda: self._client.write_gatt_char(CONTROL_UUID, command, response=True))
                    reply = await reply_future
            finally:
                self._pending_reply = None
        if reply is None:
            raise LinkLostError("the pod went out of reach")
        return reply

    async def _bonded(self, request: Callable[[], Awaitable[T]]) -> T:
        """Make a request; where the pod refuses it for want of a bond, pair and make it again."""
        try:
            return await request()
        except BleakError as error:
            if not _is_unbonded(error):
                raise
            if not self.may_pair:
                raise NotBondedError("it does not know this computer any more") from error
        await self._pair()
        try:
            return await request()
        except BleakError as error:
            if _is_unbonded(error):
                raise NotBondedError("it does not take the bond that was made") from error
            raise

    async def _pair(self) -> None:
        """Pair; macOS has no call for it, and does so by itself on a request that needs it."""
        try:
            async with asyncio.timeout(PAIRING_TIMEOUT_S):
                await self._client.pair()
        except NotImplementedError:
            return
        except BleakError as error:
            if self.disconnected.is_set():
                raise
            raise NotBondedError(f"pairing failed ({error})") from error

    def _on_reply(self, data: bytes) -> None:
        try:
            reply = Reply.from_bytes(data)
        except ProtocolError:
            return
        if self._pending_reply is not None and self._pending_reply[0] == reply.opcode:
            self._resolve(reply)

    def _on_disconnect(self, _: BleakClient) -> None:
        self.disconnected.set()
        self._resolve(None)

    def _resolve(self, reply: Reply | None) -> None:
        """Complete the pending command; None if the link was lost."""
        if self._pending_reply is not None and not self._pending_reply[1].done():
            self._pending_reply[1].set_result(reply)


def _is_unbonded(error: BleakError) -> bool:
    """Whether a pod refused a request because the link is not that of a bonded client."""
    if isinstance(error, BleakGATTProtocolError):
        return error.code in _UNBONDED_CODES
    return isinstance(error, BleakDBusError) and error.args[:2] == _BLUEZ_UNBONDED

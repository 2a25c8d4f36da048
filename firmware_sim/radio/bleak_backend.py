"""bleak backend on bumble, which lets an unmodified bleak client connect to virtual pods.

`BleakScanner(..., backend=BumbleScanner, radio=central)` and `BleakClient(device, backend=BumbleClient)`; a client
made from an address instead of a scanned device needs `radio=central` too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from bleak.args import SizedBuffer
from bleak.assigned_numbers import gatt_char_props_to_strs
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakError, BleakGATTProtocolError, BleakGATTProtocolErrorCode
from bumble import core
from bumble.att import ATT_Error
from bumble.device import Connection, Peer
from bumble.hci import Address

from surefoot.firmware_sim.radio.bleak_scanner import BumbleScanner, DeviceDetails, uuid_text
from surefoot.firmware_sim.radio.central import CentralRadio

__all__ = ["BumbleClient", "BumbleScanner"]

T = TypeVar("T")
MTU = 517


class BumbleClient(BaseBleakClient):
    """GATT client on a `CentralRadio`; connects once, a reconnection needs a new client."""

    def __init__(
        self, address_or_ble_device: BLEDevice | str, *, radio: CentralRadio | None = None, **options: Any
    ) -> None:
        super().__init__(address_or_ble_device, **options)
        if isinstance(address_or_ble_device, BLEDevice):
            self._device_details = DeviceDetails(*address_or_ble_device.details)
            self._name = address_or_ble_device.name or self.address
        elif radio is not None:
            self._device_details = DeviceDetails(radio, Address(self.address, Address.RANDOM_DEVICE_ADDRESS))
            self._name = self.address
        else:
            raise BleakError("a client made from an address needs radio=")
        self._connection: Connection | None = None
        self._link_lost: asyncio.Future[None] | None = None
        self._subscribers: dict[int, Callable[[bytes], None]] = {}
        self._requests: set[asyncio.Future[Any]] = set()

    @property
    def name(self) -> str:
        """Advertised name."""
        return self._name

    @property
    def mtu_size(self) -> int:
        """ATT MTU of the connection; 23 without one."""
        return self._connection.att_mtu if self._connection else 23

    @property
    def is_connected(self) -> bool:
        """The link is up."""
        return self._connection is not None

    async def connect(self, pair: bool, **kwargs: Any) -> None:
        """Connect and discover services; `TimeoutError` if the peer does not answer in time."""
        if self._connection is not None:
            raise BleakError("Client is already connected")
        try:
            async with asyncio.timeout(kwargs.get("timeout", self._timeout)):
                self._attach(await self._device_details.radio.connect(self._device_details.address))
                await self._prepare(pair)
        except BaseException as error:
            await self.disconnect()
            if isinstance(error, core.BaseBumbleError):
                raise BleakError(f"no connection to {self.address}: {error}") from error
            raise

    async def disconnect(self) -> None:
        """Disconnect; no effect after the link was lost."""
        if self._connection is None or self._link_lost is None:
            return
        link_lost = self._link_lost
        disconnecting = asyncio.ensure_future(self._connection.disconnect())
        either: tuple[asyncio.Future[None], ...] = (disconnecting, link_lost)
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if link_lost.done():
            disconnecting.cancel()
        await asyncio.wait({disconnecting})
        if not disconnecting.cancelled():
            disconnecting.exception()

    async def pair(self, *_args: Any, **_options: Any) -> None:
        """Bond with the pod, unless that was done; the radio keeps the keys."""
        if self._connection is None:
            raise BleakError("Not connected")
        if not await self._device_details.radio.has_bond(self._device_details.address):
            await self._request(self._connection.pair())

    async def unpair(self) -> None:
        """Disconnect, and forget the keys of the pod."""
        await self.disconnect()
        await self._device_details.radio.forget_bond(self._device_details.address)

    async def read_gatt_char(self, characteristic: BleakGATTCharacteristic, **_options: Any) -> bytearray:
        """Read a characteristic."""
        return bytearray(await self._request(characteristic.obj.read_value()))

    async def read_gatt_descriptor(self, descriptor: BleakGATTDescriptor, **_options: Any) -> bytearray:
        """Read a descriptor."""
        return bytearray(await self._request(descriptor.obj.read_value()))

    async def write_gatt_char(self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool) -> None:
        """Write a characteristic."""
        await self._request(characteristic.obj.write_value(bytes(data), with_response=response))

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        """Write a descriptor."""
        await self._request(descriptor.obj.write_value(bytes(data), with_response=True))

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **_options: Any
    ) -> None:
        """Subscribe; the callback runs on the loop, outside bumble's call stack."""
        loop = asyncio.get_running_loop()

        def deliver(value: bytes) -> None:
            loop.call_soon(callback, bytearray(value))

        self._subscribers[characteristic.handle] = deliver
        await self._request(characteristic.obj.subscribe(deliver))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """Unsubscribe."""
        subscriber = self._subscribers.pop(characteristic.handle, None)
        if subscriber is None:
            raise BleakError(f"not subscribed to {characteristic.uuid}")
        await self._request(characteristic.obj.unsubscribe(subscriber))

    def _attach(self, connection: Connection) -> None:
        self._connection = connection
        self._link_lost = asyncio.get_running_loop().create_future()
        connection.on(connection.EVENT_DISCONNECTION, self._on_disconnection)

    def _on_disconnection(self, _reason: int) -> None:
        self._connection = None
        self._subscribers.clear()
        if self._link_lost is not None and not self._link_lost.done():
            self._link_lost.set_result(None)
        if self._disconnected_callback is not None and self.services is not None:
            self._disconnected_callback()

    async def _prepare(self, pair: bool) -> None:
        assert self._connection is not None
        if await self._device_details.radio.has_bond(self._device_details.address):
            await self._request(self._connection.encrypt())
        elif pair:
            await self.pair()
        peer = Peer(self._connection)
        await self._request(peer.request_mtu(MTU))
        self.services = await self._request(self._discover(peer))

    async def _discover(self, peer: Peer) -> BleakGATTServiceCollection:
        found = BleakGATTServiceCollection()
        for service in await peer.discover_services():
            bleak_service = BleakGATTService(service, service.handle, uuid_text(service.uuid))
            found.add_service(bleak_service)
            for characteristic in await service.discover_characteristics():
                bleak_characteristic = BleakGATTCharacteristic(
                    characteristic,
                    characteristic.handle,
                    uuid_text(characteristic.uuid),
                    list(gatt_char_props_to_strs(int(characteristic.properties))),
                    lambda: self.mtu_size - 3,
                    bleak_service,
                )
                found.add_characteristic(bleak_characteristic)
                for descriptor in await characteristic.discover_descriptors():
                    found.add_descriptor(
                        BleakGATTDescriptor(
                            descriptor, descriptor.handle, uuid_text(descriptor.type), bleak_characteristic
                        )
                    )
        return found

    async def _request(self, request: Coroutine[Any, Any, T]) -> T:
        """Wait for a request or the loss of the link; raises bleak's errors.

        A cancelled caller leaves the request running: otherwise its response would be taken for that of the next.
        """
        if self._connection is None or self._link_lost is None:
            request.close()
            raise BleakError("Not connected")
        pending = asyncio.ensure_future(request)
        self._requests.add(pending)
        pending.add_done_callback(self._requests.discard)
        either: tuple[asyncio.Future[Any], ...] = (pending, self._link_lost)
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not pending.done() or pending.cancelled():
            pending.cancel()
            raise BleakError(f"{self.address} disconnected")
        try:
            return pending.result()
        except ATT_Error as error:
            raise BleakGATTProtocolError(_error_code(int(error.error_code))) from error
        except core.BaseBumbleError as error:
            raise BleakError(f"{self.address}: {error}") from error


def _error_code(code: int) -> Any:
    """bleak's name of an ATT error code; application errors stay numbers."""
    try:
        return BleakGATTProtocolErrorCode(code)
    except ValueError:
        return code

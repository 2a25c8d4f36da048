"""The Bluetooth side of a pod on bumble: advertises, serves the attribute table, notifies as fast as the link takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from bumble import att
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.gatt import Characteristic
from bumble.hci import Address
from bumble.transport.common import TransportSink, TransportSource

from surefoot.firmware_sim.pod.gatt import AttributeTable, advertisement, scan_response
from surefoot.firmware_sim.radio.virtual_controller import DATA_LENGTH, VirtualController
from surefoot.sensor_ingest.protocol import MAX_SAMPLES, Packet, Reply

ADVERTISING_MS = 100
MTU = 247
ATT_HEADER_BYTES = 3
PACKET_BYTES = Packet.HEADER.size + 12 * MAX_SAMPLES
DATA_TIME_US = 2120
INTERVAL_MS, SUPERVISION_MS = 15, 3000
"""Asked for after connecting: Linux's 420 ms of supervision drop the link whenever the foot is behind the body; with
much more than these a pod that restarts would be met again only long after it is back."""
MAX_PENDING_NOTIFICATIONS = 4
"""Notifications under way at once: one connection event's worth, so that a live packet never waits behind resends."""

HciSource = TransportSource | VirtualController
HciSink = TransportSink | VirtualController


class PeripheralDelegate(Protocol):
    """The pod behind the peripheral."""

    @property
    def name(self) -> str:
        """As advertised; may change."""

    @property
    def serial(self) -> str:
        """Serial number."""

    def info_bytes(self) -> bytes:
        """Value of the info characteristic."""

    def battery_pct(self) -> int:
        """Value of the battery level."""

    def handle_command(self, data: bytes, mtu_ok: bool) -> Reply:
        """Obey a write to the control point; `mtu_ok` says whether the link's MTU carries whole packets."""

    def set_subscribed(self, subscribed: bool) -> None:
        """Somebody subscribed to the stream, or left."""

    def next_packet(self) -> Packet | None:
        """The packet to notify next."""


class Peripheral:
    """One pod's Bluetooth host.

    Parameters
    ----------
    spawn : runs work in a named task and hands it out for cancelling.
    source, sink : a Bluetooth controller.
    """

    def __init__(
        self,
        delegate: PeripheralDelegate,
        spawn: Callable[[str, Coroutine[Any, Any, None]], asyncio.Task[None]],
        address: str,
        source: HciSource,
        sink: HciSink,
    ) -> None:
        self.table = AttributeTable.of(self, delegate.serial)
        self.connection: Connection | None = None
        self.discoverable = False
        self._delegate = delegate
        self._spawn = spawn
        self._replies: asyncio.Queue[Reply] = asyncio.Queue()
        self._connection_tasks: list[asyncio.Task[None]] = []
        self._wakeup = asyncio.Event()
        configuration = DeviceConfiguration(
            name=delegate.name,
            address=Address(address),
            advertising_interval_min=ADVERTISING_MS,
            advertising_interval_max=ADVERTISING_MS,
        )
        self._device = Device.from_config_with_hci(configuration, source, sink)
        self._device.gatt_server.max_mtu = MTU
        self._device.add_services(self.table.services)
        self._device.on("connection", self._on_connection)

    async def start(self) -> None:
        """Bring the controller up."""
        await self._device.power_on()

    async def advertise(self) -> None:
        """Be found, now and after every disconnection."""
        self.discoverable = True
        if self.connection is None:
            await self._device.start_advertising(
                advertising_data=advertisement(self._delegate.name), scan_response_data=scan_response()
            )

    async def stop(self) -> None:
        """Stop advertising, and let go of the central."""
        self.discoverable = False
        await self._device.stop_advertising()
        if self.connection is not None:
            await self.connection.disconnect()

    async def notify(self, characteristic: Characteristic[bytes], value: bytes) -> None:
        """Notify the central, if there is one and it has subscribed."""
        if self.connection is not None:
            await self._device.notify_subscriber(self.connection, characteristic, value)

    def wake(self) -> None:
        """There may be something to send."""
        self._wakeup.set()

    # What the attribute table asks

    def read_info(self, _connection: Connection) -> bytes:
        """Value of the info characteristic."""
        return self._delegate.info_bytes()

    def read_battery(self, _connection: Connection) -> bytes:
        """Value of the battery level."""
        return bytes([self._delegate.battery_pct()])

    def write_control(self, connection: Connection, value: bytes) -> None:
        """A command; its reply is indicated."""
        subscribed = self._device.gatt_server.read_cccd(connection, self.table.control)
        if not subscribed[0] & 2:
            raise att.ATT_Error(att.ErrorCode.CCCD_IMPROPERLY_CONFIGURED)
        mtu_ok = connection.att_mtu >= PACKET_BYTES + ATT_HEADER_BYTES
        self._replies.put_nowait(self._delegate.handle_command(value, mtu_ok))
        self.wake()

    def on_stream_subscription(self, _connection: Connection, notify: bool, _indicate: bool) -> None:
        """The stream was subscribed to, or no longer."""
        self._delegate.set_subscribed(notify)
        self.wake()

    # Connections

    def _on_connection(self, connection: Connection) -> None:
        self.connection = connection
        connection.on(connection.EVENT_DISCONNECTION, self._on_disconnection)
        queue = self._device.host.get_data_packet_queue(connection.handle)
        assert queue is not None
        queue.on("flow", self.wake)
        self._replies = asyncio.Queue()
        self._connection_tasks = [
            self._spawn("ask for parameters", self._ask_for_parameters(connection)),
            self._spawn("reply", self._reply(connection)),
            self._spawn("transmit", self._transmit(connection)),
        ]

    def _on_disconnection(self, _reason: int) -> None:
        self.connection = None
        self._delegate.set_subscribed(False)
        for task in self._connection_tasks:
            task.cancel()
        self._device.l2cap_channel_manager.connection_parameters_update_response = None
        if self.discoverable:
            self._spawn("advertise", self.advertise())

    async def _ask_for_parameters(self, connection: Connection) -> None:
        await self._device.set_data_length(connection, DATA_LENGTH, DATA_TIME_US)
        await self._device.update_connection_parameters(
            connection, INTERVAL_MS, INTERVAL_MS, 0, SUPERVISION_MS, use_l2cap=True
        )

    async def _reply(self, connection: Connection) -> None:
        while True:
            reply = await self._replies.get()
            await self._device.indicate_subscriber(connection, self.table.control, bytes(reply))

    async def _transmit(self, connection: Connection) -> None:
        """Keep the controller's buffers filled, no more."""
        queue = self._device.host.get_data_packet_queue(connection.handle)
        assert queue is not None
        while True:
            await self._wakeup.wait()
            self._wakeup.clear()
            while queue.pending < MAX_PENDING_NOTIFICATIONS and (packet := self._delegate.next_packet()) is not None:
                await self._device.notify_subscriber(connection, self.table.stream, bytes(packet))

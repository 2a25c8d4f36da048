"""Bluetooth host of a pod on bumble: advertising, GATT server, notifications with flow control."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Protocol

from bumble import att
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.gatt import Characteristic
from bumble.hci import Address, HCI_LE_Set_Scan_Response_Data_Command
from bumble.pairing import PairingConfig, PairingDelegate
from bumble.transport.common import TransportSink, TransportSource

from surefoot.firmware_sim.pod.gatt import AttributeTable, advertisement, scan_response
from surefoot.firmware_sim.radio.virtual_controller import DATA_LENGTH, VirtualController
from surefoot.sensor_ingest.pod_store.store_protocol import FRAGMENT_BYTES, Fragment, StoreStatus
from surefoot.sensor_ingest.protocol import MAX_SAMPLES, Opcode, Packet, Reply

ADVERTISING_MS = 100
MTU = 247
ATT_HEADER_BYTES = 3
PACKET_BYTES = Packet.HEADER.size + 12 * MAX_SAMPLES
FRAGMENT_NOTIFICATION_BYTES = Fragment.HEADER.size + FRAGMENT_BYTES
MIN_MTU: Mapping[int, int] = {
    Opcode.START: PACKET_BYTES + ATT_HEADER_BYTES,
    Opcode.FETCH: FRAGMENT_NOTIFICATION_BYTES + ATT_HEADER_BYTES,
}
"""Least ATT MTU by opcode."""
DATA_TIME_US = 2120
INTERVAL_MS, SUPERVISION_MS = 15, 3000
"""Connection parameters requested after connecting. With Linux's default supervision timeout of 420 ms the link drops
whenever the foot is behind the body; a much longer one would delay reconnecting to a pod that restarted."""
MAX_PENDING_NOTIFICATIONS = 4
"""Notifications queued at once: those of one connection event, so that live packets do not wait behind resends."""

HciSource = TransportSource | VirtualController
HciSink = TransportSink | VirtualController


class PeripheralDelegate(Protocol):
    """The pod logic behind the Bluetooth host."""

    @property
    def name(self) -> str:
        """Advertised name; may change."""

    @property
    def serial(self) -> str:
        """Serial number."""

    def info_bytes(self) -> bytes:
        """Value of the info characteristic."""

    def battery_pct(self) -> int:
        """Value of the battery level."""

    def handle_command(self, data: bytes, att_mtu: int) -> Reply:
        """Execute a command that came over a connection with this ATT MTU."""

    def set_subscribed(self, subscribed: bool) -> None:
        """The client subscribed to the stream, or unsubscribed."""

    def next_packet(self) -> Packet | None:
        """Next packet to notify, if any."""

    def store_status(self) -> StoreStatus | None:
        """What is advertised of the store; None without one."""

    def store_info_bytes(self) -> bytes:
        """Value of the store info characteristic."""

    def set_transfer_subscribed(self, subscribed: bool) -> None:
        """The client subscribed to transfers, or unsubscribed."""

    def on_replied(self, reply: Reply) -> None:
        """The client has received a reply."""

    def next_fragment(self) -> Fragment | None:
        """Next fragment of a transfer, if any."""


class Peripheral:
    """Bluetooth host of one pod.

    Parameters
    ----------
    spawn : starts a coroutine as a named task.
    source, sink : HCI transport of a Bluetooth controller.
    bonded_only : take commands from bonded clients only, and bond only with the first.
    """

    def __init__(
        self,
        delegate: PeripheralDelegate,
        spawn: Callable[[str, Coroutine[Any, Any, None]], asyncio.Task[None]],
        address: str,
        source: HciSource,
        sink: HciSink,
        *,
        bonded_only: bool = False,
    ) -> None:
        self._advertised = delegate.store_status()
        self._has_store = self._advertised is not None
        self.table = AttributeTable.of(self, delegate.serial, bonded_only=bonded_only, has_store=self._has_store)
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
        if bonded_only:
            guard = _FirstComes(self._device)
            self._device.pairing_config_factory = lambda _: PairingConfig(mitm=False, delegate=guard)

    async def start(self) -> None:
        """Power on the controller."""
        await self._device.power_on()

    async def advertise(self) -> None:
        """Advertise, now and after every disconnection."""
        self.discoverable = True
        if self.connection is None:
            self._advertised = self._delegate.store_status()
            await self._device.start_advertising(
                advertising_data=advertisement(self._delegate.name),
                scan_response_data=scan_response(self._advertised),
            )

    async def refresh_status(self) -> None:
        """Advertise what the store holds now."""
        status = self._delegate.store_status()
        if status is None or status == self._advertised or self.connection is not None or not self.discoverable:
            return
        self._advertised = status
        await self._device.send_sync_command(
            HCI_LE_Set_Scan_Response_Data_Command(scan_response_data=scan_response(status))
        )

    async def stop(self) -> None:
        """Stop advertising and disconnect."""
        self.discoverable = False
        await self._device.stop_advertising()
        if self.connection is not None:
            await self.connection.disconnect()

    async def forget_bonds(self) -> None:
        """Forget the keys of all clients, as after the button was held: the next one may bond."""
        assert self._device.keystore is not None
        await self._device.keystore.delete_all()

    async def notify(self, characteristic: Characteristic[bytes], value: bytes) -> None:
        """Notify the central, if it is connected and has subscribed."""
        if self.connection is not None:
            await self._device.notify_subscriber(self.connection, characteristic, value)

    def wake(self) -> None:
        """Signal that a packet may be ready to send."""
        self._wakeup.set()

    # Attribute handlers

    def read_info(self, _connection: Connection) -> bytes:
        """Value of the info characteristic."""
        return self._delegate.info_bytes()

    def read_battery(self, _connection: Connection) -> bytes:
        """Value of the battery level."""
        return bytes([self._delegate.battery_pct()])

    def write_control(self, connection: Connection, value: bytes) -> None:
        """Execute a command and queue its reply for indication."""
        subscribed = self._device.gatt_server.read_cccd(connection, self.table.control)
        if not subscribed[0] & 2:
            raise att.ATT_Error(att.ErrorCode.CCCD_IMPROPERLY_CONFIGURED)
        self._replies.put_nowait(self._delegate.handle_command(value, connection.att_mtu))
        self.wake()

    def on_stream_subscription(self, _connection: Connection, notify: bool, _indicate: bool) -> None:
        """The client subscribed to the stream, or unsubscribed."""
        self._delegate.set_subscribed(notify)
        self.wake()

    def read_store_info(self, _connection: Connection) -> bytes:
        """Value of the store info characteristic."""
        return self._delegate.store_info_bytes()

    def on_transfer_subscription(self, _connection: Connection, notify: bool, _indicate: bool) -> None:
        """The client subscribed to transfers, or unsubscribed."""
        self._delegate.set_transfer_subscribed(notify)

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
        if self._has_store:
            self._delegate.set_transfer_subscribed(False)
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
            self._delegate.on_replied(reply)
            self.wake()

    async def _transmit(self, connection: Connection) -> None:
        """Send packets as fast as the link takes them, with at most `MAX_PENDING_NOTIFICATIONS` queued."""
        queue = self._device.host.get_data_packet_queue(connection.handle)
        assert queue is not None
        while True:
            await self._wakeup.wait()
            self._wakeup.clear()
            while queue.pending < MAX_PENDING_NOTIFICATIONS and (notification := self._next_notification()):
                await self._device.notify_subscriber(connection, *notification)

    def _next_notification(self) -> tuple[Characteristic[bytes], bytes] | None:
        """Packets first; a transfer uses the buffers that they leave free."""
        if (packet := self._delegate.next_packet()) is not None:
            return self.table.stream, bytes(packet)
        fragment = self._delegate.next_fragment()
        return None if fragment is None else (self.table.transfer, bytes(fragment))


class _FirstComes(PairingDelegate):
    """Bonds while there is no bond: otherwise a stranger could bond too, and command the pod."""

    def __init__(self, device: Device) -> None:
        super().__init__()
        self._device = device

    async def accept(self) -> bool:
        """Whether a client may pair."""
        assert self._device.keystore is not None
        return not await self._device.keystore.get_all()

"""GATT table of a pod: the pod service and three standard ones; advertisement and scan response."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bumble.core import UUID, AdvertisingData
from bumble.device import Connection
from bumble.gatt import (
    GATT_BATTERY_LEVEL_CHARACTERISTIC,
    GATT_BATTERY_SERVICE,
    GATT_DEVICE_INFORMATION_SERVICE,
    GATT_FIRMWARE_REVISION_STRING_CHARACTERISTIC,
    GATT_MANUFACTURER_NAME_STRING_CHARACTERISTIC,
    GATT_MODEL_NUMBER_STRING_CHARACTERISTIC,
    GATT_RUNNING_SPEED_AND_CADENCE_SERVICE,
    GATT_SERIAL_NUMBER_STRING_CHARACTERISTIC,
    Characteristic,
    CharacteristicValue,
    Service,
)

from surefoot.firmware_sim.pod.rsc import RscFeature
from surefoot.sensor_ingest.pod_store.store_protocol import (
    STORE_INFO_UUID,
    STORE_SERVICE_UUID,
    TRANSFER_UUID,
    StoreStatus,
)
from surefoot.sensor_ingest.protocol import BOND_UUID, CONTROL_UUID, INFO_UUID, SERVICE_UUID, STREAM_UUID

MANUFACTURER, MODEL, FIRMWARE_REVISION = b"surefoot", b"virtual pod", b"1.0.0"
RSC_MEASUREMENT, RSC_FEATURE = UUID.from_16_bits(0x2A53), UUID.from_16_bits(0x2A54)
GENERAL_DISCOVERABLE_LE_ONLY = bytes([0x06])

Properties = Characteristic.Properties
READABLE, WRITEABLE, NO_ACCESS = (
    Characteristic.Permissions.READABLE,
    Characteristic.Permissions.WRITEABLE,
    Characteristic.Permissions(0),
)
BONDED = Characteristic.Permissions.READ_REQUIRES_ENCRYPTION | Characteristic.Permissions.WRITE_REQUIRES_ENCRYPTION
"""Added to the permissions of what only bonded clients may read or write."""
BONDED_VALUE = bytes([1])


class AttributeHandlers(Protocol):
    """Read, write and subscription handlers of the characteristics."""

    def read_info(self, connection: Connection) -> bytes:
        """Value of the info characteristic."""

    def read_battery(self, connection: Connection) -> bytes:
        """Value of the battery level."""

    def write_control(self, connection: Connection, value: bytes) -> None:
        """A command was written to the control characteristic."""

    def on_stream_subscription(self, connection: Connection, notify: bool, indicate: bool) -> None:
        """The client subscribed to the stream, or unsubscribed."""

    def read_store_info(self, connection: Connection) -> bytes:
        """Value of the store info characteristic."""

    def on_transfer_subscription(self, connection: Connection, notify: bool, indicate: bool) -> None:
        """The client subscribed to transfers, or unsubscribed."""


@dataclass(frozen=True, slots=True)
class AttributeTable:
    """The services, and the characteristics that notify or indicate."""

    services: tuple[Service, ...]
    stream: Characteristic[bytes]
    control: Characteristic[bytes]
    battery: Characteristic[bytes]
    rsc: Characteristic[bytes]
    transfer: Characteristic[bytes]

    @classmethod
    def of(
        cls, pod: AttributeHandlers, serial: str, *, bonded_only: bool = False, has_store: bool = False
    ) -> AttributeTable:
        """Build the table of one pod, which may take commands from bonded clients only, and may have a store."""
        guard = BONDED if bonded_only else NO_ACCESS
        stream = Characteristic(STREAM_UUID, Properties.NOTIFY, NO_ACCESS, b"")
        stream.on(stream.EVENT_SUBSCRIPTION, pod.on_stream_subscription)
        control: Characteristic[bytes] = Characteristic(
            CONTROL_UUID,
            Properties.WRITE | Properties.INDICATE,
            WRITEABLE | guard,
            CharacteristicValue(write=pod.write_control),
        )
        bond = [Characteristic(BOND_UUID, Properties.READ, READABLE | guard, BONDED_VALUE)] if bonded_only else []
        info = _readable(INFO_UUID, pod.read_info)
        battery = _readable(GATT_BATTERY_LEVEL_CHARACTERISTIC, pod.read_battery, Properties.READ | Properties.NOTIFY)
        rsc = Characteristic(RSC_MEASUREMENT, Properties.NOTIFY, NO_ACCESS, b"")
        transfer = Characteristic(TRANSFER_UUID, Properties.NOTIFY, NO_ACCESS, b"")
        transfer.on(transfer.EVENT_SUBSCRIPTION, pod.on_transfer_subscription)
        store_info = _readable(STORE_INFO_UUID, pod.read_store_info, guard=guard)
        store = [Service(STORE_SERVICE_UUID, [store_info, transfer])] if has_store else []
        feature = _constant(RSC_FEATURE, int(RscFeature.WALKING_OR_RUNNING).to_bytes(2, "little"))
        services = (
            Service(SERVICE_UUID, [stream, control, info, *bond]),
            Service(GATT_BATTERY_SERVICE, [battery]),
            Service(GATT_DEVICE_INFORMATION_SERVICE, _device_information(serial)),
            Service(GATT_RUNNING_SPEED_AND_CADENCE_SERVICE, [rsc, feature]),
            *store,
        )
        return cls(services, stream, control, battery, rsc, transfer)


def _device_information(serial: str) -> list[Characteristic[bytes]]:
    return [
        _constant(GATT_MANUFACTURER_NAME_STRING_CHARACTERISTIC, MANUFACTURER),
        _constant(GATT_MODEL_NUMBER_STRING_CHARACTERISTIC, MODEL),
        _constant(GATT_SERIAL_NUMBER_STRING_CHARACTERISTIC, serial.encode("ascii")),
        _constant(GATT_FIRMWARE_REVISION_STRING_CHARACTERISTIC, FIRMWARE_REVISION),
    ]


def _constant(uuid: UUID, value: bytes) -> Characteristic[bytes]:
    return Characteristic(uuid, Properties.READ, READABLE, value)


def _readable(
    uuid: str | UUID,
    read: Callable[[Connection], bytes],
    properties: Properties = Properties.READ,
    guard: Characteristic.Permissions = NO_ACCESS,
) -> Characteristic[bytes]:
    return Characteristic(uuid, properties, READABLE | guard, CharacteristicValue(read=read))


def advertisement(name: str) -> bytes:
    """Advertising data, 31 bytes: all a client needs, since passive scanners never see a scan response."""
    return bytes(
        AdvertisingData(
            [
                (AdvertisingData.Type.FLAGS, GENERAL_DISCOVERABLE_LE_ONLY),
                (AdvertisingData.Type.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS, bytes(UUID(SERVICE_UUID))),
                (AdvertisingData.Type.COMPLETE_LOCAL_NAME, name.encode("ascii")),
            ]
        )
    )


def scan_response(store: StoreStatus | None = None) -> bytes:
    """Scan response with the standard services, for which watches look, and what the store holds."""
    uuids = bytes(GATT_RUNNING_SPEED_AND_CADENCE_SERVICE) + bytes(GATT_BATTERY_SERVICE)
    parts = [(AdvertisingData.Type.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS, uuids)]
    if store is not None:
        parts.append((AdvertisingData.Type.SERVICE_DATA_128_BIT_UUID, bytes(UUID(STORE_SERVICE_UUID)) + bytes(store)))
    return bytes(AdvertisingData(parts))

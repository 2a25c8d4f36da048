"""BlueZ as a browser sees it on D-Bus, in front of virtual pods: discovery, connections, GATT.

It passes on what a bleak client does on the virtual radio, so a pod's GATT table is the one of its firmware.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Self

from bleak import BleakClient, BleakScanner
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakError
from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from surefoot.firmware_sim.radio.bleak_backend import BumbleClient
from surefoot.firmware_sim.radio.bleak_scanner import BumbleScanner
from surefoot.firmware_sim.radio.central import CentralRadio

ADAPTER = "/org/bluez/hci0"
ADAPTER_1, DEVICE_1 = "org.bluez.Adapter1", "org.bluez.Device1"
SERVICE_1, CHARACTERISTIC_1 = "org.bluez.GattService1", "org.bluez.GattCharacteristic1"
DESCRIPTOR_1 = "org.bluez.GattDescriptor1"
PROPERTIES, OBJECT_MANAGER = "org.freedesktop.DBus.Properties", "org.freedesktop.DBus.ObjectManager"
FAILED = "org.bluez.Error.Failed"
CONNECT_TIMEOUT_S = 40.0
RSSI_EVERY_S = 1.0

Values = dict[str, Variant]
Reply = tuple[str, list[Any]]
NOTHING: Reply = ("", [])


class FakeBluez:
    """Owns `org.bluez` on a bus while entered.

    Parameters
    ----------
    notified : counts the notifications that were passed on.
    """

    def __init__(self, bus_address: str, central: CentralRadio) -> None:
        self.notified = 0
        self._central = central
        self._bus = MessageBus(bus_address=bus_address, bus_type=BusType.SYSTEM)
        self._objects: dict[str, dict[str, Values]] = {ADAPTER: {ADAPTER_1: _adapter_values()}}
        self._devices: dict[str, BLEDevice] = {}
        self._clients: dict[str, BleakClient] = {}
        self._characteristics: dict[str, tuple[BleakClient, BleakGATTCharacteristic]] = {}
        self._scanner: BleakScanner | None = None
        self._rssi_told_s: dict[str, float] = {}
        self._calls: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self._bus.connect()
        self._bus.add_message_handler(self._on_message)
        await self._bus.request_name("org.bluez")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stop_discovery()
        for client in list(self._clients.values()):
            await client.disconnect()
        for call in list(self._calls):
            call.cancel()
        self._bus.disconnect()

    async def drop_links(self) -> None:
        """Disconnect from all pods, as when the program that uses them dies."""
        for client in list(self._clients.values()):
            await client.disconnect()

    def _on_message(self, message: Message) -> bool:
        if message.message_type is not MessageType.METHOD_CALL or not (message.path or "").startswith("/"):
            return False
        if message.interface == "org.freedesktop.DBus.Introspectable":
            return False
        call = asyncio.get_running_loop().create_task(self._answer(message), name=f"{message.path} {message.member}")
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        return True

    async def _answer(self, message: Message) -> None:
        try:
            signature, body = await self._call(message)
        except (BleakError, TimeoutError, KeyError) as error:
            await self._bus.send(Message.new_error(message, FAILED, repr(error)))
            return
        await self._bus.send(Message.new_method_return(message, signature, body))

    async def _call(self, message: Message) -> Reply:
        path, body = message.path or "", message.body
        match message.interface, message.member:
            case (str(interface), "GetManagedObjects") if interface == OBJECT_MANAGER:
                return "a{oa{sa{sv}}}", [self._objects]
            case (str(interface), "GetAll") if interface == PROPERTIES:
                return "a{sv}", [self._objects[path].get(body[0], {})]
            case (str(interface), "Get") if interface == PROPERTIES:
                return "v", [self._objects[path][body[0]][body[1]]]
            case (str(interface), "Set") if interface == PROPERTIES:
                self._change(path, body[0], {body[1]: body[2]})
                return NOTHING
            case (str(interface), str(member)) if interface in (ADAPTER_1, DEVICE_1, CHARACTERISTIC_1):
                return await self._methods[member](self, path, body)
            case _:
                raise KeyError(f"{message.interface} {message.member}")

    # Adapter

    async def _start_discovery(self, *_: Any) -> Reply:
        if self._scanner is None:
            self._scanner = BleakScanner(self._on_advertisement, backend=BumbleScanner, radio=self._central)
            await self._scanner.start()
            self._change(ADAPTER, ADAPTER_1, {"Discovering": Variant("b", True)})
        return NOTHING

    async def _stop_discovery(self, *_: Any) -> Reply:
        if self._scanner is not None:
            scanner, self._scanner = self._scanner, None
            await scanner.stop()
            self._change(ADAPTER, ADAPTER_1, {"Discovering": Variant("b", False)})
        return NOTHING

    async def _nothing(self, *_: Any) -> Reply:
        return NOTHING

    def _on_advertisement(self, device: BLEDevice, heard: AdvertisementData) -> None:
        path = f"{ADAPTER}/dev_{device.address.replace(':', '_')}"
        now_s = asyncio.get_running_loop().time()
        if path not in self._objects:
            self._devices[path] = device
            self._add(path, DEVICE_1, _device_values(device, heard))
        elif now_s >= self._rssi_told_s.get(path, 0.0) + RSSI_EVERY_S:
            self._rssi_told_s[path] = now_s
            self._change(path, DEVICE_1, {"RSSI": Variant("n", heard.rssi)})

    # Devices

    async def _connect(self, path: str, *_: Any) -> Reply:
        if path in self._clients:
            return NOTHING
        client = BleakClient(
            self._devices[path], lambda _: self._on_disconnect(path), backend=BumbleClient, timeout=CONNECT_TIMEOUT_S
        )
        await client.connect()
        self._clients[path] = client
        self._change(path, DEVICE_1, {"Connected": Variant("b", True)})
        self._export(path, client)
        self._change(path, DEVICE_1, {"ServicesResolved": Variant("b", True)})
        return NOTHING

    async def _disconnect(self, path: str, *_: Any) -> Reply:
        if path in self._clients:
            await self._clients[path].disconnect()
        return NOTHING

    def _on_disconnect(self, path: str) -> None:
        """The services stay, as BlueZ keeps them: a browser never answers a request whose characteristic goes."""
        self._clients.pop(path, None)
        for below in [each for each in self._characteristics if each.startswith(f"{path}/")]:
            del self._characteristics[below]
            self._change(below, CHARACTERISTIC_1, {"Notifying": Variant("b", False)})
        self._change(path, DEVICE_1, {"Connected": Variant("b", False), "ServicesResolved": Variant("b", False)})

    def _export(self, path: str, client: BleakClient) -> None:
        for service in client.services:
            place = f"{path}/service{service.handle:04x}"
            self._add(place, SERVICE_1, _service_values(path, service.uuid))
            for characteristic in service.characteristics:
                below = f"{place}/char{characteristic.handle:04x}"
                self._characteristics[below] = client, characteristic
                self._add(below, CHARACTERISTIC_1, _characteristic_values(place, characteristic))
                for descriptor in characteristic.descriptors:
                    self._add(
                        f"{below}/desc{descriptor.handle:04x}", DESCRIPTOR_1, _descriptor_values(below, descriptor)
                    )

    # Characteristics

    async def _read(self, path: str, *_: Any) -> Reply:
        client, characteristic = self._characteristics[path]
        return "ay", [bytes(await client.read_gatt_char(characteristic))]

    async def _write(self, path: str, body: list[Any]) -> Reply:
        client, characteristic = self._characteristics[path]
        kind = body[1].get("type", Variant("s", "request")).value
        await client.write_gatt_char(characteristic, bytes(body[0]), response=kind != "command")
        return NOTHING

    async def _start_notify(self, path: str, *_: Any) -> Reply:
        client, characteristic = self._characteristics[path]

        def on_value(_: BleakGATTCharacteristic, value: bytearray) -> None:
            self.notified += 1
            self._signal(
                path, PROPERTIES, "PropertiesChanged", "sa{sv}as",
                [CHARACTERISTIC_1, {"Value": Variant("ay", bytes(value))}, []],
            )  # fmt: skip

        self._change(path, CHARACTERISTIC_1, {"Notifying": Variant("b", True)})
        await client.start_notify(characteristic, on_value)
        return NOTHING

    async def _stop_notify(self, path: str, *_: Any) -> Reply:
        client, characteristic = self._characteristics[path]
        await client.stop_notify(characteristic)
        self._change(path, CHARACTERISTIC_1, {"Notifying": Variant("b", False)})
        return NOTHING

    _methods: Mapping[str, Callable[[FakeBluez, str, list[Any]], Awaitable[Reply]]] = {
        "StartDiscovery": _start_discovery,
        "StopDiscovery": _stop_discovery,
        "SetDiscoveryFilter": _nothing,
        "RemoveDevice": _nothing,
        "Connect": _connect,
        "Disconnect": _disconnect,
        "ReadValue": _read,
        "WriteValue": _write,
        "StartNotify": _start_notify,
        "StopNotify": _stop_notify,
    }

    # Objects

    def _add(self, path: str, interface: str, values: Values) -> None:
        if path in self._objects:
            return
        self._objects[path] = {interface: values}
        self._signal("/", OBJECT_MANAGER, "InterfacesAdded", "oa{sa{sv}}", [path, {interface: values}])

    def _change(self, path: str, interface: str, values: Values) -> None:
        self._objects[path][interface].update(values)
        self._signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", [interface, values, []])

    def _signal(self, path: str, interface: str, member: str, signature: str, body: list[Any]) -> None:
        self._bus.send(Message.new_signal(path, interface, member, signature, body))


def _adapter_values() -> Values:
    return {
        "Address": Variant("s", "F0:F1:F2:F3:F4:F5"),
        "AddressType": Variant("s", "public"),
        "Name": Variant("s", "phone"),
        "Alias": Variant("s", "phone"),
        "Class": Variant("u", 0),
        "Powered": Variant("b", True),
        "Discoverable": Variant("b", False),
        "Pairable": Variant("b", True),
        "DiscoverableTimeout": Variant("u", 0),
        "Discovering": Variant("b", False),
        "UUIDs": Variant("as", []),
        "Modalias": Variant("s", ""),
        "Roles": Variant("as", ["central"]),
    }


def _device_values(device: BLEDevice, heard: AdvertisementData) -> Values:
    return {
        "Address": Variant("s", device.address),
        "AddressType": Variant("s", "random"),
        "Name": Variant("s", heard.local_name or ""),
        "Alias": Variant("s", heard.local_name or device.address),
        "Adapter": Variant("o", ADAPTER),
        "UUIDs": Variant("as", heard.service_uuids),
        "RSSI": Variant("n", heard.rssi),
        "Paired": Variant("b", False),
        "Bonded": Variant("b", False),
        "Trusted": Variant("b", False),
        "Blocked": Variant("b", False),
        "LegacyPairing": Variant("b", False),
        "Connected": Variant("b", False),
        "ServicesResolved": Variant("b", False),
    }


def _service_values(device: str, uuid: str) -> Values:
    return {
        "UUID": Variant("s", uuid),
        "Device": Variant("o", device),
        "Primary": Variant("b", True),
        "Includes": Variant("ao", []),
    }


def _characteristic_values(service: str, characteristic: BleakGATTCharacteristic) -> Values:
    return {
        "UUID": Variant("s", characteristic.uuid),
        "Service": Variant("o", service),
        "Value": Variant("ay", b""),
        "Notifying": Variant("b", False),
        "Flags": Variant("as", list(characteristic.properties)),
        "MTU": Variant("q", 247),
    }


def _descriptor_values(characteristic: str, descriptor: BleakGATTDescriptor) -> Values:
    return {
        "UUID": Variant("s", descriptor.uuid),
        "Characteristic": Variant("o", characteristic),
        "Value": Variant("ay", b""),
        "Flags": Variant("as", []),
    }

"""A simulated sensor that notifies one standard value a second: heart-rate strap, treadmill, foot pod."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from bumble.core import UUID, AdvertisingData
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.gatt import Characteristic, Service
from bumble.hci import Address

from surefoot.firmware_sim.radio.virtual_controller import VirtualController

ADVERTISING_MS = 100
PERIOD_S = 1.0

Frames = Callable[[float], Sequence[bytes]]
"""Seconds since it was switched on → the values that are notified then; none while it is silent."""


@dataclass(frozen=True, slots=True)
class CompanionKind:
    """What a sensor is, by its 16-bit identifiers."""

    service: int
    value: int


HEART_RATE_STRAP = CompanionKind(0x180D, 0x2A37)
FTMS_TREADMILL = CompanionKind(0x1826, 0x2ACD)
RSC_FOOT_POD = CompanionKind(0x1814, 0x2A53)


class VirtualCompanion:
    """One sensor, switched on while the context is open."""

    def __init__(
        self, kind: CompanionKind, name: str, address: str, frames: Frames, controller: VirtualController
    ) -> None:
        self.kind, self.name, self.address = kind, name, address
        self.connections = 0
        self._frames, self._controller = frames, controller
        self._connection: Connection | None = None
        self._tasks = asyncio.TaskGroup()
        configuration = DeviceConfiguration(
            name=name,
            address=Address(address),
            advertising_interval_min=ADVERTISING_MS,
            advertising_interval_max=ADVERTISING_MS,
        )
        self._device = Device.from_config_with_hci(configuration, controller, controller)
        self._value = Characteristic(
            UUID.from_16_bits(kind.value), Characteristic.Properties.NOTIFY, Characteristic.Permissions(0), b""
        )
        self._device.add_services([Service(UUID.from_16_bits(kind.service), [self._value])])
        self._device.on("connection", self._on_connection)

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._tasks)
            await self._device.power_on()
            await self._advertise()
            self._notifying = self._tasks.create_task(self._notify(), name=f"{self.name} notify")
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._notifying.cancel()
        await self._device.stop_advertising()
        if self._connection is not None:
            await self._connection.disconnect()
        await self._stack.__aexit__(kind, error, trace)

    async def outage(self, duration_s: float) -> None:
        """Be out of radio reach; longer than the supervision timeout drops the connection."""
        await self._controller.outage(duration_s)

    async def _advertise(self) -> None:
        data = AdvertisingData(
            [
                (AdvertisingData.Type.FLAGS, bytes([0x06])),
                (
                    AdvertisingData.Type.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
                    bytes(UUID.from_16_bits(self.kind.service)),
                ),
                (AdvertisingData.Type.COMPLETE_LOCAL_NAME, self.name.encode("ascii")),
            ]
        )
        await self._device.start_advertising(advertising_data=bytes(data))

    def _on_connection(self, connection: Connection) -> None:
        self._connection, self.connections = connection, self.connections + 1
        connection.on(connection.EVENT_DISCONNECTION, self._on_disconnection)

    def _on_disconnection(self, _reason: int) -> None:
        self._connection = None
        self._tasks.create_task(self._advertise(), name=f"{self.name} advertise")

    async def _notify(self) -> None:
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        while True:
            await asyncio.sleep(PERIOD_S)
            for frame in self._frames(loop.time() - began_s):
                if self._connection is not None:
                    await self._device.notify_subscriber(self._connection, self._value, frame)

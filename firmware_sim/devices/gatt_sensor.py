"""What simulated sensors of other makers share: a GATT server that one client connects to, and a chip on a shoe."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import numpy as np
from bumble.core import UUID, AdvertisingData
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.gatt import Characteristic, Service
from bumble.hci import Address

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Floats, Foot, Ints
from surefoot.firmware_sim.body.motion import Motion
from surefoot.firmware_sim.pod.imu import Imu
from surefoot.firmware_sim.pod.sensor import Sensor, configured_imu
from surefoot.firmware_sim.radio.virtual_controller import VirtualController

MAX_PENDING_NOTIFICATIONS = 12
POLL_S = 0.005
ADVERTISING_MS = 100

Properties, Permissions = Characteristic.Properties, Characteristic.Permissions
NO_MORE = Properties(0)


@dataclass(frozen=True, slots=True)
class Worn:
    """A sensor on one foot.

    Parameters
    ----------
    start_s : session time zero of the motion on the loop's clock.
    """

    motion: Motion
    foot: Foot
    imu: Imu
    start_s: float

    def chip(
        self, rate_hz: int, acc_range_g: int, gyr_range_dps: int, rate_ppm: float, seed: int, from_s: float
    ) -> Sensor:
        """The chip, switched on at a session time."""
        imu = configured_imu(self.imu, rate_hz, acc_range_g, gyr_range_dps, rate_ppm)
        return Sensor(self.motion, self.foot, imu, seed=seed, start_s=from_s)


class GattSensor:
    """A sensor that is switched on while the context is open; subclasses give it services, and samples to send.

    `lost_frames` are those that the radio did not take in time: they are gone. `truth` has the session time of each
    acceleration that was taken, and the acceleration in m/s².
    """

    def __init__(
        self,
        name: str,
        address: str,
        worn: Worn,
        controller: VirtualController,
        *,
        mtu: int,
        advertised: Sequence[tuple[int, bytes]] = (),
    ) -> None:
        self.lost_frames = 0
        self.truth: list[tuple[float, Floats]] = []
        self._name, self._advertised = name, advertised
        self._worn = worn
        self._controller = controller
        self._connection: Connection | None = None
        self._replying: list[asyncio.Task[None]] = []
        self._sampling: asyncio.Task[None] | None = None
        self._tasks = asyncio.TaskGroup()
        self._off = False
        configuration = DeviceConfiguration(
            name=name,
            address=Address(address),
            advertising_interval_min=ADVERTISING_MS,
            advertising_interval_max=ADVERTISING_MS,
        )
        self._device = Device.from_config_with_hci(configuration, controller, controller)
        self._device.gatt_server.max_mtu = mtu
        self._device.add_services(self._services())
        self._device.on("connection", self._on_connection)

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._tasks)
            await self._device.power_on()
            await self._advertise()
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._off = True
        self._stop_sampling()
        if self._connection is not None:
            await self._connection.disconnect()
        await self._stack.__aexit__(kind, error, trace)
        await self._device.stop_advertising()

    @property
    def now_s(self) -> float:
        """Session time."""
        return asyncio.get_running_loop().time() - self._worn.start_s

    def took(self, time_s: float, counts: Sequence[int] | Ints, g_per_count: float) -> None:
        """Note an acceleration that the chip has taken."""
        self.truth.append((time_s, np.array(counts) * (g_per_count * STANDARD_GRAVITY_MPS2)))

    async def outage(self, duration_s: float) -> None:
        """Be out of radio reach; longer than the supervision timeout drops the connection."""
        await self._controller.outage(duration_s)

    def _services(self) -> list[Service]:
        """What the GATT server has."""
        raise NotImplementedError

    def _on_lost(self) -> None:
        """The client is gone."""

    async def _sample(self, connection: Connection) -> None:
        """Send what the chip measures, until cancelled."""
        raise NotImplementedError

    async def _advertise(self) -> None:
        name = AdvertisingData.Type.COMPLETE_LOCAL_NAME, self._name.encode("ascii")
        data = AdvertisingData([(AdvertisingData.Type.FLAGS, bytes([0x06])), *self._advertised, name])
        await self._device.start_advertising(advertising_data=bytes(data))

    def _on_connection(self, connection: Connection) -> None:
        self._connection = connection
        connection.on(connection.EVENT_DISCONNECTION, self._on_disconnection)

    def _on_disconnection(self, _reason: int) -> None:
        self._connection = None
        self._stop_sampling()
        for task in self._replying:
            task.cancel()
        self._replying.clear()
        self._on_lost()
        if not self._off:
            self._spawn("advertise", self._advertise())

    def _reply(self, work: Coroutine[Any, Any, None]) -> None:
        """Answer a command, unless the link is lost before."""
        self._replying = [task for task in self._replying if not task.done()] + [self._spawn("reply", work)]

    def _spawn(self, what: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return self._tasks.create_task(work, name=f"{self._name} {what}")

    def _start_sampling(self) -> None:
        self._stop_sampling()
        if self._connection is not None:
            self._sampling = self._spawn("sample", self._sample(self._connection))

    def _stop_sampling(self) -> None:
        if self._sampling is not None:
            self._sampling.cancel()
            self._sampling = None

    async def _notify(self, connection: Connection, characteristic: Characteristic[bytes], value: bytes) -> None:
        """Send a notification if the radio takes it."""
        queue = self._device.host.get_data_packet_queue(connection.handle)
        if queue is None or queue.pending >= MAX_PENDING_NOTIFICATIONS:
            self.lost_frames += 1
            return
        await self._device.notify_subscriber(connection, characteristic, value)


def constant(uuid: UUID, value: bytes, more: Characteristic.Properties = NO_MORE) -> Characteristic[bytes]:
    """A characteristic that can be read, and always says the same."""
    return Characteristic(uuid, Properties.READ | more, Permissions.READABLE, value)

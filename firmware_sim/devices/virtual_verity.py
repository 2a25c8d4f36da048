"""A simulated Polar Verity Sense on a shoe: two streams with times of their own, no sequence numbers.

After what is documented and reported: 208 Hz at 16 g in SDK mode only, which is refused while a stream runs; frames
filled up to the MTU, timed by their last reading on a clock that is wrong by years; what the radio does not take in
time is gone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from bumble.core import UUID, AdvertisingData
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.gatt import (
    GATT_BATTERY_LEVEL_CHARACTERISTIC,
    GATT_BATTERY_SERVICE,
    GATT_DEVICE_INFORMATION_SERVICE,
    GATT_HEART_RATE_SERVICE,
    GATT_SERIAL_NUMBER_STRING_CHARACTERISTIC,
    Characteristic,
    CharacteristicValue,
    Service,
)
from bumble.hci import Address

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.body.motion import Motion
from surefoot.firmware_sim.devices.verity_control import ACC, FULL_SCALE_COUNTS, GYRO, VerityControl
from surefoot.firmware_sim.devices.verity_frames import FrameType, Reading, data_frame, readings_that_fit
from surefoot.firmware_sim.pod.imu import Imu
from surefoot.firmware_sim.pod.sensor import Sensor, configured_imu
from surefoot.firmware_sim.radio.virtual_controller import VirtualController

PMD_SERVICE, PMD_CONTROL, PMD_DATA = (f"FB005C8{n}-02E7-F387-1CAD-8ACD2D8DF0C8" for n in range(3))
MTU = 247
MAX_PENDING_NOTIFICATIONS = 12
POLL_S = 0.005
ADVERTISING_MS = 100
WRONG_CLOCK_NS = 17 * 365 * 86400 * 10**9
"""The clock starts in 2017, whenever it is switched on."""
_READINGS = {ACC: 36, GYRO: 30}
"""Readings of a frame, if the MTU permits."""

Properties, Permissions = Characteristic.Properties, Characteristic.Permissions
NO_MORE = Properties(0)


@dataclass(frozen=True, slots=True)
class VerityParameters:
    """Identity and peculiarities of one sensor.

    Parameters
    ----------
    device_id : eight characters, part of the advertised name.
    frame_type : of acceleration; angular rate is always packed.
    drift_ppm, rate_ppm : of its clock against true time, and of its sampling rate.
    """

    address: str
    device_id: str
    frame_type: FrameType = FrameType.PACKED
    drift_ppm: float = 0.0
    rate_ppm: float = 0.0
    seed: int = 0

    @property
    def name(self) -> str:
        """Advertised name."""
        return f"Polar Sense {self.device_id}"


class VirtualVerity:
    """A sensor on one foot, switched on while the context is open.

    The chip is read at twice the rate, and its even readings are acceleration, its odd ones angular rate: the streams
    are half an interval apart, where interpolation is at its worst.

    Parameters
    ----------
    start_s : session time zero of the motion on the loop's clock.
    """

    def __init__(
        self,
        parameters: VerityParameters,
        motion: Motion,
        foot: Foot,
        imu: Imu,
        controller: VirtualController,
        *,
        start_s: float,
    ) -> None:
        self.parameters = parameters
        self.lost_frames = 0
        self.control = VerityControl(self._follow_control, self._factor)
        self._stalled: set[int] = set()
        self._motion, self._foot, self._imu = motion, foot, imu
        self._start_s = start_s
        self._controller = controller
        self._connection: Connection | None = None
        self._replying: list[asyncio.Task[None]] = []
        self._sampling: asyncio.Task[None] | None = None
        self._tasks = asyncio.TaskGroup()
        configuration = DeviceConfiguration(
            name=parameters.name,
            address=Address(parameters.address),
            advertising_interval_min=ADVERTISING_MS,
            advertising_interval_max=ADVERTISING_MS,
        )
        self._device = Device.from_config_with_hci(configuration, controller, controller)
        self._device.gatt_server.max_mtu = MTU
        self._control: Characteristic[bytes] = Characteristic(
            PMD_CONTROL,
            Properties.READ | Properties.WRITE | Properties.INDICATE,
            Permissions.READABLE | Permissions.WRITEABLE,
            CharacteristicValue(read=lambda _: bytes([0x0F, 0x24, 0x02]), write=self._on_command),
        )
        self._data = Characteristic(PMD_DATA, Properties.NOTIFY, Permissions(0), b"")
        battery = _constant(GATT_BATTERY_LEVEL_CHARACTERISTIC, bytes([87]), Properties.NOTIFY)
        self._device.add_services(
            [
                Service(PMD_SERVICE, [self._control, self._data]),
                Service(GATT_BATTERY_SERVICE, [battery]),
                Service(
                    GATT_DEVICE_INFORMATION_SERVICE,
                    [_constant(GATT_SERIAL_NUMBER_STRING_CHARACTERISTIC, parameters.device_id.encode("ascii"))],
                ),
            ]
        )
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
        self._stop_sampling()
        await self._device.stop_advertising()
        if self._connection is not None:
            await self._connection.disconnect()
        await self._stack.__aexit__(kind, error, trace)

    @property
    def now_s(self) -> float:
        """Session time."""
        return asyncio.get_running_loop().time() - self._start_s

    def stall(self, measurement: int) -> None:
        """Let a stream fall silent without a word, until the client connects anew."""
        self._stalled.add(measurement)

    async def outage(self, duration_s: float) -> None:
        """Be out of radio reach; longer than the supervision timeout drops the connection."""
        self._controller.set_reach(False)
        await asyncio.sleep(duration_s)
        self._controller.set_reach(True)

    def _clock_ns(self, time_s: float) -> int:
        return WRONG_CLOCK_NS + round((time_s + 100.0) * (1.0 + 1e-6 * self.parameters.drift_ppm) * 1e9)

    def _factor(self, measurement: int, full_scale: int) -> float:
        if measurement == ACC and self.parameters.frame_type is not FrameType.PACKED:
            return 1.0
        return full_scale / FULL_SCALE_COUNTS

    async def _advertise(self) -> None:
        data = AdvertisingData(
            [
                (AdvertisingData.Type.FLAGS, bytes([0x06])),
                (AdvertisingData.Type.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS, bytes(GATT_HEART_RATE_SERVICE)),
                (AdvertisingData.Type.COMPLETE_LOCAL_NAME, self.parameters.name.encode("ascii")),
            ]
        )
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
        self.control.streams.clear()
        self._stalled.clear()
        self._spawn("advertise", self._advertise())

    def _on_command(self, connection: Connection, value: bytes) -> None:
        reply = self.control.handle(value)
        work = self._device.indicate_subscriber(connection, self._control, reply)
        self._replying = [task for task in self._replying if not task.done()] + [self._spawn("reply", work)]

    def _spawn(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return self._tasks.create_task(work, name=f"{self.parameters.name} {name}")

    def _stop_sampling(self) -> None:
        if self._sampling is not None:
            self._sampling.cancel()
            self._sampling = None

    def _follow_control(self) -> None:
        self._stop_sampling()
        if self.control.streams and self._connection is not None:
            self._sampling = self._spawn("sample", self._sample(self._connection))

    async def _sample(self, connection: Connection) -> None:
        """Read the chip, and send a frame whenever one is full."""
        rate_hz = next(iter(self.control.streams.values())).rate_hz
        ranges = {each: settings.full_scale for each, settings in self.control.streams.items()}
        imu = configured_imu(
            self._imu, 2 * rate_hz, ranges.get(ACC, 16), ranges.get(GYRO, 2000), self.parameters.rate_ppm
        )
        sensor = Sensor(self._motion, self._foot, imu, seed=self.parameters.seed, start_s=self.now_s)
        pending: dict[int, list[tuple[float, Reading]]] = {ACC: [], GYRO: []}
        taken = 0
        while True:
            await asyncio.sleep(POLL_S)
            chip = sensor.take_until(self.now_s)
            for time_s, counts in zip(chip.time_s.tolist(), chip.counts.tolist(), strict=True):
                measurement, axes = (ACC, counts[:3]) if taken % 2 == 0 else (GYRO, counts[3:])
                pending[measurement].append((time_s, (axes[0], axes[1], axes[2])))
                taken += 1
            for measurement in ranges:
                await self._send_full(connection, measurement, pending[measurement])

    async def _send_full(self, connection: Connection, measurement: int, pending: list[tuple[float, Reading]]) -> None:
        count = min(_READINGS[measurement], readings_that_fit(connection.att_mtu))
        while len(pending) >= count:
            full, pending[:] = pending[:count], pending[count:]
            if measurement not in self._stalled:
                await self._send(connection, measurement, full)

    async def _send(self, connection: Connection, measurement: int, full: list[tuple[float, Reading]]) -> None:
        queue = self._device.host.get_data_packet_queue(connection.handle)
        if queue is None or queue.pending >= MAX_PENDING_NOTIFICATIONS:
            self.lost_frames += 1
            return
        frame_type = self.parameters.frame_type if measurement == ACC else FrameType.PACKED
        readings = [reading for _, reading in full]
        if frame_type is not FrameType.PACKED:
            mg = 1000 * self.control.streams[ACC].full_scale / FULL_SCALE_COUNTS
            readings = [(round(x * mg), round(y * mg), round(z * mg)) for x, y, z in readings]
        value = data_frame(measurement, self._clock_ns(full[-1][0]), frame_type, readings)
        await self._device.notify_subscriber(connection, self._data, value)


def _constant(uuid: UUID, value: bytes, more: Characteristic.Properties = NO_MORE) -> Characteristic[bytes]:
    return Characteristic(uuid, Properties.READ | more, Permissions.READABLE, value)

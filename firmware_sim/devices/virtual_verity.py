"""A simulated Polar Verity Sense on a shoe: two streams with times of their own, no sequence numbers.

After what is documented and reported: 208 Hz at 16 g in SDK mode only, which is refused while a stream runs; frames
filled up to the MTU, timed by their last reading on a clock that is wrong by years; what the radio does not take in
time is gone.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bumble.core import AdvertisingData
from bumble.device import Connection
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

from surefoot.firmware_sim.devices.gatt_sensor import POLL_S, GattSensor, Permissions, Properties, Worn, constant
from surefoot.firmware_sim.devices.verity_control import ACC, FULL_SCALE_COUNTS, GYRO, VerityControl
from surefoot.firmware_sim.devices.verity_frames import FrameType, Reading, data_frame, readings_that_fit
from surefoot.firmware_sim.radio.virtual_controller import VirtualController

PMD_SERVICE, PMD_CONTROL, PMD_DATA = (f"FB005C8{n}-02E7-F387-1CAD-8ACD2D8DF0C8" for n in range(3))
MTU = 247
WRONG_CLOCK_NS = 17 * 365 * 86400 * 10**9
"""The clock starts in 2017, whenever it is switched on."""
_READINGS = {ACC: 36, GYRO: 30}
"""Readings of a frame, if the MTU permits."""


@dataclass(frozen=True, slots=True)
class VerityParameters:
    """Identity and peculiarities of one sensor.

    Parameters
    ----------
    device_id : eight characters, part of the advertised name.
    frame_type : of acceleration; angular rate is always packed.
    drift_ppm, rate_ppm : of its clock against true time, and of its sampling rate.
    tells_factor : whether replies to a start say what a count stands for.
    """

    address: str
    device_id: str
    frame_type: FrameType = FrameType.PACKED
    drift_ppm: float = 0.0
    rate_ppm: float = 0.0
    seed: int = 0
    tells_factor: bool = True

    @property
    def name(self) -> str:
        """Advertised name."""
        return f"Polar Sense {self.device_id}"


class VirtualVerity(GattSensor):
    """A sensor on one foot, switched on while the context is open.

    The chip is read at twice the rate, and its even readings are acceleration, its odd ones angular rate: the streams
    are half an interval apart, where interpolation is at its worst.
    """

    def __init__(self, parameters: VerityParameters, worn: Worn, controller: VirtualController) -> None:
        self.parameters = parameters
        self.control = VerityControl(self._follow_control, self._factor)
        self._stalled: set[int] = set()
        self._control: Characteristic[bytes] = Characteristic(
            PMD_CONTROL,
            Properties.READ | Properties.WRITE | Properties.INDICATE,
            Permissions.READABLE | Permissions.WRITEABLE,
            CharacteristicValue(read=lambda _: bytes([0x0F, 0x24, 0x02]), write=self._on_command),
        )
        self._data = Characteristic(PMD_DATA, Properties.NOTIFY, Permissions(0), b"")
        kind = AdvertisingData.Type.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS
        advertised = [(kind, bytes(GATT_HEART_RATE_SERVICE))]
        super().__init__(parameters.name, parameters.address, worn, controller, mtu=MTU, advertised=advertised)

    def stall(self, measurement: int) -> None:
        """Let a stream fall silent without a word, until the client connects anew."""
        self._stalled.add(measurement)

    def _services(self) -> list[Service]:
        battery = constant(GATT_BATTERY_LEVEL_CHARACTERISTIC, bytes([87]), Properties.NOTIFY)
        serial = constant(GATT_SERIAL_NUMBER_STRING_CHARACTERISTIC, self.parameters.device_id.encode("ascii"))
        return [
            Service(PMD_SERVICE, [self._control, self._data]),
            Service(GATT_BATTERY_SERVICE, [battery]),
            Service(GATT_DEVICE_INFORMATION_SERVICE, [serial]),
        ]

    def _clock_ns(self, time_s: float) -> int:
        return WRONG_CLOCK_NS + round((time_s + 100.0) * (1.0 + 1e-6 * self.parameters.drift_ppm) * 1e9)

    def _factor(self, measurement: int, full_scale: int) -> float | None:
        if not self.parameters.tells_factor:
            return None
        if measurement == ACC and self.parameters.frame_type is not FrameType.PACKED:
            return 1.0
        return full_scale / FULL_SCALE_COUNTS

    def _on_lost(self) -> None:
        self.control.streams.clear()
        self._stalled.clear()

    def _on_command(self, connection: Connection, value: bytes) -> None:
        reply = self.control.handle(value)
        self._reply(self._device.indicate_subscriber(connection, self._control, reply))

    def _follow_control(self) -> None:
        self._stop_sampling()
        if self.control.streams:
            self._start_sampling()

    async def _sample(self, connection: Connection) -> None:
        """Read the chip, and send a frame whenever one is full."""
        rate_hz = next(iter(self.control.streams.values())).rate_hz
        ranges = {each: settings.full_scale for each, settings in self.control.streams.items()}
        acc_range_g, gyr_range_dps = ranges.get(ACC, 16), ranges.get(GYRO, 2000)
        own = self.parameters
        sensor = self._worn.chip(2 * rate_hz, acc_range_g, gyr_range_dps, own.rate_ppm, own.seed, self.now_s)
        pending: dict[int, list[tuple[float, Reading]]] = {ACC: [], GYRO: []}
        taken = 0
        while True:
            await asyncio.sleep(POLL_S)
            chip = sensor.take_until(self.now_s)
            for time_s, counts in zip(chip.time_s.tolist(), chip.counts.tolist(), strict=True):
                measurement, axes = (ACC, counts[:3]) if taken % 2 == 0 else (GYRO, counts[3:])
                pending[measurement].append((time_s, (axes[0], axes[1], axes[2])))
                taken += 1
                if measurement == ACC:
                    self.took(time_s, counts[:3], ranges.get(ACC, 16) / FULL_SCALE_COUNTS)
            for measurement in ranges:
                await self._send_full(connection, measurement, pending[measurement])

    async def _send_full(self, connection: Connection, measurement: int, pending: list[tuple[float, Reading]]) -> None:
        count = min(_READINGS[measurement], readings_that_fit(connection.att_mtu))
        while len(pending) >= count:
            full, pending[:] = pending[:count], pending[count:]
            if measurement not in self._stalled:
                await self._send(connection, measurement, full)

    async def _send(self, connection: Connection, measurement: int, full: list[tuple[float, Reading]]) -> None:
        frame_type = self.parameters.frame_type if measurement == ACC else FrameType.PACKED
        readings = [reading for _, reading in full]
        if frame_type is not FrameType.PACKED:
            mg = 1000 * self.control.streams[ACC].full_scale / FULL_SCALE_COUNTS
            readings = [(round(x * mg), round(y * mg), round(z * mg)) for x, y, z in readings]
        value = data_frame(measurement, self._clock_ns(full[-1][0]), frame_type, readings)
        await self._notify(connection, self._data, value)

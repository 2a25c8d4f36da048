"""A simulated Movesense on a shoe: acceleration and angular rate in one stream, without sequence numbers.

After what is documented and reported: it advertises its name and no service; a range that over this protocol can only
be read; stamps in whole milliseconds since it was switched on; messages cut in two where they do not fit the MTU; what
the radio does not take in time is gone.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import numpy as np
from bumble.device import Connection
from bumble.gatt import (
    GATT_BATTERY_LEVEL_CHARACTERISTIC,
    GATT_BATTERY_SERVICE,
    Characteristic,
    CharacteristicValue,
    Service,
)

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2
from surefoot.firmware_sim.devices.gatt_sensor import POLL_S, GattSensor, Permissions, Properties, Worn, constant
from surefoot.firmware_sim.devices.movesense_control import FETCH_LOG, MovesenseControl
from surefoot.firmware_sim.devices.movesense_frames import data_notifications, imu_message
from surefoot.firmware_sim.devices.movesense_log import READINGS, Logbook, log_notifications
from surefoot.firmware_sim.pod.sensor import RawSamples, Sensor
from surefoot.firmware_sim.radio.virtual_controller import VirtualController

SERVICE, WRITE, NOTIFY = (f"3480{n}-7185-4D5D-B431-630E7050E8F0" for n in ("2252", "0001", "0002"))
MG_PER_COUNT = {2: 0.061, 4: 0.122, 8: 0.244, 16: 0.488}
"""As the data sheet of its chip rounds it: the highest reading lies just below the range."""
OK = bytes([200, 0])
LOGBOOK_BYTES_PER_S = 11_300.0
"""As it was measured by others."""
DPS_PER_COUNT = 0.07
"""At a range of 2000 °/s, which its chip exceeds."""
_READINGS = {13: 1, 26: 2, 52: 4}
"""Readings of a message, by rate; eight at others."""


@dataclass(frozen=True, slots=True)
class MovesenseParameters:
    """Identity and peculiarities of one sensor.

    Parameters
    ----------
    serial : twelve digits, part of the advertised name.
    in_mg : acceleration is in mg, where documents say m/s².
    drift_ppm, rate_ppm : of its clock against true time, and of its sampling rate.
    on_for_s : how long it has been on at session time zero; its stamps wrap after 2³² ms.
    """

    address: str
    serial: str
    acc_range_g: int = 16
    in_mg: bool = False
    mtu: int = 161
    drift_ppm: float = 0.0
    rate_ppm: float = 0.0
    on_for_s: float = 1000.0
    seed: int = 0

    @property
    def name(self) -> str:
        """Advertised name."""
        return f"Movesense {self.serial}"


class VirtualMovesense(GattSensor):
    """A sensor on one foot, switched on while the context is open."""

    def __init__(self, parameters: MovesenseParameters, worn: Worn, controller: VirtualController) -> None:
        self.parameters = parameters
        self.logbook = Logbook(lambda: self.clock_ms(self.now_s), self._messages_since)
        self.control = MovesenseControl(
            parameters.serial, self.logbook, parameters.acc_range_g, 2000, self._follow_control, self._reboot
        )
        self._on_since_s = -parameters.on_for_s
        self.lost_pieces: set[int] = set()
        """Numbers of pieces of a log that get lost when they are sent next."""
        self._stalled = False
        self._write: Characteristic[bytes] = Characteristic(
            WRITE, Properties.WRITE, Permissions.WRITEABLE, CharacteristicValue(write=self._on_request)
        )
        self._data = Characteristic(NOTIFY, Properties.NOTIFY, Permissions(0), b"")
        super().__init__(parameters.name, parameters.address, worn, controller, mtu=parameters.mtu)

    def stall(self) -> None:
        """Let the stream fall silent without a word, until the client connects anew."""
        self._stalled = True

    def _services(self) -> list[Service]:
        battery = constant(GATT_BATTERY_LEVEL_CHARACTERISTIC, bytes([91]), Properties.NOTIFY)
        return [Service(SERVICE, [self._write, self._data]), Service(GATT_BATTERY_SERVICE, [battery])]

    def _on_lost(self) -> None:
        self.control.rates_hz.clear()
        self._stalled = False

    def _on_request(self, connection: Connection, value: bytes) -> None:
        answer = self.control.handle(value, connection.att_mtu)
        if answer is not None:
            self._reply(self._answer(connection, value, answer))

    async def _answer(self, connection: Connection, value: bytes, answer: bytes) -> None:
        await self._device.notify_subscriber(connection, self._data, answer)
        fetched = value[0] == FETCH_LOG and self.logbook.find(int.from_bytes(value[2:], "little"))
        if not fetched or answer[2:4] != OK:
            return
        for number, piece in enumerate(log_notifications(value[1], fetched.data, connection.att_mtu)):
            await asyncio.sleep(len(piece) / LOGBOOK_BYTES_PER_S)
            if number in self.lost_pieces:
                self.lost_pieces.discard(number)
            else:
                await self._device.notify_subscriber(connection, self._data, piece)

    def _reboot(self) -> None:
        utc_us = self.logbook.utc_us
        self._on_since_s = self.now_s
        self.logbook.put_utc(utc_us)
        if self._connection is not None:
            self._spawn("reboot", self._connection.disconnect())

    def _follow_control(self) -> None:
        self._stop_sampling()
        if self.control.rates_hz:
            self._start_sampling()

    async def _sample(self, connection: Connection) -> None:
        """Read the chip, and send a message whenever one is full."""
        ((reference, rate_hz),) = self.control.rates_hz.items()
        full, sensor = _READINGS.get(rate_hz, 8), self._chip(rate_hz, self.now_s)
        while True:
            await asyncio.sleep(max(sensor.sample_time_s(full) - self.now_s, 0.0) + POLL_S)
            chip = sensor.take(full)
            for time_s, counts in zip(chip.time_s.tolist(), chip.counts, strict=True):
                self.took(time_s, counts[:3], 1e-3 * MG_PER_COUNT[self.parameters.acc_range_g])
            message = self._message(chip)
            for notification in [] if self._stalled else data_notifications(reference, message, connection.att_mtu):
                await self._notify(connection, self._data, notification)

    def _chip(self, rate_hz: int, from_s: float) -> Sensor:
        own, full_dps = self.parameters, round(DPS_PER_COUNT * 32768)
        return self._worn.chip(rate_hz, own.acc_range_g, full_dps, own.rate_ppm, own.seed, from_s)

    def _messages_since(self, relative_ms: int) -> list[bytes]:
        """What is logged, at 208 Hz."""
        sensor = self._chip(208, self.now_s - 1e-3 * (self.clock_ms(self.now_s) - relative_ms))
        messages = list[bytes]()
        while sensor.sample_time_s(READINGS) <= self.now_s:
            messages.append(self._message(sensor.take(READINGS)))
        return messages

    def _message(self, chip: RawSamples) -> bytes:
        own = self.parameters
        unit = 1.0 if own.in_mg else 1e-3 * STANDARD_GRAVITY_MPS2
        acc, gyr_dps = chip.counts[:, :3] * MG_PER_COUNT[own.acc_range_g] * unit, chip.counts[:, 3:] * DPS_PER_COUNT
        return imu_message(self.clock_ms(float(chip.time_s[0])), _triples(acc), _triples(gyr_dps))

    def clock_ms(self, time_s: float) -> int:
        """Its clock at a session time."""
        return int(1e3 * (time_s - self._on_since_s) * (1.0 + 1e-6 * self.parameters.drift_ppm))


def _triples(readings: np.ndarray) -> list[tuple[float, float, float]]:
    return [(float(x), float(y), float(z)) for x, y, z in readings]

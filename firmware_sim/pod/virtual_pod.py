"""Virtual pod: firmware, battery and sensor behind a Bluetooth peripheral, timed by the event loop's clock."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import numpy as np

from surefoot.analysis.model import Floats
from surefoot.firmware_sim.pod.battery import Battery
from surefoot.firmware_sim.pod.beacon_air import beacon_interval_s
from surefoot.firmware_sim.pod.beacon_ether import BeaconEther
from surefoot.firmware_sim.pod.beacons import BEACON_PERIOD_S
from surefoot.firmware_sim.pod.boot_counter import RANDOM_BOOT_BITS, boot_number, count_boot
from surefoot.firmware_sim.pod.firmware import Firmware
from surefoot.firmware_sim.pod.flash import NorFlash, PowerCutError
from surefoot.firmware_sim.pod.keeper import Keeper
from surefoot.firmware_sim.pod.oscillator import STEADY, Bend, Oscillator
from surefoot.firmware_sim.pod.peripheral import MIN_MTU, HciSink, HciSource, Peripheral
from surefoot.firmware_sim.pod.pod_settings import PodSettings
from surefoot.firmware_sim.pod.rsc import RscMeasurement
from surefoot.firmware_sim.pod.sensor import Sensor
from surefoot.firmware_sim.pod.true_packet import TruePacket
from surefoot.firmware_sim.radio.virtual_controller import VirtualController
from surefoot.sensor_ingest.pod_store.store_protocol import Fragment, StoreStatus
from surefoot.sensor_ingest.protocol import Opcode, Packet, PodInfo, Reply, Result

BOOT_TIME_S = 0.4

SensorFactory = Callable[[PodSettings, float], Sensor]
"""Creates the sensor for these settings, from a session time on."""


@dataclass(frozen=True, slots=True)
class PodParameters:
    """Identity and clock of one pod.

    Parameters
    ----------
    drift_ppm, bend : drift of its clock relative to true time, and what temperature adds.
    uptime_s : time since power-on at session time zero.
    keep_truth : keep the truth of every packet, 500 bytes each.
    bonded_only : take commands from bonded clients only.
    """

    address: str
    drift_ppm: float = 0.0
    uptime_s: float = 0.0
    keep_truth: bool = True
    seed: int = 0
    bonded_only: bool = False
    bend: Bend = STEADY


class VirtualPod:
    """A pod that is switched on while the context is open.

    Parameters
    ----------
    make_sensor : called whenever sampling starts.
    source, sink : Bluetooth controller; only a `VirtualController` can go out of reach or lose power.
    start_s : session time zero on the loop's clock.
    ether : pods that may hear this one's beacons, and it theirs.
    flash : that of a pod that was used before; by default new.
    awake : firmware and clock of a pod that is on already.
    """

    def __init__(
        self,
        parameters: PodParameters,
        settings: PodSettings,
        make_sensor: SensorFactory,
        source: HciSource,
        sink: HciSink,
        *,
        start_s: float,
        battery: Battery | None = None,
        ether: BeaconEther | None = None,
        flash: NorFlash | None = None,
        awake: tuple[Firmware, Oscillator] | None = None,
    ) -> None:
        self.parameters = parameters
        self.settings = settings
        self.battery = battery or Battery()
        self.truth: list[TruePacket] = []
        self.powered = False
        self._make_sensor = make_sensor
        self._controller = source if isinstance(source, VirtualController) else None
        self._rng = random.Random(parameters.seed)
        self._beacon_rng = random.Random(parameters.seed + 1)
        self._ether = ether
        self._loop = asyncio.get_running_loop()
        self._start_s = start_s
        self._tasks = asyncio.TaskGroup()
        self._boot_tasks: list[asyncio.Task[None]] = []
        self._sampling_task: asyncio.Task[None] | None = None
        self._off_after_cut_s = 0.0
        fresh = NorFlash(settings.flash_bytes) if settings.flash_bytes is not None else None
        self.flash = flash if flash is not None else fresh
        self.firmware = self._boot_firmware(-parameters.uptime_s) if awake is None else self._go_on(*awake)
        self.peripheral = Peripheral(
            self, self._spawn, parameters.address, source, sink, bonded_only=parameters.bonded_only
        )

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._tasks)
            await self.peripheral.start()
            await self._start()
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.power_off()
        await self._stack.__aexit__(kind, error, trace)

    @property
    def now_s(self) -> float:
        """Session time."""
        return self._loop.time() - self._start_s

    @property
    def info(self) -> PodInfo:
        """Content of the info characteristic."""
        return self.firmware.info

    async def power_off(self) -> None:
        """Switch off without disconnecting; ring buffer and sequence are lost."""
        if not self.powered:
            return
        self.powered = False
        self._stop_sampling()
        if self._controller is not None:
            self.peripheral.discoverable = False
            self._controller.lose_power()
        else:
            await self.peripheral.stop()
        for task in self._boot_tasks:
            task.cancel()
        await asyncio.sleep(0)

    async def power_on(self) -> None:
        """Switch on with a new boot; no effect if already on or the battery is empty."""
        if self.powered or self.battery.empty:
            return
        self.firmware = self._boot_firmware(self.now_s)
        await asyncio.sleep(BOOT_TIME_S)
        await self._start()

    async def power_cycle(self, off_s: float = 2.0) -> None:
        """Switch off, and on again after `off_s`."""
        await self.power_off()
        await asyncio.sleep(off_s)
        await self.power_on()

    def cut_power_while_writing(self, off_s: float = 2.0, operations: int = 0) -> None:
        """Interrupt the next write to the flash, or one after so many, and switch on again after `off_s`."""
        if self.flash is None:
            raise RuntimeError("this pod has no flash")
        self._off_after_cut_s = off_s
        self.flash.cut_power_after(operations, self._rng)

    async def outage(self, duration_s: float) -> None:
        """Be out of radio reach; longer than the supervision timeout drops the connection."""
        if self._controller is None:
            raise RuntimeError("only a pod on a virtual radio can be put out of reach")
        self._controller.set_reach(False)
        try:
            await asyncio.sleep(duration_s)
        finally:
            self._controller.set_reach(True)

    # PeripheralDelegate

    @property
    def name(self) -> str:
        """Advertised name."""
        return self.settings.name

    @property
    def serial(self) -> str:
        """Serial number."""
        return self.settings.serial

    def info_bytes(self) -> bytes:
        """Value of the info characteristic."""
        return bytes(self.firmware.info)

    def battery_pct(self) -> int:
        """Value of the battery level."""
        return round(self.battery.level_pct)

    def store_info_bytes(self) -> bytes:
        """Value of the store info characteristic."""
        return bytes(self._keeper.info)

    def store_status(self) -> StoreStatus | None:
        """What is advertised of the store; None without one."""
        keeper = self.firmware.keeper
        return None if keeper is None else keeper.status(self.battery_pct())

    def handle_command(self, data: bytes, att_mtu: int) -> Reply:
        """Execute a command, after processing the samples taken before it."""
        self._read_sensor()
        tick_us = self.oscillator.tick_us(self.now_s)
        if data and att_mtu < MIN_MTU.get(data[0], 0):
            return Reply(data[0], Result.NOT_NOW, tick_us)
        configured = self._imu_settings
        try:
            reply = self.firmware.handle_command(data, tick_us)
        except PowerCutError:
            self._cut_off()
            return Reply(data[0], Result.NOT_NOW, tick_us)
        if self._imu_settings != configured:
            self._stop_sampling()
        self._follow_firmware()
        return reply

    def set_subscribed(self, subscribed: bool) -> None:
        """The client subscribed to the stream, or unsubscribed."""
        if subscribed:
            self.firmware.ring.on_subscribed()
        else:
            self.firmware.ring.on_unsubscribed()

    def set_transfer_subscribed(self, subscribed: bool) -> None:
        """The client subscribed to transfers, or unsubscribed."""
        self._keeper.set_client_listens(subscribed)

    def on_replied(self, reply: Reply) -> None:
        """The client has received a reply."""
        if reply.opcode == Opcode.FETCH and reply.result is Result.OK:
            self._keeper.transfer.on_replied()

    def next_fragment(self) -> Fragment | None:
        """Next fragment of a transfer, if any."""
        keeper = self.firmware.keeper
        return None if keeper is None else keeper.transfer.next_fragment()

    def next_packet(self) -> Packet | None:
        """Next packet to notify, if any."""
        return self.firmware.ring.pop_next()

    # Boot

    @property
    def _keeper(self) -> Keeper:
        assert self.firmware.keeper is not None
        return self.firmware.keeper

    def _boot_firmware(self, power_on_s: float) -> Firmware:
        self.oscillator = Oscillator(power_on_s, self.parameters.drift_ppm, self.parameters.bend)
        self._pending_times_s: list[Floats] = []
        if self.flash is None:
            return Firmware(self.settings, self.battery, self._rng.randrange(0x10000), self._on_packet)
        boot_count = count_boot(self.flash)
        boot = boot_number(boot_count, self._rng.randrange(1 << RANDOM_BOOT_BITS))
        return Firmware(self.settings, self.battery, boot, self._on_packet, flash=self.flash, boot_count=boot_count)

    def _go_on(self, firmware: Firmware, oscillator: Oscillator) -> Firmware:
        self.oscillator, firmware.on_packet = oscillator, self._on_packet
        self._pending_times_s = []
        return firmware

    async def _start(self) -> None:
        self.powered = True
        self.battery.updated_s = self.now_s
        self._boot_tasks = [self._spawn("beat", self._report_every_second())]
        if self._ether is not None:
            self._boot_tasks.append(self._spawn("beacons", self._send_beacons(self._ether)))
        self._follow_firmware()
        await self.peripheral.advertise()

    def _spawn(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return self._tasks.create_task(work, name=f"{self.settings.name} {name}")

    async def _report_every_second(self) -> None:
        """Update the battery and notify cadence and battery level."""
        notified_pct = -1
        table = self.peripheral.table
        while True:
            await asyncio.sleep(1.0)
            self.battery.discharge(self.now_s, self.firmware.making_packets)
            if self.battery.empty:
                self._spawn("die", self.power_off())
                return
            pedometer = self.firmware.pedometer
            measurement = RscMeasurement(0.0, pedometer.cadence_spm, pedometer.running)
            await self.peripheral.notify(table.rsc, bytes(measurement))
            if self.battery_pct() != notified_pct:
                notified_pct = self.battery_pct()
                await self.peripheral.notify(table.battery, bytes([notified_pct]))
            self._spawn("status", self.peripheral.refresh_status())

    # Beacons

    def hear_beacon(self, data: bytes, delay_s: float) -> None:
        """An advertisement has reached the pod, `delay_s` from now."""
        beacons = self.firmware.active_beacons
        if not self.powered or beacons is None:
            return
        try:
            beacons.hear(data, self.oscillator.tick_us(self.now_s + delay_s))
        except PowerCutError:
            self._cut_off()

    async def _send_beacons(self, ether: BeaconEther) -> None:
        await asyncio.sleep(self._beacon_rng.random() * BEACON_PERIOD_S)
        while True:
            if (beacons := self.firmware.active_beacons) is not None:
                ether.send(self, beacons.send(self.oscillator.tick_us(self.now_s)), self.now_s)
            await asyncio.sleep(beacon_interval_s(self._beacon_rng))

    # Sampling

    @property
    def _imu_settings(self) -> tuple[int, int, int]:
        return self.settings.rate_hz, self.settings.acc_range_g, self.settings.gyr_range_dps

    def _follow_firmware(self) -> None:
        """Switch the sensor on or off as the firmware wants it."""
        if self.firmware.sampling and self._sampling_task is None:
            self._start_sampling()
        elif not self.firmware.sampling:
            self._stop_sampling()

    def _start_sampling(self) -> None:
        self._sensor = self._make_sensor(self.settings, self.now_s)
        self._sampling_task = self._spawn("sample", self._sample())

    def _stop_sampling(self) -> None:
        if self._sampling_task is not None:
            self._sampling_task.cancel()
            self._sampling_task = None

    async def _sample(self) -> None:
        """Read the sensor whenever a packet is full."""
        while True:
            full_s = self._sensor.sample_time_s(self.firmware.samples_until_full)
            await asyncio.sleep(full_s - self.now_s)
            self._read_sensor()
            self.peripheral.wake()

    def _read_sensor(self) -> None:
        """Pass the samples taken until now to the firmware."""
        if self._sampling_task is None:
            return
        reading = self._sensor.take_until(self.now_s)
        if not len(reading):
            return
        self._pending_times_s.append(reading.time_s)
        try:
            taken = self.firmware.sample(self.oscillator.tick_us(reading.time_s), reading.counts)
        except PowerCutError:
            self._cut_off()
            return
        if not taken:
            self._pending_times_s.clear()

    def _cut_off(self) -> None:
        """The power failed while the flash was written."""
        self._stop_sampling()
        self._spawn("power cut", self.power_cycle(self._off_after_cut_s))

    def _on_packet(self, packet: Packet) -> None:
        times_s = np.concatenate(self._pending_times_s)
        count = len(packet.counts)
        self._pending_times_s = [times_s[count:]]
        if self.parameters.keep_truth:
            self.truth.append(TruePacket(packet.boot, packet.sequence, times_s[:count], packet.counts))

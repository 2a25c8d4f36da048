"""Virtual pod: firmware, battery and sensor behind a Bluetooth peripheral, timed by the event loop's clock."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

from surefoot.firmware_sim.pod.battery import Battery
from surefoot.firmware_sim.pod.beacon_air import beacon_interval_s
from surefoot.firmware_sim.pod.beacon_ether import BeaconEther
from surefoot.firmware_sim.pod.beacons import BEACON_PERIOD_S
from surefoot.firmware_sim.pod.core_firmware import CoreKeeper
from surefoot.firmware_sim.pod.core_library import CoreLibrary
from surefoot.firmware_sim.pod.flash import NorFlash, PowerCutError
from surefoot.firmware_sim.pod.keeper import Keeper
from surefoot.firmware_sim.pod.oscillator import STEADY, Bend, Oscillator
from surefoot.firmware_sim.pod.peripheral import MIN_MTU, HciSink, HciSource, Peripheral
from surefoot.firmware_sim.pod.pod_settings import PodSettings
from surefoot.firmware_sim.pod.rsc import RscMeasurement
from surefoot.firmware_sim.pod.sampler import Sampler, SensorFactory
from surefoot.firmware_sim.pod.starting import AnyFirmware, start_firmware
from surefoot.firmware_sim.pod.true_packet import TruePacket
from surefoot.firmware_sim.radio.virtual_controller import VirtualController
from surefoot.sensor_ingest.pod_store.store_protocol import Fragment, StoreCapability, StoreStatus
from surefoot.sensor_ingest.protocol import Opcode, Packet, PodInfo, Reply, Result

BOOT_TIME_S = 0.4


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
    core : the firmware core in C, which runs in place of the firmware in Python.
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
        awake: tuple[AnyFirmware, Oscillator] | None = None,
        core: CoreLibrary | None = None,
    ) -> None:
        self.parameters = parameters
        self.settings = settings
        self.battery = battery or Battery()
        self.powered = False
        self._controller = source if isinstance(source, VirtualController) else None
        self._rng = random.Random(parameters.seed)
        self._beacon_rng = random.Random(parameters.seed + 1)
        self._ether = ether
        self._core = core
        self._loop = asyncio.get_running_loop()
        self._start_s = start_s
        self._tasks = asyncio.TaskGroup()
        self._boot_tasks: list[asyncio.Task[None]] = []
        self._off_after_cut_s = 0.0
        self._restart: asyncio.Task[None] | None = None
        self._sampler = Sampler(
            self._spawn,
            lambda: self.now_s,
            make_sensor,
            on_read=self._wake,
            on_power_cut=self._on_power_cut,
            keep_truth=parameters.keep_truth,
        )
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
    def truth(self) -> list[TruePacket]:
        """What was sampled, packet by packet."""
        return self._sampler.truth

    @property
    def info(self) -> PodInfo:
        """Content of the info characteristic."""
        return self.firmware.info

    async def power_off(self) -> None:
        """Switch off without disconnecting; ring buffer and sequence are lost."""
        if not self.powered:
            return
        self.powered = False
        self._sampler.stop()
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
        await self._controller.outage(duration_s)

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
        """Value of the store info characteristic; without an ether, a pod has no beacons."""
        info = self._keeper.info
        return bytes(info if self._ether is not None else replace(info, capabilities=StoreCapability.AUTO))

    def store_status(self) -> StoreStatus | None:
        """What is advertised of the store; None without one."""
        keeper = self.firmware.keeper
        return None if keeper is None else keeper.status(self.battery_pct())

    def handle_command(self, data: bytes, att_mtu: int) -> Reply:
        """Execute a command, after processing the samples taken before it."""
        self._sampler.read()
        tick_us = self.oscillator.tick_us(self.now_s)
        if data and att_mtu < MIN_MTU.get(data[0], 0):
            return Reply(data[0], Result.NOT_NOW, tick_us)
        try:
            reply = self.firmware.handle_command(data, tick_us)
        except PowerCutError:
            self._on_power_cut()
            return Reply(data[0], Result.NOT_NOW, tick_us)
        self._sampler.follow_firmware()
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
    def _keeper(self) -> Keeper | CoreKeeper:
        assert self.firmware.keeper is not None
        return self.firmware.keeper

    def _boot_firmware(self, power_on_s: float) -> AnyFirmware:
        oscillator = Oscillator(power_on_s, self.parameters.drift_ppm, self.parameters.bend)
        return self._go_on(start_firmware(self.settings, self.battery, self.flash, self._rng, self._core), oscillator)

    def _go_on(self, firmware: AnyFirmware, oscillator: Oscillator) -> AnyFirmware:
        self.oscillator = oscillator
        self._sampler.serve(firmware, oscillator)
        return firmware

    async def _start(self) -> None:
        self.powered = True
        self.battery.updated_s = self.now_s
        self._boot_tasks = [self._spawn("beat", self._report_every_second())]
        if self._ether is not None:
            self._boot_tasks.append(self._spawn("beacons", self._send_beacons(self._ether)))
        self._sampler.follow_firmware()
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
            if self.flash is not None:
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
            self._on_power_cut()

    async def _send_beacons(self, ether: BeaconEther) -> None:
        await asyncio.sleep(self._beacon_rng.random() * BEACON_PERIOD_S)
        while True:
            if (beacons := self.firmware.active_beacons) is not None:
                data = beacons.send(self.oscillator.tick_us(self.now_s))
                ether.send(self, data, self.now_s)
                if self._controller is not None:
                    self._controller.broadcast(data)
            await asyncio.sleep(beacon_interval_s(self._beacon_rng))

    def _wake(self) -> None:
        self.peripheral.wake()

    def _on_power_cut(self) -> None:
        """Nothing works from now on, until the pod is switched on again."""
        self._sampler.stop()
        if self._restart is None or self._restart.done():
            self._restart = self._spawn("power cut", self.power_cycle(self._off_after_cut_s))
